"""Connections through the API: made for others, steered, ended, looked into."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.connections.connection import Connection, State, asking, change, load
from services.connections.journal import Page, opened
from services.google.access import access_token, forget
from services.links.documents import saved
from services.links.link import Intent, ItemNow, Link, Rank, Waiting
from services.ports.store import Query
from services.previews.preview import new_preview
from sync import jscalendar
from sync.sides import Atom, Side
from tests.journeys.api_bench import ApiBench, Said, event, pointers
from tests.journeys.test_api_admin import SERVICE

Json = dict[str, Any]


@pytest.fixture
def bench() -> ApiBench:
    made = ApiBench()
    path = f"/v1/organizations/{made.organization}/google"
    made.call("PUT", path, {"kind": "service_account", "key": SERVICE})
    return made


def connect(bench: ApiBench, agenda: str | None = None, **members: Any) -> Said:
    path = f"/v1/agendas/{agenda or bench.agenda}/connections"
    body = {"account": "Anna@Example.com", **members}
    return bench.call("POST", path, body, key=bench.organization_key)


def ask(bench: ApiBench, method: str, path: str, body: Any = None) -> Said:
    return bench.call(
        method, f"/v1/connections{path}", body, key=bench.organization_key
    )


def stored(bench: ApiBench, connection: str) -> Connection:
    return load(bench.store, connection)[0]


# --- Through a service account -------------------------------------------------------


def test_an_administrator_connects_for_the_owner(bench: ApiBench) -> None:
    made = connect(bench)

    assert made.status_code == 201
    assert made.json["calendar_id"] == "anna@example.com"
    assert made.json["state"] == "syncing"
    assert made.json["agenda"] == bench.agenda
    assert bench.queue.paths() == ["/tasks/sync"]
    path = f"/v1/agendas/{bench.agenda}/accounts/{made.json['account']}/calendars"
    calendars = bench.call("GET", path, key=bench.organization_key).json["items"]
    assert [calendar["summary"] for calendar in calendars] == ["Own", "Team"]
    listed = ask(bench, "GET", f"?agenda={bench.agenda}").json["items"]
    assert [connection["id"] for connection in listed] == [made.json["id"]]


def test_the_same_pair_is_not_connected_twice(bench: ApiBench) -> None:
    one = connect(bench).json["id"]
    bench.queue.tasks.clear()

    again = connect(bench)
    shared = connect(bench, shared=True)

    assert (again.status_code, shared.status_code) == (409, 409)
    assert again.json["type"] == "/problems/calendar-taken"
    assert "with this agenda already" in again.json["detail"]
    assert [entry["id"] for entry in ask(bench, "GET", "").json["items"]] == [one]
    assert bench.queue.paths() == []


@pytest.mark.parametrize("state", [State.NEEDS_RECONNECT, State.FAILING])
def test_a_connection_that_does_not_work_is_mended_by_connecting_again(
    bench: ApiBench, state: State
) -> None:
    one = connect(bench).json["id"]
    change(bench.store, one, lambda known: replace(known, state=state))

    again = connect(bench)

    assert again.status_code == 201
    assert again.json["id"] == one
    assert stored(bench, one).state is State.ACTIVE


def test_a_token_from_the_store_still_counts_on_its_own_person(
    bench: ApiBench,
) -> None:
    account, now = connect(bench).json["account"], bench.clock.now()
    asked = access_token(bench.world, account, now=now)
    forget(bench.world, account)

    found = access_token(bench.world, account, now=now)

    assert found == asked
    assert found.quota_user == "anna@example.com"


def test_only_allowed_accounts_are_connected(bench: ApiBench) -> None:
    refused = connect(bench, account="boss@example.com")
    agenda = bench.make_agenda(settings={"allowed_accounts": ["boss@example.com"]})
    allowed = connect(bench, agenda, account="boss@example.com")

    assert refused.status_code == 403
    assert allowed.status_code == 201


def test_a_calendar_has_one_connection_unless_it_is_to_be_shared(
    bench: ApiBench,
) -> None:
    connect(bench)
    other = bench.make_agenda()

    taken = connect(bench, other)
    shared = connect(bench, other, shared=True)

    assert taken.status_code == 409
    assert taken.json["type"] == "/problems/calendar-taken"
    assert shared.status_code == 201


def test_another_account_than_before_is_refused(bench: ApiBench) -> None:
    patch = {"settings": {"allowed_accounts": ["anna@example.com", "b@example.com"]}}
    path = f"/v1/agendas/{bench.agenda}"
    bench.call("PATCH", path, patch, key=bench.organization_key)
    connect(bench)

    answer = connect(bench, account="b@example.com")

    assert answer.status_code == 409
    assert answer.json["type"] == "/problems/account-changed"


def test_a_calendar_that_may_only_be_read_is_refused(bench: ApiBench) -> None:
    delegation: Any = bench.world.accounts
    delegation.role = "reader"

    reads, missing = connect(bench), connect(bench, calendar_id="nowhere")

    assert reads.status_code == 409
    assert missing.status_code == 422
    assert pointers(missing) == {"/calendar_id"}


def test_without_a_service_account_nobody_connects_for_others() -> None:
    answer = connect(ApiBench())

    assert answer.status_code == 409
    assert answer.json["type"] == "/problems/set-up-wrong"


# --- Steering ------------------------------------------------------------------------


def test_a_connection_pauses_and_goes_on(bench: ApiBench) -> None:
    one = connect(bench).json["id"]
    bench.queue.tasks.clear()

    codes = [ask(bench, "POST", f"/{one}/{word}").status_code for word in STEPS]

    assert codes == [202, 202, 409, 202, 202]
    assert bench.queue.paths() == ["/tasks/sync", "/tasks/sync"]
    assert stored(bench, one).state is State.ACTIVE


STEPS = ["sync", "pause", "sync", "cancel", "resume"]


def test_what_only_its_owner_can_wake_is_not_resumed(bench: ApiBench) -> None:
    one = connect(bench).json["id"]
    change(bench.store, one, lambda known: replace(known, state=State.NEEDS_RECONNECT))

    answer = ask(bench, "POST", f"/{one}/resume")

    assert answer.status_code == 409
    assert answer.json["type"] == "/problems/needs-reconnect"


def test_settings_of_a_connection_lie_over_those_of_its_agenda(
    bench: ApiBench,
) -> None:
    one = connect(bench).json["id"]

    good = ask(bench, "PATCH", f"/{one}", {"settings": {"conflict": "agenda"}})
    bad = ask(bench, "PATCH", f"/{one}", {"settings": {"brake": {"hours": "x"}}})
    none = ask(bench, "PATCH", f"/{one}", {"settings": {"conflict": None}})

    assert good.json["settings"] == {"conflict": "agenda"}
    assert bad.status_code == 422
    assert pointers(bad) == {"/settings/brake/hours"}
    assert none.json["settings"] == {}


def test_a_connection_that_ended_frees_its_calendar(bench: ApiBench) -> None:
    one = connect(bench).json["id"]

    ended = ask(bench, "POST", f"/{one}/disconnect", {"copies": "keep"})
    removed = ask(bench, "POST", f"/{one}/disconnect", {"copies": "remove"})
    again = ask(bench, "POST", f"/{one}/sync")

    assert ended.status_code == 202
    assert removed.status_code == 202
    assert again.status_code == 409
    assert ask(bench, "GET", f"/{one}").json["state"] == "disconnected"
    assert connect(bench, bench.make_agenda()).status_code == 201


def test_a_grant_that_another_connection_uses_stays(bench: ApiBench) -> None:
    one = connect(bench).json["id"]
    team = "team@group.calendar.google.com"
    other = connect(bench, bench.make_agenda(), calendar_id=team).json

    ask(bench, "POST", f"/{one}/disconnect", {"revoke": True})

    assert bench.store.get(f"accounts/{other['account']}") is not None


def test_another_calendar_than_the_primary_one_is_connected(bench: ApiBench) -> None:
    team = "team@group.calendar.google.com"

    made = connect(bench, calendar_id=team)

    assert made.status_code == 201
    assert made.json["calendar_id"] == team
    assert stored(bench, made.json["id"]).calendar_id == team


def test_an_edit_is_answered_at_once_and_only_asks_for_a_run(bench: ApiBench) -> None:
    one = connect(bench).json["id"]
    bench.queue.tasks.clear()

    answer = bench.put("visit-1", event())

    assert answer.status_code == 201
    assert bench.queue.paths() == ["/tasks/sync"]
    assert not stored(bench, one).lease.epoch, "nothing ran while it was answered"


def test_deleting_an_agenda_ends_its_connection(bench: ApiBench) -> None:
    one = connect(bench).json["id"]
    path = f"/v1/agendas/{bench.agenda}"

    gone = bench.call("DELETE", path, key=bench.organization_key)

    assert gone.status_code == 204
    assert ask(bench, "GET", f"/{one}").status_code == 404
    assert bench.store.query(Query(collection="accounts")) == []


def test_connections_are_found_by_their_state(bench: ApiBench) -> None:
    one = connect(bench).json["id"]
    ask(bench, "POST", f"/{one}/pause")

    paused = ask(bench, "GET", "?state=paused").json["items"]
    active = ask(bench, "GET", "?state=active").json["items"]
    wrong = ask(bench, "GET", "?state=happy")
    foreign = ask(bench, "GET", "?organization=o_other")

    assert [connection["id"] for connection in paused] == [one]
    assert active == []
    assert wrong.status_code == 422
    assert foreign.status_code == 404


# --- Looking into it -----------------------------------------------------------------


def held_link(bench: ApiBench) -> Link:
    content = jscalendar.read(event(), default_uid="visit-1")
    item = ItemNow(id="visit-1", version="1", content=content)
    intent = Intent(
        id="n1",
        link="l1",
        side=Side.CALENDAR,
        act="edit",
        target="e1",
        at=bench.clock.now(),
        epoch=1,
        atoms=frozenset({Atom(slot=None, name="title")}),
        sent=content,
    )
    return Link(
        id="l1",
        birth=Side.AGENDA,
        item_id="visit-1",
        item=item,
        seen={Side.AGENDA: content, Side.CALENDAR: content},
        intent=intent,
        rank=Rank.DELETE,
        waiting=Waiting.HELD,
        why="brake",
    )


def test_links_and_the_journal_show_both_sides(bench: ApiBench) -> None:
    one = connect(bench).json["id"]
    link = held_link(bench)
    assert link.intent is not None
    page = Page(id="j1", run="r1", at=bench.clock.now(), entries=(link.intent,))
    bench.store.commit([saved(one, link, over=None), opened(one, page)])

    listed = ask(bench, "GET", f"/{one}/links").json["items"]
    found = ask(bench, "GET", f"/{one}/links/l1").json
    journal = ask(bench, "GET", f"/{one}/journal").json["items"]

    [shown] = listed
    assert shown.items() <= found.items()
    assert found["story"][0] == "It is held until a person answers: Brake."
    assert found["now"]["agenda"]["title"] == "Roof survey"
    assert found["now"]["calendar"] is None
    assert found["dirty"] == "delete"
    assert found["waiting"] == "held"
    assert journal[0]["writes"][0]["fields"] == ["title"]
    assert journal[0]["writes"][0]["sent"]["title"] == "Roof survey"
    assert ask(bench, "GET", f"/{one}/links/l2").status_code == 404


def test_what_is_held_is_shown_and_passes_with_a_yes(bench: ApiBench) -> None:
    one = connect(bench).json["id"]
    now = bench.clock.now()
    preview = new_preview(stored(bench, one), reason="21 deletes", now=now)
    held = replace(held_link(bench), intent=None)
    bench.store.commit([saved(one, held, over=None), preview])
    name = str(preview.data["id"])

    def tripped(known: Connection) -> Connection:
        return replace(asking(known, State.HELD, "21 deletes", now=now), preview=name)

    change(bench.store, one, tripped)
    path = f"/{one}/previews/{name}"

    listed = ask(bench, "GET", f"/{one}/previews").json["items"]
    shown = ask(bench, "GET", path).json
    applied = ask(bench, "POST", f"{path}/apply")
    bench.clock.advance(timedelta(days=15))
    late = ask(bench, "POST", f"{path}/apply")

    assert [entry["reason"] for entry in listed] == ["21 deletes"]
    assert shown["counts"]["deletes"] == 1
    assert shown["writes"][0]["now"]["agenda"]["title"] == "Roof survey"
    assert shown["writes"][0]["becomes"] is None
    assert applied.status_code == 202
    assert late.status_code == 410
    assert ask(bench, "GET", f"/{one}/links/l1").json["waiting"] is None


# --- Lists ---------------------------------------------------------------------------


def test_a_filtered_list_has_no_empty_pages(bench: ApiBench) -> None:
    first = connect(bench).json["id"]
    made = [first]
    for number in range(4):
        agenda = bench.make_agenda(name=f"Visits {number}")
        body = {"calendar_id": "team@group.calendar.google.com", "shared": True}
        made.append(connect(bench, agenda, **body).json["id"])
    last = sorted(made[1:])[-1]
    change(bench.store, last, lambda one: replace(one, state=State.PAUSED))

    page = ask(bench, "GET", "?state=paused&limit=1").json
    syncing = ask(bench, "GET", "?state=syncing&limit=3").json

    assert [one["id"] for one in page["items"]] == [last]
    assert len(syncing["items"]) == 3
    rest = ask(
        bench, "GET", f"?state=syncing&limit=3&page_token={syncing['next_page_token']}"
    ).json
    assert len(rest["items"]) == 1
    assert rest["next_page_token"] is None
    assert ask(bench, "GET", "?state=active").json["items"] == []
    assert ask(bench, "GET", "?state=nonsense").status_code == 422
    both = f"?agenda={bench.agenda}&state=syncing"
    assert [one["id"] for one in ask(bench, "GET", both).json["items"]] == [first]
