"""The flat form through the API: for clients that can only fill in a template."""

from typing import Any

import pytest

from tests.journeys.api_bench import ApiBench, Said, event, pointers

Json = dict[str, Any]

CALL = {
    "title": "Call back",
    "start": "2026-11-23T15:00:00",
    "end": "2026-11-23T15:20:00",
    "attendees": "bob@example.com, eve@example.com",
    "private": "true",
    "entryId": "4711",
}


@pytest.fixture
def bench() -> ApiBench:
    return ApiBench()


def put(bench: ApiBench, item: str, body: Any, **more: Any) -> Said:
    more = {"key": bench.agenda_key, **more}
    return bench.call("PUT", f"{bench.flat}/{item}", body, **more)


def get(bench: ApiBench, item: str) -> Said:
    return bench.call("GET", f"{bench.flat}/{item}", key=bench.agenda_key)


def item_of(bench: ApiBench, item: str) -> Json:
    found: Json = bench.call("GET", f"{bench.items}/{item}", key=bench.agenda_key).json
    return found


def series(bench: ApiBench) -> list[str]:
    rule = {"@type": "RecurrenceRule", "frequency": "weekly", "count": 3}
    bench.put("series", event(recurrenceRules=[rule]))
    days = ["2026-11-23", "2026-11-30", "2026-12-07"]
    return [f"series~{day}T09:00:00" for day in days]


def test_an_appointment_is_an_item_in_other_clothes(bench: ApiBench) -> None:
    made = put(bench, "call-12", CALL)

    assert made.status_code == 201
    assert made.json["time_zone"] == "Europe/Amsterdam"
    assert made.json["etag"] == made.headers["ETag"]
    item = item_of(bench, "call-12")
    assert item["start"] == "2026-11-23T15:00:00"
    assert item["timeZone"] == "Europe/Amsterdam"
    assert item["duration"] == "PT20M"
    assert item["privacy"] == "private"
    assert len(item["participants"]) == 2
    known = bench.connector().get(["call-12"])["call-12"]
    assert known.extra == {"entryId": "4711"}


def test_only_the_members_that_are_named_change(bench: ApiBench) -> None:
    put(bench, "call-12", CALL)

    now = put(bench, "call-12", {"location": "Utrecht"})

    assert now.status_code == 200
    assert now.json["location"] == "Utrecht"
    assert now.json["title"] == "Call back"
    assert now.json["private"] is True
    assert now.json["entryId"] == "4711"


def test_a_repeated_appointment_undoes_nothing(bench: ApiBench) -> None:
    put(bench, "call-12", CALL)
    path = f"{bench.items}/call-12"
    patch = {"title": "Call back, urgent", "start": "2026-11-23T16:00:00"}
    bench.call("PATCH", path, patch, key=bench.organization_key)

    again = put(bench, "call-12", CALL)
    moved = put(bench, "call-12", {**CALL, "title": "Call back today"})

    assert again.json["title"] == "Call back, urgent"
    assert again.json["start"] == "2026-11-23T16:00:00"
    assert moved.json["title"] == "Call back today"
    assert moved.json["start"] == "2026-11-23T16:00:00"


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-11-23T15:00:00+01:00", "2026-11-23T14:20:00Z"),
        ("2026-11-23 15:00", "2026-11-23 15:20"),
        ("2026-11-23T09:00:00-05:00", "2026-11-23T15:20:00.000"),
    ],
)
def test_times_come_with_or_without_an_offset(
    bench: ApiBench, start: str, end: str
) -> None:
    made = put(bench, "call-12", {"title": "x", "start": start, "end": end})

    assert made.json["start"] == "2026-11-23T15:00:00"
    assert made.json["end"] == "2026-11-23T15:20:00"


def test_a_zone_of_its_own_is_kept_and_shown_as_the_agenda_sees_it(
    bench: ApiBench,
) -> None:
    made = put(bench, "call-12", {**CALL, "time_zone": "America/New_York"})

    assert item_of(bench, "call-12")["timeZone"] == "America/New_York"
    assert made.json["start"] == "2026-11-23T21:00:00"
    back = put(bench, "call-12", made.json)
    assert item_of(bench, "call-12")["timeZone"] == "America/New_York"
    assert back.json == made.json


def test_whole_days_end_on_the_day_after(bench: ApiBench) -> None:
    two = {"title": "Fair", "start": "2026-11-23", "end": "2026-11-25"}

    made = put(bench, "fair", two)
    one = put(bench, "fair", {**two, "end": "2026-11-23"})

    item = item_of(bench, "fair")
    assert made.json["all_day"] is True
    assert (made.json["start"], made.json["end"]) == ("2026-11-23", "2026-11-25")
    assert one.json["end"] == "2026-11-24"
    assert item["showWithoutTime"] is True
    assert item["duration"] == "P1D"


def test_a_start_alone_takes_the_end_along(bench: ApiBench) -> None:
    put(bench, "call-12", CALL)

    moved = put(bench, "call-12", {"start": "2026-11-24T10:00:00"})

    assert moved.json["end"] == "2026-11-24T10:20:00"


