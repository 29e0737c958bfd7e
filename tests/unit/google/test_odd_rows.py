"""A row of no form that Google has: it cannot be read, and says no more than that."""

from contextlib import suppress
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.google import Rows, Unreadable, content_of, with_row

Json = dict[str, Any]

ROW: Json = {
    "id": "abc123",
    "etag": '"1"',
    "status": "confirmed",
    "summary": "Roof survey",
    "start": {"dateTime": "2026-12-01T09:00:00Z", "timeZone": "Europe/Amsterdam"},
    "end": {"dateTime": "2026-12-01T10:00:00Z", "timeZone": "Europe/Amsterdam"},
    "recurrence": ["RRULE:FREQ=DAILY;COUNT=5"],
    "attendees": [{"email": "bob@example.com", "responseStatus": "accepted"}],
    "reminders": {"overrides": [{"method": "popup", "minutes": 10}]},
    "conferenceData": {"entryPoints": [{"entryPointType": "video", "uri": "x:y"}]},
    "extendedProperties": {"private": {"tandem": "x"}},
    "organizer": {"self": True},
}
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(max_size=5),
    st.lists(st.integers() | st.text(max_size=3), max_size=2),
    st.dictionaries(st.text(max_size=4), st.integers(), max_size=2),
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the way to everything inside a row, but for its id."""
    keys = range(len(value)) if isinstance(value, list) else list(value)
    found = [(*path, key) for key in keys if key != "id"]
    inner = [way for way in found if isinstance(at(value, way[-1:]), dict | list)]
    return found + [deep for way in inner for deep in places(at(value, way[-1:]), way)]


def at(value: Any, way: tuple[Any, ...]) -> Any:
    for key in way:
        value = value[key]
    return value


def read(row: Json) -> None:
    rows = with_row(Rows(), row)
    content_of(rows, zone="Europe/Amsterdam")


@given(way=st.sampled_from(places(ROW)), odd=ODD)
def test_whatever_stands_in_a_row_it_is_read_or_unreadable(
    way: tuple[Any, ...], odd: Any
) -> None:
    row = deepcopy(ROW)
    at(row, way[:-1])[way[-1]] = odd

    with suppress(Unreadable):
        read(row)


@pytest.mark.parametrize(
    ("member", "odd"),
    [("start", "tomorrow"), ("attendees", ["bob"]), ("organizer", 7)],
)
def test_a_member_of_another_kind_makes_a_row_unreadable(member: str, odd: Any) -> None:
    with pytest.raises(Unreadable, match="a form that we do not know"):
        read({**ROW, member: odd})
