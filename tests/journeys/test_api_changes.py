"""Changes through the API: pages, long polls, one at a time, webhooks."""

import json
from datetime import timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook

from services.agendas.webhooks import deliver
from sync import jscalendar
from tests.journeys.api_bench import BOTH_STORES, ApiBench, bench_on, event

Json = dict[str, Any]


@pytest.fixture(params=BOTH_STORES)
def bench(request: pytest.FixtureRequest) -> ApiBench:
    return bench_on(request.param, request)


def create_as_google(bench: ApiBench, key: str, **members: Any) -> str:
    """Make an item as the engine does, and return its id."""
    content = jscalendar.read(event(uid=key, **members), default_uid=key)
    return bench.connector().create(content, key=key, ical_uid=f"{key}@g").item.id


def changes(bench: ApiBench, query: str = "", key: str | None = None) -> Json:
    answer = bench.call("GET", f"{bench.changes}?{query}", key=key or bench.agenda_key)
    assert answer.status_code == 200, answer.json
    found: Json = answer.json
    return found


def next_change(bench: ApiBench) -> Json:
    found: Json = bench.call("GET", f"{bench.changes}/next", key=bench.agenda_key).json
    return found


def acknowledge(bench: ApiBench, ack: str) -> int:
    path = f"{bench.changes}/{ack}"
    return bench.call("POST", path, {}, key=bench.agenda_key).status_code


def told(bench: ApiBench, most: int = 100) -> list[tuple[str, str]]:
    """Acknowledge everything there is, and return what it was."""
    found: list[tuple[str, str]] = []
    for _ in range(most):
        change = next_change(bench)
        if not change["ack"]:
            return found
        found.append((change["op"], change["id"]))
        assert acknowledge(bench, change["ack"]) == 200
    raise AssertionError("There is no end of changes.")


# --- Pages ---------------------------------------------------------------------------


def test_an_application_hears_what_it_did_not_do_itself(bench: ApiBench) -> None:
    bench.put("mine", event())
    theirs = create_as_google(bench, "1")

    found = changes(bench)

    assert [change["item"] for change in found["changes"]] == [theirs]
    assert found["changes"][0]["value"]["title"] == "Roof survey"
    assert found["more"] is False
    everything = changes(bench, "all=true")
    assert [change["item"] for change in everything["changes"]] == ["mine", theirs]


def test_another_change_is_never_hidden_by_ones_own_later_one(bench: ApiBench) -> None:
    cursor = changes(bench)["cursor"]
    theirs = create_as_google(bench, "1")
    path = f"{bench.items}/{theirs}"
    bench.call("PATCH", path, {"color": "red"}, key=bench.agenda_key)

    found = changes(bench, f"cursor={cursor}")

    assert [change["item"] for change in found["changes"]] == [theirs]
    assert changes(bench, f"cursor={found['cursor']}")["changes"] == []


def test_a_cursor_goes_on_where_a_page_ended(bench: ApiBench) -> None:
    made = [create_as_google(bench, str(number)) for number in range(5)]

    cursor, found = "", []
    while True:
        page = changes(bench, f"limit=2&cursor={cursor}")
        found += [change["item"] for change in page["changes"]]
        cursor = page["cursor"]
        if not page["more"]:
            break

    assert found == made


def test_a_delete_is_told_for_ninety_days_and_then_the_cursor_is_gone(
    bench: ApiBench,
) -> None:
    theirs = create_as_google(bench, "1")
    cursor = changes(bench)["cursor"]
    bench.connector().delete(theirs, version=None)

    found = changes(bench, f"cursor={cursor}")
    bench.clock.advance(timedelta(days=91))
    late = bench.call("GET", f"{bench.changes}?cursor={cursor}", key=bench.agenda_key)

    assert found["changes"] == [{"item": theirs, "deleted": True}]
    assert late.status_code == 410
    assert late.json["type"] == "/problems/cursor-expired"


@pytest.mark.parametrize(
    "cursor", ["x", "MS4x", "%00", "MS4xLjk5OTk5OTk5OTk5OTk5", "é"]
)
def test_a_foreign_cursor_is_refused(bench: ApiBench, cursor: str) -> None:
    answer = bench.call("GET", f"{bench.changes}?cursor={cursor}", key=bench.agenda_key)

    assert answer.status_code == 422


def test_a_long_poll_ends_with_its_time_or_with_a_change(bench: ApiBench) -> None:
    cursor = changes(bench)["cursor"]
    began = bench.clock.now()

    nothing = changes(bench, f"cursor={cursor}&wait=20")
    waited = (bench.clock.now() - began).total_seconds()
    bench.clock.after_next_sleep(lambda: create_as_google(bench, "1"))
    something = changes(bench, f"cursor={nothing['cursor']}&wait=20")

    assert nothing["changes"] == []
    assert waited == pytest.approx(20)
    assert len(something["changes"]) == 1
    assert (bench.clock.now() - began).total_seconds() < 22


# --- One at a time -------------------------------------------------------------------


def test_nothing_to_tell_is_every_member_empty(bench: ApiBench) -> None:
    bench.put("mine", event())

    assert set(next_change(bench).values()) == {""}


def test_one_change_at_a_time_until_it_is_acknowledged(bench: ApiBench) -> None:
    theirs = create_as_google(bench, "1")

    first, second = next_change(bench), next_change(bench)
    codes = [acknowledge(bench, first["ack"]) for _ in range(2)]

    assert first == second
    assert (first["op"], first["id"]) == ("put", theirs)
    assert first["start"] == "2026-11-23T09:00:00"
    assert first["end"] == "2026-11-23T10:00:00"
    assert codes == [200, 200]
    assert next_change(bench)["ack"] == ""