def test_an_occurrence_is_changed_and_cancelled_on_its_own(bench: ApiBench) -> None:
    first, second, third = series(bench)

    changed = put(bench, second, {"start": "2026-11-30T11:00:00", "title": "Later"})
    gone = bench.call("DELETE", f"{bench.flat}/{third}", key=bench.agenda_key)
    again = bench.call("DELETE", f"{bench.flat}/{third}", key=bench.agenda_key)

    assert changed.status_code == 200
    assert changed.json["end"] == "2026-11-30T12:00:00"
    assert (gone.status_code, again.status_code) == (204, 204)
    item = item_of(bench, "series")
    assert item["title"] == "Roof survey"
    assert item["recurrenceOverrides"] == {
        "2026-11-30T09:00:00": {"start": "2026-11-30T11:00:00", "title": "Later"},
        "2026-12-07T09:00:00": {"excluded": True},
    }
    assert get(bench, first).json["title"] == "Roof survey"
    assert get(bench, third).status_code == 404
    assert get(bench, "series~2026-11-24T09:00:00").status_code == 404
    assert put(bench, "series~2026-11-24T09:00:00", {"title": "x"}).status_code == 404


def test_a_cancelled_occurrence_comes_back_only_when_edited(bench: ApiBench) -> None:
    _, second, _ = series(bench)
    put(bench, second, {"title": "Later"})
    bench.call("DELETE", f"{bench.flat}/{second}", key=bench.organization_key)

    again = put(bench, second, {"title": "Later"})
    edited = put(bench, second, {"title": "Still on"})

    assert again.status_code == 410
    assert edited.status_code == 200
    assert get(bench, second).json["title"] == "Still on"


def test_what_changes_for_a_series_changes_for_its_exceptions_too(
    bench: ApiBench,
) -> None:
    _, second, _ = series(bench)
    put(bench, second, {"start": "2026-11-30T11:00:00"})

    put(bench, "series", {"title": "Roof repair", "start": "2026-11-23T08:00:00"})

    item = item_of(bench, "series")
    assert item["start"] == "2026-11-23T08:00:00"
    assert item["recurrenceOverrides"] == {
        "2026-11-30T08:00:00": {"start": "2026-11-30T11:00:00"}
    }
    assert get(bench, "series~2026-11-30T08:00:00").json["title"] == "Roof repair"


def test_an_item_whose_id_looks_like_an_occurrence_is_itself(bench: ApiBench) -> None:
    put(bench, "call~2026-11-23", CALL)
    put(bench, "call", CALL)

    found = get(bench, "call~2026-11-23")

    assert found.json["id"] == "call~2026-11-23"
    assert item_of(bench, "call~2026-11-23")["title"] == "Call back"


def test_what_others_deleted_comes_back_only_when_edited(bench: ApiBench) -> None:
    put(bench, "call-12", CALL)
    bench.connector().delete("call-12", version=None)

    again = put(bench, "call-12", CALL)
    edited = put(bench, "call-12", {**CALL, "title": "Do call back"})

    assert again.status_code == 410
    assert edited.status_code == 201
    assert edited.json["start"] == "2026-11-23T15:00:00"


def test_deleting_an_appointment_deletes_its_item(bench: ApiBench) -> None:
    put(bench, "call-12", CALL)

    gone = bench.call("DELETE", f"{bench.flat}/call-12", key=bench.agenda_key)

    assert gone.status_code == 204
    assert get(bench, "call-12").status_code == 404
    assert put(bench, "call-12", CALL).status_code == 201


def test_template_clients_may_call_their_body_what_they_like(bench: ApiBench) -> None:
    body = b'{"title": "x", "start": "2026-11-23", "end": "2026-11-24"}'
    path = f"{bench.flat}/call-12"
    headers = {"Authorization": f"bearer {bench.agenda_key}"}

    made = bench.client.put(path, data=body, headers=headers)

    assert made.status_code == 201


@pytest.mark.parametrize(
    ("members", "pointer"),
    [
        ({"start": ""}, "/start"),
        ({"start": "tomorrow"}, "/start"),
        ({"start": "2026-02-30T10:00:00"}, "/start"),
        ({"start": "0001-01-01T00:00:00"}, "/start"),
        ({"end": "2026-11-23T14:00:00"}, "/end"),
        ({"end": "9900-01-01T00:00:00"}, "/end"),
        ({"time_zone": "Mars/Olympus"}, "/time_zone"),
        ({"time_zone": "../../etc/passwd"}, "/time_zone"),
        ({"attendees": "nobody"}, "/attendees"),
        ({"private": "perhaps"}, "/private"),
        ({"title": 12}, "/title"),
        ({"title": ["x"]}, "/title"),
        ({"title": "a\0b"}, "/title"),
    ],
)
def test_what_cannot_be_an_appointment_is_named(
    bench: ApiBench, members: Json, pointer: str
) -> None:
    answer = put(bench, "call-12", {**CALL, **members})

    assert answer.status_code == 422
    assert pointers(answer) == {pointer}
    assert bench.count() == 0
