"""Rows of `calendar.event`, as they are read, and the items that they are."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from connectors.base import Item
from connectors.odoo.moments import moment_of
from connectors.odoo.notes import Note
from connectors.odoo.owner import Owner
from connectors.odoo.rules import rule_from
from connectors.odoo.series import Occurrence, first_slot, noted, series_content
from connectors.odoo.tokens import Token, token_of
from connectors.odoo.values import details_of
from sync.content import Content, When
from sync.errors import PermanentError
from sync.values import Json

Row = Mapping[str, Json]
EVENT = "calendar.event"
_STAMP: Mapping[str, Json] = {"write_date": {}}
LIGHT: Mapping[str, Json] = {
    **_STAMP,
    "active": {},
    "recurrence_id": {"fields": _STAMP},
    "attendee_ids": {"fields": _STAMP},
}
"""What tells that a row changed; an answer moves only the stamp of its attendee."""

WHOLE: Mapping[str, Json] = {
    **{name: {} for name in ("name", "description", "location", "videocall_location")},
    **{name: {} for name in ("start", "stop", "allday", "start_date", "stop_date")},
    **{name: {} for name in ("privacy", "show_as", "active", "write_date")},
    **{name: {} for name in ("user_id", "partner_id", "access_token")},
    "follow_recurrence": {},
    "recurrence_id": {"fields": {"rrule": {}, "event_tz": {}, **_STAMP}},
    "attendee_ids": {
        "fields": {
            "email": {},
            "state": {},
            "partner_id": {"fields": {"name": {}}},
            **_STAMP,
        }
    },
    "alarm_ids": {"fields": {"alarm_type": {}, "duration": {}, "interval": {}}},
    "categ_ids": {"fields": {"name": {}}},
}
_PROBLEM = "Odoo shows this meeting in a form that we do not know."


def home_of(row: Row) -> str:
    """Return where a row belongs: its recurrence, or itself."""
    recurrence = row["recurrence_id"]
    return f"r{recurrence['id']}" if recurrence else str(row["id"])


def stamp_of(row: Row) -> str:
    """Return when anything of a row changed last; such texts sort by time."""
    stamps = [row["write_date"], *(one["write_date"] for one in row["attendee_ids"])]
    if row["recurrence_id"]:
        stamps.append(row["recurrence_id"]["write_date"])
    return max(stamp or "" for stamp in stamps)


def version_of(rows: Iterable[Row]) -> str:
    """Return what is the same as long as nobody changed any of the rows."""
    ordered = sorted(rows, key=lambda row: int(row["id"]))
    said = json.dumps(ordered, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(said.encode()).hexdigest()[:32]


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """An item with the rows that are there of it, archived ones left out.

    `note` is what is to be remembered of it, which `is_news` where it was not yet.
    """

    item: Item
    rows: Sequence[Row]
    note: Note
    is_news: bool = False

    @property
    def token(self) -> Token | None:
        """What we wrote into one of the rows, if we made it."""
        return token_in(self.rows)


def token_in(rows: Iterable[Row]) -> Token | None:
    """Return our token, if any of the rows carries one."""
    found = (token_of(row["access_token"]) for row in rows)
    return next((token for token in found if token), None)


def seen(item_id: str, rows: Sequence[Row], note: Note | None, owner: Owner) -> Seen:
    """Return what an item is whose rows were read; there is at least one alive."""
    alive = [row for row in rows if row["active"]]
    token = token_in(alive) or Token()
    known = note or Note(home=home_of(alive[0]))
    known = replace(
        known,
        key=token.key or known.key,
        ical_uid=token.ical_uid or known.ical_uid,
    )
    content, problem = None, None
    try:
        content, known = _content(item_id, alive, known, owner)
    except (ValueError, KeyError, TypeError, PermanentError):
        problem = _PROBLEM
    item = Item(
        id=item_id,
        version=version_of(rows),
        content=content,
        changed_at=moment_of(max(stamp_of(row) for row in alive)),
        key=known.key or None,
        ical_uid=known.ical_uid or None,
        problem=problem,
    )
    recurs = known.noted is not None
    return Seen(item=item, rows=alive, note=known, is_news=recurs and known != note)


def _content(
    item_id: str, rows: Sequence[Row], note: Note, owner: Owner
) -> tuple[Content, Note]:
    uid = note.ical_uid or item_id
    recurrence = rows[0]["recurrence_id"]
    if not recurrence:
        details = details_of(rows[0], owner, zone=owner.zone)
        return Content(uid=uid, details=details), note
    occurrences = occurrences_of(rows, owner)
    rule = rule_from(recurrence["rrule"], _start(occurrences, note))
    known = note.noted or noted(occurrences, rule)
    content = series_content(occurrences, rule, known, uid=uid)
    return content, replace(note, noted=known)


def _start(occurrences: Sequence[Occurrence], note: Note) -> When:
    start = note.noted.start if note.noted else first_slot(occurrences)
    return replace(occurrences[0].details.when, start=start)


def occurrences_of(rows: Sequence[Row], owner: Owner) -> list[Occurrence]:
    """Return the rows of a series, told by the clocks of its zone."""
    zone = rows[0]["recurrence_id"]["event_tz"] or owner.zone
    return [
        Occurrence(
            id=row["id"],
            details=details_of(row, owner, zone=zone),
            follows=bool(row["follow_recurrence"]),
        )
        for row in sorted(rows, key=lambda row: str(row["start"]))
    ]