def test_a_series_is_told_occurrence_by_occurrence(bench: ApiBench) -> None:
    rule = {"@type": "RecurrenceRule", "frequency": "weekly", "count": 3}
    theirs = create_as_google(bench, "1", recurrenceRules=[rule])

    first = told(bench)
    path = f"{bench.flat}/{theirs}~2026-11-30T09:00:00"
    bench.call("DELETE", path, key=bench.organization_key)
    second = told(bench)
    bench.connector().delete(theirs, version=None)
    third = told(bench)

    slots = ["2026-11-23", "2026-11-30", "2026-12-07"]
    ids = [f"{theirs}~{day}T09:00:00" for day in slots]
    assert first == [("put", one) for one in ids]
    assert second == [("delete", ids[1])]
    assert third == [("delete", ids[0]), ("delete", ids[2])]


def test_what_comes_inside_the_horizon_is_told_when_it_does(bench: ApiBench) -> None:
    path = f"/v1/agendas/{bench.agenda}"
    patch = {"settings": {"horizon_days": 10}}
    bench.call("PATCH", path, patch, key=bench.organization_key)
    rule = {"@type": "RecurrenceRule", "frequency": "weekly"}
    theirs = create_as_google(bench, "1", recurrenceRules=[rule])

    first = told(bench)
    bench.clock.advance(timedelta(days=7))
    second = told(bench)
    bench.clock.advance(timedelta(days=60))
    third = told(bench)

    days = ["2026-11-23", "2026-11-30"]
    assert first == [("put", f"{theirs}~{day}T09:00:00") for day in days]
    assert second == [("put", f"{theirs}~2026-12-07T09:00:00")]
    assert all(op == "put" for op, _ in third), "the past goes quietly"
    assert third[-1] == ("put", f"{theirs}~2027-02-01T09:00:00")


def test_what_goes_back_to_what_it_was_before_ones_own_edit_is_told(
    bench: ApiBench,
) -> None:
    theirs = create_as_google(bench, "1")
    told(bench)
    path = f"{bench.flat}/{theirs}"
    bench.call("PUT", path, {"title": "Mine"}, key=bench.agenda_key)
    bench.call("PUT", path, {"title": "Roof survey"}, key=bench.organization_key)

    assert told(bench) == [("put", theirs)]


def test_the_delete_of_what_one_made_oneself_is_told_once(bench: ApiBench) -> None:
    bench.put("mine", event())
    bench.connector().delete("mine", version=None)

    assert told(bench) == [("delete", "mine")]


@pytest.mark.parametrize(
    "ack", ["x", "W10", "WyJhIiwgMSwgIiIsIDFd", "WyIvIiwgMSwgIiIsICIiXQ"]
)
def test_a_foreign_acknowledgement_is_refused(bench: ApiBench, ack: str) -> None:
    assert acknowledge(bench, ack) == 422


# --- Webhooks ------------------------------------------------------------------------


def set_webhook(bench: ApiBench) -> str:
    path = f"/v1/agendas/{bench.agenda}/webhook"
    body = {"url": "https://application.example/changed"}
    return str(bench.call("PUT", path, body, key=bench.organization_key).json["secret"])


def deliver_next(bench: ApiBench) -> bool:
    task = bench.queue.tasks.pop(0)
    if task.at is not None:
        bench.clock.advance(task.at - bench.clock.now())
    return deliver(bench.world, task.body, now=bench.clock.now())


def test_a_webhook_is_told_in_a_way_that_it_can_trust(bench: ApiBench) -> None:
    secret = set_webhook(bench)
    bench.put("mine", event())
    create_as_google(bench, "1")

    taken = deliver_next(bench)

    assert taken
    [(url, body, headers)] = bench.letters.posted
    assert url == "https://application.example/changed"
    message_id, signed_at = headers["webhook-id"], bench.clock.now()
    signature = Webhook(secret).sign(message_id, signed_at, body.decode())
    assert headers["webhook-signature"] == signature
    message = json.loads(body)
    assert message["agenda"] == bench.agenda
    found = changes(bench, f"all=true&cursor={message['cursor']}")
    assert len(found["changes"]) == 2
    assert bench.queue.tasks == [], "both changes of a second are told together"


def test_a_webhook_that_fails_is_tried_for_a_day_with_the_same_id(
    bench: ApiBench,
) -> None:
    set_webhook(bench)
    began = bench.clock.now()
    bench.put("mine", event())
    bench.letters.status = 500

    while bench.queue.tasks:
        assert not deliver_next(bench)

    ids = {headers["webhook-id"] for _, _, headers in bench.letters.posted}
    assert len(ids) == 1
    assert len(bench.letters.posted) == 11
    assert 20 < (bench.clock.now() - began).total_seconds() / 3600 < 30


def test_a_webhook_that_was_removed_is_told_nothing_more(bench: ApiBench) -> None:
    set_webhook(bench)
    bench.put("mine", event())
    path = f"/v1/agendas/{bench.agenda}/webhook"
    bench.call("DELETE", path, key=bench.organization_key)

    assert not deliver_next(bench)
    assert bench.letters.posted == []


def test_a_webhook_into_our_own_network_is_refused(bench: ApiBench) -> None:
    path = f"/v1/agendas/{bench.agenda}/webhook"

    answer = bench.call(
        "PUT", path, {"url": "http://private.example"}, key=bench.organization_key
    )

    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"] == "/url"


def test_a_change_is_kept_though_the_queue_is_down(bench: ApiBench) -> None:
    set_webhook(bench)
    bench.queue.down = True

    assert bench.put("mine", event()).status_code == 201
