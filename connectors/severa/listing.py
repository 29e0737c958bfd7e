"""Reading activities: what changed, what is there, and what is not any more."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from connectors.base import Item, ItemPage, Window
from connectors.severa.api import ROWS, Page, Query, Severa, path_of
from connectors.severa.belonging import Belonging, recurs, stamp_of, version_of
from connectors.severa.cursor import Place, place_of
from connectors.severa.mapping import Activity, Frame, Unreadable
from sync.errors import ContentRefused, Missing, OperatorFault, SyncTokenExpired

OVERLAP = timedelta(minutes=2)
"""A change may become visible after a later one: so far back is asked for again."""

FAR = timedelta(days=366)
"""Of what recurs without end, no more than this is taken in."""

PROBED_AT_ONCE = 50
ACTIVITIES = path_of("activities")


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """One agenda's way through Severa's lists; `query` filters, as far as it is heard.

    `item` makes an item of an activity.
    """

    severa: Severa
    belonging: Belonging
    frame: Frame
    window: Window
    query: Query
    compares_every: timedelta
    item: Callable[[Activity], Item]

    def read(self, cursor: str | None, *, limit: int) -> ItemPage:
        """Return a page of what is there, or of what changed since the cursor."""
        place = self._beginning() if cursor is None else place_of(cursor)
        if place.full:
            return self._all(place, limit=limit)
        return self._changed(place, limit=limit)

    # --- all -------------------------------------------------------------------------

    def _all(self, place: Place, *, limit: int) -> ItemPage:
        page = self._page(self._in_window(), place, limit=limit)
        if not place.page:
            # From the begin of this read on, by Severa's own clock, changes count.
            since = page.at - OVERLAP
            place = replace(place, since=since, next_since=since, compared=self._now)
        rows = [row for row in page.rows if self._counts(row)]
        place = replace(
            place,
            known=place.known | {row["guid"] for row in rows},
            coming={**place.coming, **self._coming(rows, since=place.since)},
        ).turned(page.next)
        return ItemPage(
            items=[self.item(row) for row in rows],
            cursor=place.text,
            more=place.full,
            complete_read=not place.full,
        )

    def _in_window(self) -> Query:
        return [
            *self.query,
            ("startDateTime", self.window.start.isoformat()),
            ("endDateTime", self.window.end.isoformat()),
        ]

    def _beginning(self) -> Place:
        now = self._now
        return Place(full=True, since=now, next_since=now, compared=now)

    # --- what changed ----------------------------------------------------------------

    def _changed(self, place: Place, *, limit: int) -> ItemPage:
        since = ("changedSince", place.since.isoformat())
        # What comes again is no news, and is not to fill the page.
        page = self._page([*self.query, since], place, limit=limit + len(place.shown))
        if not place.page:
            next_since = max(place.since, page.at - OVERLAP)
            place = replace(place, next_since=next_since)
        items, place = self._told(page, place)
        place = place.turned(page.next)
        more = bool(page.next)
        if not more and self._now - place.compared >= self.compares_every:
            found, place, more = self._compared(place)
            items += found
        return ItemPage(items=items, cursor=place.text, more=more)

    def _told(self, page: Page, place: Place) -> tuple[list[Item], Place]:
        """Return what a page of changes has to tell that was not told before."""
        items, known = [], place.known
        for row in page.rows:
            name = row["guid"]
            if not self._counts(row):
                if name in known and not self.belonging.holds(row):
                    items.append(gone(name))
                    known -= {name}
            elif place.shown.get(name) != version_of(row):
                items.append(self.item(row))
                known |= {name}
        ours = [row for row in page.rows if self._counts(row)]
        coming = self._coming(ours, since=place.next_since)
        return items, replace(place, known=known, coming={**place.coming, **coming})

    # --- what is not any more --------------------------------------------------------

    def _compared(self, place: Place) -> tuple[list[Item], Place, bool]:
        """Compare what is listed with what was known; whether more is to be done.

        What is not listed may lie outside the window: each is asked for by its id.
        """
        listed = dict(self._listed())
        new = [row for name, row in listed.items() if name not in place.known]
        vanished = sorted(place.known - listed.keys())
        asked, left = vanished[:PROBED_AT_ONCE], vanished[PROBED_AT_ONCE:]
        deleted = [gone(name) for name in asked if not self._is_there(name)]
        known = frozenset({*listed, *left})
        compared = place.compared if left else self._now
        after = replace(place, known=known, compared=compared)
        return [*deleted, *map(self.item, new)], after, bool(left)

    def _listed(self) -> Iterator[tuple[str, Activity]]:
        query = [*self._in_window(), ("rowCount", str(ROWS))]
        for page in self.severa.pages(ACTIVITIES, query):
            for row in page.rows:
                if self._counts(row):
                    yield row["guid"], row

    def _is_there(self, name: str) -> bool:
        try:
            row = self.severa.get(path_of("activities", name))
        except Missing:
            return False
        return self.belonging.holds(row)

    # --- shared ----------------------------------------------------------------------

    @property
    def _now(self) -> datetime:
        return self.severa.means.now()

    def _page(self, query: Query, place: Place, *, limit: int) -> Page:
        """Return a page. Raises SyncTokenExpired where its token is not taken."""
        rows = ("rowCount", str(min(max(limit, 1), ROWS)))
        try:
            return self.severa.page(ACTIVITIES, [*query, rows], page=place.page)
        except (ContentRefused, Missing, OperatorFault):
            if place.page:
                raise SyncTokenExpired("Severa forgot the page to go on at.") from None
            raise

    def _counts(self, row: Activity) -> bool:
        return self.belonging.holds(row) and not self._is_far(row)

    def _is_far(self, row: Activity) -> bool:
        if not recurs(row):
            return False
        try:
            start = datetime.fromisoformat(row["startDateTime"])
        except (KeyError, TypeError, ValueError):
            return False
        return start > self._now + FAR

    def _coming(self, rows: list[Activity], *, since: datetime) -> Mapping[str, str]:
        """Return the versions of those that the next question will bring again."""
        return {row["guid"]: version_of(row) for row in rows if self._late(row, since)}

    def _late(self, row: Activity, since: datetime) -> bool:
        try:
            return stamp_of(row, self.frame) >= since
        except Unreadable:
            return True


def gone(name: str) -> Item:
    """Return an activity that is not there any more, or not this agenda's."""
    return Item(id=name, version="", content=None)
