"""Pair arrivals: an event and an item that are one appointment become one link.

Asked before anything is created: by iCalUID, then by when they are and what they are
called. What is unsure waits for a person.
"""

from collections.abc import Sequence
from dataclasses import replace

from services.links.link import Link, Waiting, links_of
from services.ports.store import Is, Query, Where
from services.run.session import Session
from services.run.staged import Staged, link_staged
from sync.content import Content
from sync.google import content_of
from sync.pairing import Match, alike, pick
from sync.sides import Side

MOST_CANDIDATES = 20


class Arrivals:
    """The links of a run that may be partners of each other, stored ones included."""

    def __init__(self, session: Session, staged: Sequence[Staged]) -> None:
        self.session = session
        self.staged = {each.link.id: each for each in staged}

    def leaders_first(self) -> list[Staged]:
        """Return all links, those that go on from a series that was cut at the end."""
        return sorted(self.staged.values(), key=lambda each: bool(each.link.follows))

    def leader(self, each: Staged) -> Staged | None:
        """Return the series that this one goes on from: it is to be cut first.

        Else what comes after the cut would be there twice for a moment.
        """
        return self.staged.get(each.link.follows)

    def partner(self, each: Staged) -> Staged | Waiting | None:
        """Return the link on the other side that is the same appointment.

        UNSURE when a person has to say; None when there is none.
        """
        side = each.link.alone
        if side is None or each.link.decided.apart:
            return None
        found = self._pick(each, side.other)
        if isinstance(found, Staged) and self._pick(found, side) is not each:
            return Waiting.UNSURE
        return found

    def alike(self, each: Staged) -> list[Staged]:
        """Return the links on the other side that may be the same appointment."""
        side = each.link.alone
        if side is None:
            return []
        known = self._candidates(each, side.other, by="ical_uid")
        at_that_time = self._candidates(each, side.other, by="span")
        titled = [(other.link.id, self._title(other.link)) for other in at_that_time]
        names = {*alike(self._title(each.link), titled)}
        names.update(other.link.id for other in known)
        return [self.staged[name] for name in sorted(names)]

    def _pick(self, each: Staged, side: Side) -> Staged | Waiting | None:
        """Return what a link would choose on a side if it were alone to choose."""
        known = self._candidates(each, side, by="ical_uid")
        if len(known) == 1:
            return known[0]
        at_that_time = self._candidates(each, side, by="span")
        titled = [(other.link.id, self._title(other.link)) for other in at_that_time]
        verdict = pick(self._title(each.link), titled)
        if verdict.match is Match.UNSURE:
            return Waiting.UNSURE
        found = {other.link.id: other for other in at_that_time}
        return found[verdict.link] if verdict.link else None

    def _candidates(self, each: Staged, side: Side, *, by: str) -> list[Staged]:
        value = getattr(each.link, by)
        if not value:
            return []
        found = self._stored(side, by, value)
        found |= {
            other.link.id: other
            for other in self.staged.values()
            if getattr(other.link, by) == value
        }
        found = {name: self.staged.setdefault(name, one) for name, one in found.items()}
        alone = [one for one in found.values() if one.link.alone is side]
        return [one for one in alone if not one.gone and not one.link.decided.apart]

    def _stored(self, side: Side, by: str, value: str) -> dict[str, Staged]:
        if not self.session.connection.counts.alone:
            return {}
        query = Query(
            collection=links_of(self.session.connection.id),
            where=[
                Where(member="alone", compare=Is.EQUAL, value=str(side)),
                Where(member=by, compare=Is.EQUAL, value=value),
            ],
            limit=MOST_CANDIDATES,
        )
        documents = self.session.world.store.query(query)
        return {document.id: link_staged(document) for document in documents}

    def _title(self, link: Link) -> str:
        content = self._content(link)
        return content.details.title if content else ""

    def _content(self, link: Link) -> Content | None:
        if link.item:
            return link.item.content
        return content_of(link.rows, zone=self.session.connection.zone)


def joined(event: Link, item: Link) -> Link:
    """Return the one link of an event and an item; it keeps the item's name."""
    return replace(
        item,
        rows=event.rows,
        event_id=event.event_id,
        ical_uid=event.ical_uid,
        marks={**event.marks, Side.AGENDA: item.marks.get(Side.AGENDA, 0)},
        waiting=None,
        why="",
        note="",
    )
