"""An instance whose series we may not see stands alone, however it is read again."""

from typing import Any

from sync.google import Rows, content_of, gathered, lone, with_row

Json = dict[str, Any]

ZONE = "Europe/Amsterdam"


def instance(**members: Any) -> Json:
    slot = {"dateTime": "2027-03-15T09:00:00+01:00", "timeZone": ZONE}
    return {
        "id": "series_20270315T080000Z",
        "etag": '"1"',
        "status": "confirmed",
        "iCalUID": "series@google.com",
        "recurringEventId": "series",
        "originalStartTime": slot,
        "start": slot,
        "end": {"dateTime": "2027-03-15T10:00:00+01:00", "timeZone": ZONE},
        "summary": "Only this one",
        **members,
    }


def alone() -> Rows:
    return with_row(Rows(), lone(instance()))


def title(rows: Rows) -> str | None:
    content = content_of(rows, zone=ZONE)
    return None if content is None else content.details.title


def test_a_newer_form_of_it_takes_the_place_of_the_older() -> None:
    rows = with_row(alone(), instance(summary="Renamed"))

    assert title(rows) == "Renamed"
    assert not rows.exceptions


def test_it_is_gone_when_it_is_cancelled() -> None:
    rows = with_row(alone(), instance(status="cancelled"))

    assert title(rows) is None


def test_it_is_found_among_the_rows_of_a_search() -> None:
    other = instance(id="series_20270322T080000Z", summary="Another")

    rows = gathered(
        [instance(summary="Renamed"), other], event_id="series_20270315T080000Z"
    )

    assert title(rows) == "Renamed"


def test_beside_its_series_it_stays_an_exception() -> None:
    rows = with_row(Rows(), instance())

    assert rows.master is None
    assert list(rows.exceptions) == ["20270315T080000Z"]
