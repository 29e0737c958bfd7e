"""Exceptions go along when an application moves their series."""

from typing import Any

from services.items.moved_exceptions import with_exceptions_along

Json = dict[str, Any]

CHANGED = {"title": "Bring a ladder"}
CANCELLED = {"excluded": True}


def series(**members: Any) -> Json:
    """Return four weekly visits, with these members."""
    return {
        "@type": "Event",
        "start": "2026-12-01T10:00:00",
        "timeZone": "Europe/Amsterdam",
        "duration": "PT1H",
        "recurrenceRules": [{"frequency": "weekly", "count": 4}],
        **members,
    }


def along(before: Json, *, named: tuple[str, ...] = (), **edit: Any) -> Any:
    """Return the exceptions of a series after an edit."""
    after = with_exceptions_along(before, {**before, **edit}, named=named)
    return after["recurrenceOverrides"]


def test_another_time_keeps_each_exception_at_its_occurrence() -> None:
    before = series(
        recurrenceOverrides={
            "2026-12-08T10:00:00": CHANGED,
            "2026-12-15T10:00:00": CANCELLED,
        }
    )

    assert along(before, start="2026-12-02T15:00:00") == {
        "2026-12-09T15:00:00": CHANGED,
        "2026-12-16T15:00:00": CANCELLED,
    }


def test_whole_days_keep_their_exceptions() -> None:
    before = series(recurrenceOverrides={"2026-12-15T10:00:00": CANCELLED})

    moved = along(
        before, start="2026-12-01T00:00:00", showWithoutTime=True, duration="P1D"
    )

    assert moved == {"2026-12-15T00:00:00": CANCELLED}


def test_another_zone_leaves_them_where_they_are() -> None:
    before = series(recurrenceOverrides={"2026-12-15T10:00:00": CANCELLED})

    moved = along(before, timeZone="Europe/London")

    assert moved == {"2026-12-15T10:00:00": CANCELLED}


def test_an_addition_stays_where_it_was_put() -> None:
    before = series(recurrenceOverrides={"2026-12-24T18:00:00": {}})

    moved = along(before, start="2026-12-01T15:00:00")

    assert moved == {"2026-12-24T18:00:00": {}}


def test_what_the_edit_names_stays_as_it_says() -> None:
    before = series(recurrenceOverrides={"2026-12-08T10:00:00": CHANGED})
    said = {"2026-12-08T15:00:00": CANCELLED}

    moved = along(
        before,
        named=tuple(said),
        start="2026-12-01T15:00:00",
        recurrenceOverrides={**before["recurrenceOverrides"], **said},
    )

    assert moved == said


def test_exceptions_go_with_the_occurrences_that_a_shorter_rule_ends() -> None:
    before = series(
        recurrenceOverrides={
            "2026-12-08T10:00:00": CHANGED,
            "2026-12-22T10:00:00": CHANGED,
        }
    )

    moved = along(before, recurrenceRules=[{"frequency": "weekly", "count": 2}])

    assert moved == {"2026-12-08T10:00:00": CHANGED}


def test_no_exception_outlives_the_series() -> None:
    before = series(recurrenceOverrides={"2026-12-08T10:00:00": CHANGED})

    assert along(before, recurrenceRules=[]) == {}


def test_an_item_that_cannot_be_read_is_left_for_its_reader_to_refuse() -> None:
    before = series(recurrenceOverrides={"2026-12-08T10:00:00": CHANGED})

    assert along(before, start="soon") == before["recurrenceOverrides"]
