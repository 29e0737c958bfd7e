"""Finding what changed in Odoo: by stamps, and what was deleted by its absence.

One request asks for all rows that changed since the last look, and for a share of those
that are known, so that what is missing of these was deleted. Answers of attendees move
only the stamps of the attendees, and a stamp is the moment at which its transaction
began: so the last minutes are always looked at again. See docs/connectors/odoo.md.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from connectors.odoo.calls import Calls
from connectors.odoo.cursor import Cursor
from connectors.odoo.moments import moment_of, moment_text
from connectors.odoo.notes import Notes
from connectors.odoo.owner import Owner
from connectors.odoo.rows import EVENT, LIGHT, Row, home_of, stamp_of
from sync.values import Json

OVERLAP = timedelta(minutes=5)
"""How long a transaction may take and still be noticed at once."""

SETTLED = timedelta(seconds=5)
"""Stamps are told to the second: a row may change again in the one that was read."""

PROBED = 1_000
"""How many known rows are looked for at once."""

Known = Mapping[str, Sequence[int]]
"""Of each item its rows."""


@dataclass(frozen=True, slots=True)
class Light:
    """A row that is there: its id, where it belongs, and when it changed last."""

    id: int
    home: str
    stamp: str


class Source(Protocol):
    """Where rows are listed."""

    def listed(self, since: str | None, probed: Sequence[int]) -> Sequence[Light]:
        """Return the owner's rows that changed since, and those probed; else all."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class EventSource:
    """The owner's meetings."""

    calls: Calls
    owner: Owner

    def listed(self, since: str | None, probed: Sequence[int]) -> Sequence[Light]:
        """As the port promises; an answer moves only its attendee's stamp."""
        domain = [*scope(self.owner)]
        if since is not None:
            domain += [
                *("|", "|", "|"),
                ["write_date", ">=", since],
                ["attendee_ids.write_date", ">=", since],
                ["recurrence_id.write_date", ">=", since],
                ["id", "in", list(probed)],
            ]
        rows = read_rows(self.calls, domain, LIGHT)
        return [
            Light(row["id"], home_of(row), stamp_of(row))
            for row in rows
            if row["active"]
        ]


@dataclass(frozen=True, kw_only=True, slots=True)
class Looker:
    """Looks for changes among the owner's rows."""

    source: Source
    notes: Notes
    now: datetime

    def look(self, cursor: Cursor, *, full: bool) -> Cursor:
        """Return the cursor behind the changes, with their items `pending`."""
        probed = _probed(cursor)
        since = _before(cursor.at, OVERLAP) if cursor.at else None
        rows = self.source.listed(since, probed)
        before = {row: item for item, ids in cursor.known.items() for row in ids}
        places = self._places(rows, before)
        at = max([cursor.at, *(row.stamp for row in rows)])
        known = _grown(_without_lost(cursor.known, probed, rows), places)
        news = {
            places[row.id]
            for row in rows
            if row.id in places and _is_news(row, cursor, before)
        }
        changed = news | _fewer(cursor.known, known) | set(cursor.shown)
        return Cursor(
            at=at,
            looked_at=self.now.timestamp(),
            known=known,
            recent=_recent(rows, at),
            shown={} if full else cursor.shown,
            pending=sorted(changed, key=_order),
            full=full,
            turn=_next_turn(cursor, probed),
            final=cursor.at if _is_over(cursor, self.now) else cursor.final,
        )

    def _places(
        self, rows: Sequence[Light], before: Mapping[int, str]
    ) -> Mapping[int, str]:
        """Return the item of each row: it keeps its id when its home is a new one.

        Rows of a home that a newer one has replaced belong to nothing.
        """
        homes = {row.id: row.home for row in rows}
        strange = {home for number, home in homes.items() if before.get(number) != home}
        moved = self.notes.items_at(sorted(strange))
        items = {number: moved.get(home, home) for number, home in homes.items()}
        return {number: item for number, item in items.items() if item is not None}


def scope(owner: Owner) -> list[Json]:
    """Return the domain of the owner's meetings: own ones, and those he attends."""
    mine = ["user_id", "=", owner.uid]
    return ["|", mine, ["partner_ids", "in", [owner.partner]]]


def read_rows(
    calls: Calls, domain: Sequence[Json], specification: Mapping[str, Json]
) -> list[Row]:
    """Return rows with those they refer to."""
    found = calls.call(
        EVENT,
        "web_search_read",
        domain=list(domain),
        specification=dict(specification),
        order="id",
    )
    return list(found["records"])


def _is_over(cursor: Cursor, now: datetime) -> bool:
    """Return whether the last second that was read is over for sure."""
    return now.timestamp() - cursor.looked_at >= SETTLED.total_seconds()


def unsettled_rows(cursor: Cursor) -> frozenset[int]:
    """Return the rows that may change once more without another stamp."""
    if not cursor.at:
        return frozenset()
    edge = _before(cursor.at, timedelta(seconds=2))
    return frozenset(
        row
        for row, stamp in cursor.recent.items()
        if stamp >= edge and stamp > cursor.final
    )


def _before(stamp: str, by: timedelta) -> str:
    return moment_text(moment_of(stamp) - by)


def _probed(cursor: Cursor) -> list[int]:
    """Return the known rows whose turn it is to be looked for."""
    every = sorted(row for ids in cursor.known.values() for row in ids)
    return every[cursor.turn : cursor.turn + PROBED]


def _next_turn(cursor: Cursor, probed: Sequence[int]) -> int:
    after = cursor.turn + len(probed)
    return after if after < sum(map(len, cursor.known.values())) else 0


def _is_news(row: Light, cursor: Cursor, before: Mapping[int, str]) -> bool:
    if cursor.at and row.stamp < _before(cursor.at, OVERLAP):
        return row.id not in before
    return cursor.recent.get(row.id) != row.stamp


def _fewer(before: Known, now: Known) -> set[str]:
    """Return the items that lost a row."""
    return {
        item for item, ids in before.items() if not set(ids) <= {*now.get(item, ())}
    }


def _recent(rows: Iterable[Light], at: str) -> dict[int, str]:
    if not at:
        return {}
    edge = _before(at, OVERLAP)
    return {row.id: row.stamp for row in rows if row.stamp >= edge}


def _without_lost(
    known: Known, probed: Sequence[int], rows: Sequence[Light]
) -> dict[str, list[int]]:
    """Return the known rows without those that were looked for in vain."""
    lost = set(probed) - {row.id for row in rows}
    return {
        item: [row for row in ids if row not in lost] for item, ids in known.items()
    }


def _grown(known: Known, places: Mapping[int, str]) -> dict[str, Sequence[int]]:
    """Return the known rows with those that were found, each at its place."""
    grown: dict[str, set[int]] = {
        item: {row for row in ids if places.get(row, item) == item}
        for item, ids in known.items()
    }
    for row, item in places.items():
        grown.setdefault(item, set()).add(row)
    return {item: sorted(ids) for item, ids in grown.items() if ids}


def _order(item: str) -> tuple[int, str]:
    return int(item.lstrip("r")), item
