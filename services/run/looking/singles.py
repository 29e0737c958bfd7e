"""Spread a series that one side cannot hold: a link for each of its occurrences.

What was tied to an occurrence stays with it when the series moves, so that nothing is
deleted and made anew on the side that holds the single appointments.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.links.link import (
    ItemNow,
    Link,
    Part,
    Rank,
    Waiting,
    clean,
    links_of,
    with_item,
    with_rows,
)
from services.paging import every
from services.ports.store import Is, Query, Where
from services.run.deciding.ranking import in_window, ranked
from services.run.looking.arrivals import marks_at_birth, part_link
from services.run.looking.handing import handed_over, shown_by, take_over
from services.run.looking.pairs import Arrivals
from services.run.session import Session
from services.run.staged import Staged, fetched, link_staged, with_zone
from sync.content import Content
from sync.google import with_row
from sync.identity import item_link
from sync.recurrence import expand, reaches
from sync.sides import Side
from sync.singles import alone, is_series, key_of_slot, rehomed, too_often

MOST = 1_000
"""Occurrences of one series that are kept at once; the rest come later."""

LOOKS_AHEAD_EVERY = timedelta(days=1)
IN_THE_AGENDA = "The application holds no series"
AT_GOOGLE = "Google holds no series with several occurrences a day"


@dataclass(frozen=True, slots=True)
class Singles:
    """What spreads a series among the links of a run."""

    session: Session
    arrivals: Arrivals

    def concern(self, link: Link) -> bool:
        """Return whether a link is a series that is spread, or is to be."""
        if link.part is not None or link.foreign:
            return False
        return link.spread or (bool(self._why(link)) and in_window(self.session, link))

    def spread(self, each: Staged) -> Sequence[Staged]:
        """Give each occurrence its link, and return them; the series then rests.

        A series that became single, or is gone, gathers them again.
        """
        series = each.link
        wanted = self._wanted(series)
        known = self._known(series)
        homes = rehomed([*known, *self._own_key(series)], [*wanted])
        parts = []
        for key, fresh in wanted.items():
            parts.append(self._part(fresh, known, each, home=homes.get(key)))
        taken = set(homes.values())
        left = {key: part for key, part in known.items() if key not in taken}
        if not wanted:
            self._gather(each, left)
        for part in left.values():
            self._vanish(part)
        each.link = self._rested(each.link, wanted)
        return [each, *parts, *left.values()]

    # --- what is wanted --------------------------------------------------------------

    def _why(self, link: Link) -> str:
        """Return why a side cannot hold the series of the other one, if so."""
        if link.item and is_series(link.item.content):
            often = too_often(link.item.content)
            return link.unheld or (AT_GOOGLE if often else "")
        if self.session.connector.capabilities.series or not link.has_event:
            return ""
        content = self.session.rules.kept(link, Side.CALENDAR)
        return IN_THE_AGENDA if content and is_series(content) else ""

    def _wanted(self, series: Link) -> Mapping[str, Link]:
        """Return the links of the occurrences that are to be, by the keys of slots."""
        if not self._why(series):
            return {}
        if series.item and is_series(series.item.content):
            return self._of_item(series, series.item)
        return self._of_event(series)

    def _of_event(self, series: Link) -> Mapping[str, Link]:
        rows = self.session.calendar.instances(
            series.event_id or "",
            start=self.session.window.start,
            end=self._until,
        )
        zone = self.session.connection.zone
        found = [part_link(with_zone(row, zone), series=series) for row in rows[:MOST]]
        return {link.part.key: link for link in found if link.part}

    def _of_item(self, series: Link, item: ItemNow) -> Mapping[str, Link]:
        found = expand(
            item.content,
            start=self.session.window.start,
            end=self._until,
            limit=MOST,
            zone=self.session.connection.zone,
        )
        links = {}
        for slot, details in found:
            key = key_of_slot(slot)
            links[key] = Link(
                id=item_link(self.session.identity, f"{item.id}~{key}"),
                birth=Side.AGENDA,
                item_id=item.id,
                item=replace(item, content=alone(item.content, details)),
                part=Part(series=series.id, key=key, of_item=True),
            )
        return links

    @property
    def _until(self) -> datetime:
        ahead = timedelta(days=self.session.settings.horizon_days)
        return self.session.now() + ahead

    # --- what is known ---------------------------------------------------------------

    def _known(self, series: Link) -> dict[str, Staged]:
        """Return the occurrences that have a link and stand, inside the window."""
        query = Query(
            collection=links_of(self.session.connection.id),
            where=[Where(member="series", compare=Is.EQUAL, value=series.id)],
        )
        stored = map(link_staged, every(self.session.world.store, query))
        for each in stored:
            self.arrivals.staged.setdefault(each.link.id, each)
        parts = {
            each.link.part.key: each
            for each in self.arrivals.staged.values()
            if each.link.part and each.link.part.series == series.id
        }
        return {key: each for key, each in parts.items() if self._stands(each)}

    def _stands(self, each: Staged) -> bool:
        if each.gone or each.link.ended_at is not None:
            return False
        return in_window(self.session, each.link)

    def _own_key(self, series: Link) -> Sequence[str]:
        """Return the key of the appointment that was single until now, if there is."""
        seen = series.seen.get(Side.CALENDAR)
        return [key_of_slot(seen.details.when.start)] if seen else []

    def _gather(self, each: Staged, parts: dict[str, Staged]) -> None:
        """Tie a series that became single to what its occurrence was tied to."""
        content = self._content(each.link)
        if content is None:
            return
        own = key_of_slot(content.details.when.start)
        home = rehomed([*parts], [own]).get(own)
        if home is None:
            return
        part = parts.pop(home)
        take_over(each, part.link)
        part.gone, part.same_as = True, each.link.id

    # --- one occurrence --------------------------------------------------------------

    def _part(
        self,
        fresh: Link,
        known: Mapping[str, Staged],
        each: Staged,
        *,
        home: str | None,
    ) -> Staged:
        """Return the link of an occurrence, with what was tied to it before."""
        part = self._stored(fresh)
        before = known.get(home or "")
        if before is None and home is not None:
            each.link = handed_over(part, each.link)
        elif before is not None and before is not part:
            take_over(part, before.link)
            before.gone, before.same_as = True, part.link.id
        part.link = ranked(self.session, part.link)
        return part

    def _stored(self, fresh: Link) -> Staged:
        """Return the link in hand or the stored one, as its series now shows it."""
        part = self.arrivals.staged.get(fresh.id)
        if part is None:
            part = fetched(self.session, [fresh.id]).get(fresh.id)
        if part is None:
            born = replace(fresh, marks=marks_at_birth(self.session))
            part = Staged(link=born)
        part.link = shown_by(part.link, fresh)
        self.arrivals.staged[fresh.id] = part
        return part

    def _vanish(self, each: Staged) -> None:
        """Let an occurrence be gone from the side that holds the series."""
        link = each.link
        if link.part and link.part.of_item:
            each.link = ranked(self.session, with_item(link, None))
            return
        gone = {**(link.rows.master or {}), "status": "cancelled"}
        rows = with_row(link.rows, gone)
        each.link = ranked(self.session, with_rows(link, rows))

    # --- the series ------------------------------------------------------------------

    def _rested(self, series: Link, wanted: Mapping[str, Link]) -> Link:
        why = self._why(series)
        if not why:
            free = replace(clean(series), spread=False, orphan=False, homes={})
            return ranked(self.session, free)
        rested = replace(clean(series), spread=True, orphan=True)
        until = f"{self._until:%Y-%m-%d}"
        told = f"{why}: its occurrences until {until} are kept one by one."
        if not self._goes_on(series) and len(wanted) < MOST:
            return replace(rested, why=told)
        return replace(
            rested,
            rank=Rank.CREATE,
            waiting=Waiting.LATER,
            due_at=self.session.now() + LOOKS_AHEAD_EVERY,
            why=f"{told} The later ones follow as their time comes.",
        )

    def _goes_on(self, series: Link) -> bool:
        content = self._content(series)
        return content is not None and reaches(
            content,
            start=self._until,
            end=self.session.window.end,
            zone=self.session.connection.zone,
        )

    def _content(self, series: Link) -> Content | None:
        if series.item:
            return series.item.content
        return self.session.rules.kept(series, Side.CALENDAR)
