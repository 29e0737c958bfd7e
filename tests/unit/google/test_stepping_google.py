"""The writes to a series, row by row."""

from dataclasses import replace

from sync.content import (
    Content,
)
from sync.google import (
    Kind,
    Row,
    Rows,
    content_of,
    steps,
    with_row,
)
from tests.unit.google.recorded import AMSTERDAM, at, gathered_from, read, recorded
from tests.unit.google.samples import (
    END,
    PLAIN,
    ROW,
    SECOND,
    START,
    WEEKLY,
)


def rows_with(*rows: Row, **members: object) -> Rows:
    master = {**ROW, "recurrence": ["RRULE:FREQ=WEEKLY;COUNT=4;WKST=SU"], **members}
    return gathered_from([master, *rows])


def shown(rows: Rows) -> Content:
    content = content_of(rows, zone=AMSTERDAM)
    assert content is not None
    return content


def exception(slot: str, **members: object) -> Row:
    moment = {"dateTime": f"{slot}+02:00", "timeZone": AMSTERDAM}
    return {
        "id": f"s_{slot}",
        "etag": '"7"',
        "recurringEventId": "s",
        "originalStartTime": moment,
        **members,
    }


def overridden(content: Content, **members: object) -> Content:
    when = replace(PLAIN.when, start=SECOND)
    changed = replace(content.details, when=when, **members)  # type: ignore[arg-type]  # because the tests name the members
    return replace(content, overrides={SECOND: changed})


def test_one_changed_instance_is_one_patch_of_that_instance() -> None:
    rows = rows_with()
    before = shown(rows)

    (step,) = steps(before, overridden(before, title="Moved"), rows, zone=AMSTERDAM)

    assert (step.slot, step.kind, step.body) == (
        SECOND,
        Kind.PATCH,
        {"summary": "Moved"},
    )
    assert (step.event_id, step.original_start) == (None, "2027-04-05T07:00:00Z")
    assert step.carries == (SECOND,)


def test_the_master_comes_first_and_an_exception_is_written_under_its_etag() -> None:
    present = exception("2027-04-05T09:00:00", summary="Own", start=START, end=END)
    rows = rows_with(present)
    before = shown(rows)
    after = replace(before, details=replace(before.details, title="All"))

    master, *rest = steps(before, overridden(after, title="New"), rows, zone=AMSTERDAM)

    assert (master.slot, master.body, master.etag) == (None, {"summary": "All"}, '"1"')
    assert master.carries == (None,)
    assert [(step.event_id, step.etag) for step in rest] == [
        ("s_2027-04-05T09:00:00", '"7"')
    ]


def test_a_removed_instance_is_cancelled_and_a_returned_one_revived() -> None:
    rows = rows_with()
    whole = shown(rows)
    without = replace(whole, overrides={SECOND: None})
    gone = with_row(rows, exception("2027-04-05T09:00:00", status="cancelled"))

    (cancel,) = steps(whole, without, rows, zone=AMSTERDAM)
    (revive,) = steps(without, whole, gone, zone=AMSTERDAM)

    assert (cancel.kind, cancel.body) == (Kind.CANCEL, {"status": "cancelled"})
    assert revive.kind is Kind.REVIVE
    assert revive.body["status"] == "confirmed"
    assert revive.body["summary"] == "Team"
    assert "attendees" not in revive.body


def test_an_excluded_instance_returns_by_the_masters_own_lines() -> None:
    lines = ["RRULE:FREQ=WEEKLY;COUNT=4;WKST=SU", "EXDATE:20270405T070000Z"]
    rows = rows_with(recurrence=lines)
    before = shown(rows)

    (step,) = steps(before, replace(before, overrides={}), rows, zone=AMSTERDAM)

    assert step.body == {"recurrence": lines[:1]}
    assert step.carries == (SECOND,)


def test_an_added_instance_goes_into_the_masters_lines_beside_what_is_there() -> None:
    lines = ["RRULE:FREQ=WEEKLY;COUNT=4;WKST=SU", "EXDATE:20270405T070000Z"]
    rows = rows_with(recurrence=lines)
    before = shown(rows)
    extra = at("2027-04-07T09:00")
    added = replace(PLAIN, when=replace(PLAIN.when, start=extra), default_alerts=True)

    after = replace(before, overrides={**before.overrides, extra: added})
    (step,) = steps(before, after, rows, zone=AMSTERDAM)

    assert step.body["recurrence"] == [
        lines[0],
        "RDATE;TZID=Europe/Amsterdam:20270407T090000",
        "EXDATE;TZID=Europe/Amsterdam:20270405T090000",
    ]


def test_a_moved_series_takes_its_removed_instances_along_in_the_same_write() -> None:
    rows = rows_with(exception("2027-04-05T09:00:00", status="cancelled"))
    before = shown(rows)
    when = replace(PLAIN.when, start=at("2027-03-29T11:00"))
    after = replace(
        before,
        details=replace(before.details, when=when),
        overrides={at("2027-04-05T11:00"): None},
    )

    (step,) = steps(before, after, rows, zone=AMSTERDAM)

    assert step.body["start"]["dateTime"] == "2027-03-29T11:00:00+02:00"
    assert step.body["recurrence"] == [
        "RRULE:FREQ=WEEKLY;COUNT=4",
        "EXDATE;TZID=Europe/Amsterdam:20270405T110000",
    ]


def test_a_series_becomes_single_and_back() -> None:
    single = Content(uid="s", details=replace(PLAIN, default_alerts=True))
    rows, series = gathered_from([ROW]), replace(single, rules=(WEEKLY,))

    (there,) = steps(single, series, rows, zone=AMSTERDAM)
    (back,) = steps(series, single, rows_with(), zone=AMSTERDAM)

    assert there.body == {
        "start": START,
        "end": END,
        "recurrence": ["RRULE:FREQ=WEEKLY;COUNT=4"],
    }
    assert back.body == {"recurrence": None}


def test_the_one_instance_that_a_guest_sees_is_written_like_a_single_event() -> None:
    rows = gathered_from(recorded("orphan"))
    (row,) = rows.exceptions.values()
    before = Content(uid="a", details=read({**row, "recurringEventId": None}).details)
    after = replace(before, details=replace(before.details, title="Mine"))

    (step,) = steps(before, after, rows, zone=AMSTERDAM)

    assert (step.event_id, step.body) == (row["id"], {"summary": "Mine"})
    assert steps(before, after, Rows(), zone=AMSTERDAM) == ()
