"""Items through the API: stated, replaced, patched, deleted."""

from typing import Any

import pytest

from sync import jscalendar
from sync.content import Content
from tests.journeys.api_bench import BOTH_STORES, ApiBench, bench_on, event

Json = dict[str, Any]

WEEKLY = [{"@type": "RecurrenceRule", "frequency": "weekly", "count": 4}]


@pytest.fixture(params=BOTH_STORES)
def bench(request: pytest.FixtureRequest) -> ApiBench:
    return bench_on(request.param, request)


def edit_as_google(bench: ApiBench, item: str, **members: Any) -> None:
    """Change an item as the engine does after somebody edited the event."""
    connector = bench.connector()
    known = connector.get([item])[item]
    assert isinstance(known.content, Content)
    path = f"{bench.items}/{item}"
    value = bench.call("GET", path, key=bench.agenda_key).json
    wanted = jscalendar.read({**value, **members}, default_uid=item)
    connector.write(item, wanted, before=known.content, version=known.version)


def test_an_item_is_made_and_found_with_all_that_its_application_wrote(
    bench: ApiBench,
) -> None:
    body = event(**{"example.com:team": "roofs", "relatedTo": {}, "category": "Visit"})

    made = bench.put("visit-1", body)

    assert made.status_code == 201
    assert made.json == {**body, "uid": "visit-1"}
    found = bench.call("GET", f"{bench.items}/visit-1", key=bench.agenda_key)
    assert found.json == made.json
    assert found.headers["ETag"] == made.headers["ETag"]
    assert bench.connector().get(["visit-1"])["visit-1"].extra == {
        "example.com:team": "roofs",
        "category": "Visit",
    }


def test_a_repeated_statement_never_undoes_what_came_from_google(
    bench: ApiBench,
) -> None:
    bench.put("visit-1", event())
    edit_as_google(bench, "visit-1", title="Roof survey, bring a ladder")

    again = bench.put("visit-1", event())
    moved = bench.put("visit-1", event(start="2026-11-23T11:00:00"))

    assert again.status_code == 200
    assert again.json["title"] == "Roof survey, bring a ladder"
    assert moved.json["title"] == "Roof survey, bring a ladder"
    assert moved.json["start"] == "2026-11-23T11:00:00"


def test_what_a_statement_leaves_out_is_removed_only_where_it_was_stated(
    bench: ApiBench,
) -> None:
    bench.put("visit-1", event(description="Ring twice"))
    edit_as_google(
        bench, "visit-1", locations={"1": {"@type": "Location", "name": "Utrecht"}}
    )

    now = bench.put("visit-1", event())

    assert "description" not in now.json
    assert now.json["locations"]["1"]["name"] == "Utrecht"


def test_two_applications_do_not_undo_each_other(bench: ApiBench) -> None:
    other = bench.make_key(bench.agenda, "crm")
    bench.put("visit-1", event())
    bench.put("visit-1", event(), key=other)
    bench.put("visit-1", event(title="Roof survey, second floor"), key=other)

    now = bench.put("visit-1", event())

    assert now.json["title"] == "Roof survey, second floor"


def test_an_edit_that_does_not_fit_the_time_takes_the_whole_time_along(
    bench: ApiBench,
) -> None:
    bench.put("visit-1", event())
    edit_as_google(
        bench,
        "visit-1",
        start="2026-11-23T00:00:00",
        showWithoutTime=True,
        timeZone=None,
        duration="P1D",
    )

    longer = bench.put("visit-1", event(duration="PT2H"))

    assert longer.status_code == 200
    assert longer.json["duration"] == "PT2H"
    assert longer.json["start"] == "2026-11-23T09:00:00"


def test_if_match_replaces_the_whole_and_refuses_what_is_stale(bench: ApiBench) -> None:
    first = bench.put("visit-1", event(description="Ring twice"))
    tag = first.headers["ETag"]

    replaced = bench.put("visit-1", event(title="New"), headers={"If-Match": tag})
    stale = bench.put("visit-1", event(title="Old"), headers={"If-Match": tag})

    assert replaced.status_code == 200
    assert "description" not in replaced.json
    assert stale.status_code == 412
    assert stale.content_type == "application/problem+json"
    assert stale.json["type"] == "/problems/stale"
    found = bench.call("GET", f"{bench.items}/visit-1", key=bench.agenda_key)
    assert found.json["title"] == "New"


def test_if_none_match_creates_only(bench: ApiBench) -> None:
    only_new = {"If-None-Match": "*"}

    made = bench.put("visit-1", event(), headers=only_new)
    again = bench.put("visit-1", event(), headers=only_new)

    assert (made.status_code, again.status_code) == (201, 412)


