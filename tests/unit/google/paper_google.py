"""A Google of one event, on paper: as far as the guides say what it does."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from sync.content import Content
from sync.google import (
    Row,
    RowChange,
    Rows,
    content_of,
    insert_body,
    is_deleted,
    slot_key,
    steps,
    with_row,
)
from sync.google.folding import series_of
from sync.google.moments import original_moment
from sync.google.writing import new_members
from sync.recurrence import given

ZONE = "Europe/Amsterdam"
MOST_STEPS = 60


def merged(row: Row, body: Row) -> Row:
    """Return a row after a PATCH: objects merge, null deletes, lists are replaced."""
    result: dict[str, Any] = dict(row)
    for name, value in body.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, dict):
            result[name] = merged(result.get(name) or {}, value)
        else:
            result[name] = value
    return result


@dataclass
class PaperGoogle:
    """What Google holds of one event."""

    rows: Rows

    @classmethod
    def holding(cls, content: Content) -> "PaperGoogle":
        """Return a Google in which we created this."""
        body = insert_body(
            content, event_id="event", marker={}, participants=True, zone=ZONE
        )
        google = cls(with_row(Rows(), {**body, "iCalUID": content.uid}))
        for _ in google.bring(content):
            pass
        return google

    @property
    def content(self) -> Content:
        """What a read shows."""
        found = content_of(self.rows, zone=ZONE)
        assert found is not None
        return found

    def bring(self, wanted: Content) -> Iterator[RowChange]:
        """Do the steps to a content, one by one, reading after each."""
        for _ in range(MOST_STEPS):
            ahead = steps(self.content, wanted, self.rows, zone=ZONE)
            if not ahead:
                return
            self.write(ahead[0])
            yield ahead[0]
        raise AssertionError("It does not come to an end.")

    def write(self, change: RowChange) -> None:
        """Take one PATCH, as Google would."""
        row = self._instance(change) if change.slot is not None else self.rows.master
        assert row is not None
        assert change.event_id in (None, row["id"])
        checked(change.body)
        self.rows = with_row(self.rows, merged(row, change.body))
        if change.slot is None:
            self._spread_visibility()

    def _spread_visibility(self) -> None:
        """An instance has the visibility of its series, or a stricter one."""
        assert self.rows.master is not None
        shown = self.rows.master.get("visibility")
        exceptions = {
            key: merged(row, {"visibility": shown})
            for key, row in self.rows.exceptions.items()
        }
        self.rows = replace(self.rows, exceptions=exceptions)

    def _instance(self, change: RowChange) -> Row:
        moment = {"dateTime": change.original_start}
        if len(str(change.original_start)) == len("2027-03-29"):
            moment = {"date": change.original_start}
        key = slot_key(moment)
        master = self.rows.master
        assert master is not None
        assert change.slot is not None
        series, _ = series_of(master, zone=ZONE)
        shown = new_members(given(series, change.slot))
        inherited = {
            name: value for name, value in master.items() if name != "recurrence"
        }
        times = {name: shown[name] for name in ("start", "end")}
        fresh = {
            **inherited,
            **times,
            "id": f"event_{key}",
            "recurringEventId": "event",
            "originalStartTime": original_moment(key, series.details.when),
        }
        present = self.rows.exceptions.get(key, fresh)
        return {**fresh, **present} if is_deleted(present) else present


def checked(body: Row) -> None:
    """Refuse what Google refuses, and what we must never send."""
    assert body.keys().isdisjoint({"sequence", "conferenceData", "extendedProperties"})
    reminders = body.get("reminders") or {}
    assert not (reminders.get("useDefault") and reminders.get("overrides"))
    assert len(reminders.get("overrides") or ()) <= 5
    if body.get("status") == "cancelled":
        assert set(body) == {"status"}
