"""Lists of items: by pages, by stretches of time, and sent back as they came."""

import pytest

from tests.journeys.api_bench import (
    BOTH_STORES,
    OPERATOR_KEY,
    ApiBench,
    bench_on,
    event,
    pointers,
)


@pytest.fixture(params=BOTH_STORES)
def bench(request: pytest.FixtureRequest) -> ApiBench:
    return bench_on(request.param, request)


def test_items_are_listed_page_by_page(bench: ApiBench) -> None:
    for number in range(5):
        bench.put(f"visit-{number}", event())
    bench.call("DELETE", f"{bench.items}/visit-3", key=bench.agenda_key)

    found: list[str] = []
    query = "limit=2"
    while query:
        page = bench.call("GET", f"{bench.items}?{query}", key=bench.agenda_key)
        found += [entry["id"] for entry in page.json["items"]]
        token = page.json["next_page_token"]
        query = f"limit=2&page_token={token}" if token else ""

    assert found == ["visit-0", "visit-1", "visit-2", "visit-4"]


def test_a_stretch_of_time_shows_what_lies_in_it(bench: ApiBench) -> None:
    bench.put("before", event(start="2026-11-20T09:00:00"))
    bench.put("within", event(start="2026-11-24T09:00:00"))
    bench.put("after", event(start="2026-12-24T09:00:00"))
    rule = {"@type": "RecurrenceRule", "frequency": "weekly", "count": 4}
    series = event(
        start="2026-11-11T09:00:00",
        recurrenceRules=[rule],
        recurrenceOverrides={"2026-11-25T09:00:00": {"title": "Roof survey, moved"}},
    )
    bench.put("series", series)
    week = "start=2026-11-23T00:00:00%2B01:00&end=2026-12-03T00:00:00Z"

    found = bench.call("GET", f"{bench.items}?{week}", key=bench.agenda_key)
    expanded = bench.call(
        "GET", f"{bench.items}?{week}&expand=true", key=bench.agenda_key
    )

    assert {entry["id"] for entry in found.json["items"]} == {"within", "series"}
    shown = {entry["id"]: entry for entry in expanded.json["items"]}
    assert set(shown) == {
        "within",
        "series~2026-11-25T09:00:00",
        "series~2026-12-02T09:00:00",
    }
    moved = shown["series~2026-11-25T09:00:00"]
    assert moved["title"] == "Roof survey, moved"
    assert moved["recurrenceId"] == "2026-11-25T09:00:00"
    assert "recurrenceRules" not in moved


def test_an_entry_of_a_list_is_the_item_with_its_id_and_its_tag(
    bench: ApiBench,
) -> None:
    kept = bench.put("visit-1", event(**{"vendor.example:x": 1}))

    [entry] = bench.call("GET", bench.items, key=bench.agenda_key).json["items"]

    assert entry == {**kept.json, "id": "visit-1", "etag": kept.headers["ETag"]}


def test_an_entry_sent_back_is_stored_as_the_item_that_it_is(bench: ApiBench) -> None:
    kept = bench.put("visit-1", event())
    path = f"{bench.items}/visit-1"
    [entry] = bench.call("GET", bench.items, key=bench.agenda_key).json["items"]

    sent_back = [
        bench.put("visit-1", entry),
        bench.put("visit-1", entry, headers={"If-Match": entry["etag"]}),
        bench.call("PATCH", path, entry, key=bench.agenda_key),
    ]

    for answer in sent_back:
        assert answer.status_code == 200
        assert answer.json == kept.json
        assert answer.headers["ETag"] == kept.headers["ETag"]


@pytest.mark.parametrize(
    ("members", "pointer"),
    [
        ({"id": "visit-2"}, "/id"),
        ({"id": 1}, "/id"),
        ({"id": None}, "/id"),
        ({"etag": "new"}, "/etag"),
        ({"etag": ["1"]}, "/etag"),
    ],
)
@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_an_id_or_tag_that_no_list_showed_is_refused(
    bench: ApiBench, method: str, members: dict[str, object], pointer: str
) -> None:
    bench.put("visit-1", event())
    path = f"{bench.items}/visit-1"

    answer = bench.call(method, path, event(**members), key=bench.agenda_key)

    assert answer.status_code == 422
    assert pointers(answer) == {pointer}


def test_a_series_without_end_is_listed_as_far_as_asked(bench: ApiBench) -> None:
    rule = {"@type": "RecurrenceRule", "frequency": "daily"}
    bench.put("series", event(recurrenceRules=[rule]))
    year = "start=2036-01-01T00:00:00Z&end=2036-02-01T00:00:00Z&expand=true"

    found = bench.call("GET", f"{bench.items}?{year}", key=bench.agenda_key)

    assert len(found.json["items"]) == 31


@pytest.mark.parametrize("token", ["garbage", "o_1", "%00", "a_q3mz5k7yxw2d4f6hjbv1"])
@pytest.mark.parametrize("path", ["organizations", "agendas", "connections"])
def test_no_list_begins_behind_what_is_no_place_of_it(
    bench: ApiBench, path: str, token: str
) -> None:
    key = OPERATOR_KEY if path == "organizations" else bench.organization_key

    answer = bench.call("GET", f"/v1/{path}?page_token={token}", key=key)

    assert answer.status_code == 422
    assert pointers(answer) == {"/page_token"}


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("expand=true", "/expand"),
        ("start=2026-11-23T00:00:00Z", "/end"),
        ("start=yesterday&end=today", "/start"),
        ("start=2026-11-23T00:00:00&end=2026-11-24T00:00:00Z", "/start"),
        ("start=2026-11-24T00:00:00Z&end=2026-11-23T00:00:00Z", "/end"),
        ("limit=0", "/limit"),
        ("limit=501", "/limit"),
        ("limit=many", "/limit"),
        ("limit=99999999999999999999", "/limit"),
        ("expand=maybe", "/expand"),
        ("page_token=%00", "/page_token"),
        ("page_token=WyJhL2IiLCAiIl0", "/page_token"),
    ],
)
def test_a_list_that_cannot_be_asked_for_says_why(
    bench: ApiBench, query: str, pointer: str
) -> None:
    answer = bench.call("GET", f"{bench.items}?{query}", key=bench.agenda_key)

    assert answer.status_code == 422
    assert pointers(answer) == {pointer}