def test_if_match_on_nothing_is_stale(bench: ApiBench) -> None:
    missing = bench.put("visit-1", event(), headers={"If-Match": "*"})

    assert missing.status_code == 412
    assert bench.count() == 0


def test_a_merge_patch_changes_what_it_names(bench: ApiBench) -> None:
    bench.put("visit-1", event(description="Ring twice", color="red"))
    path = f"{bench.items}/visit-1"

    patched = bench.call(
        "PATCH", path, {"title": "Moved", "color": None}, key=bench.agenda_key
    )
    stated = bench.put("visit-1", event(description="Ring twice", color="red"))

    assert patched.json["title"] == "Moved"
    assert "color" not in patched.json
    assert stated.json["title"] == "Roof survey", "a statement that says so is an edit"


def test_what_was_patched_and_stated_since_is_no_edit(bench: ApiBench) -> None:
    bench.put("visit-1", event())
    path = f"{bench.items}/visit-1"
    bench.call("PATCH", path, {"title": "Moved"}, key=bench.agenda_key)
    edit_as_google(bench, "visit-1", title="Moved, by Google")

    stated = bench.put("visit-1", event(title="Moved"))

    assert stated.json["title"] == "Moved, by Google"


def test_a_series_that_is_moved_takes_the_exceptions_of_others_along(
    bench: ApiBench,
) -> None:
    own = {"2026-11-30T09:00:00": {"excluded": True}}
    bench.put("visit-1", event(recurrenceRules=WEEKLY, recurrenceOverrides=own))
    from_google = {"2026-12-07T09:00:00": {"title": "Bring a ladder"}}
    edit_as_google(bench, "visit-1", recurrenceOverrides={**own, **from_google})

    at_two = {"2026-11-30T14:00:00": {"excluded": True}}
    stated = bench.put(
        "visit-1",
        event(
            start="2026-11-23T14:00:00",
            recurrenceRules=WEEKLY,
            recurrenceOverrides=at_two,
        ),
    )

    assert stated.json["recurrenceOverrides"] == {
        **at_two,
        "2026-12-07T14:00:00": {"title": "Bring a ladder"},
    }


def test_patching_the_start_of_a_series_brings_nothing_back_that_was_cancelled(
    bench: ApiBench,
) -> None:
    exceptions = {
        "2026-11-30T09:00:00": {"excluded": True},
        "2026-12-07T09:00:00": {"start": "2026-12-08T16:00:00"},
    }
    bench.put("visit-1", event(recurrenceRules=WEEKLY, recurrenceOverrides=exceptions))

    path = f"{bench.items}/visit-1"
    patch = {"start": "2026-11-24T14:00:00"}
    moved = bench.call("PATCH", path, patch, key=bench.agenda_key)

    assert moved.json["recurrenceOverrides"] == {
        "2026-12-01T14:00:00": {"excluded": True},
        "2026-12-08T14:00:00": {"start": "2026-12-08T16:00:00"},
    }


def test_deleting_twice_is_fine_and_stating_again_makes_it_anew(
    bench: ApiBench,
) -> None:
    path = f"{bench.items}/visit-1"
    bench.put("visit-1", event())

    gone = [bench.call("DELETE", path, key=bench.agenda_key) for _ in range(2)]

    assert [answer.status_code for answer in gone] == [204, 204]
    assert bench.call("GET", path, key=bench.agenda_key).status_code == 404
    assert bench.call("PATCH", path, {}, key=bench.agenda_key).status_code == 404
    assert bench.put("visit-1", event()).status_code == 201


def test_what_google_deleted_stays_deleted_however_often_it_is_stated(
    bench: ApiBench,
) -> None:
    bench.put("visit-1", event())
    bench.connector().delete("visit-1", version=None)

    repeated = bench.put("visit-1", event())
    coloured = bench.put("visit-1", event(color="red"))
    edited = bench.put("visit-1", event(title="Still on!"))

    assert repeated.status_code == 410
    assert repeated.json["type"] == "/problems/item-deleted"
    assert coloured.status_code == 410
    assert edited.status_code == 201
    assert edited.json["title"] == "Still on!"


def test_deleting_what_never_was_is_unknown(bench: ApiBench) -> None:
    answer = bench.call("DELETE", f"{bench.items}/visit-1", key=bench.agenda_key)

    assert answer.status_code == 404


def test_each_change_of_an_application_asks_for_a_run_and_tells_the_webhook(
    bench: ApiBench,
) -> None:
    hook = f"/v1/agendas/{bench.agenda}/webhook"
    bench.call("PUT", hook, {"url": "https://a.example/"}, key=bench.organization_key)

    bench.put("visit-1", event())
    bench.put("visit-1", event())

    assert bench.queue.paths() == ["/tasks/deliver-hook"]
