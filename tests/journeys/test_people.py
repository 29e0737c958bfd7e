"""An owner's export and erasure: all of theirs, and nothing of anybody else's."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import requests

from local.store import SqliteStore
from services.connections.connection import change
from services.consent.invitations import create
from services.google.access import forget
from services.google.pace import reserve, slow_down
from services.organizations.organization import set_administrators
from services.people import erasing
from services.ports.accounts import Accounts
from services.ports.store import StoreError
from services.retention import KEEPINGS
from services.run import Hint
from sync.errors import TransientError
from tests.journeys.api_over import OPERATOR, Api, do_tasks, said
from tests.journeys.trouble import (
    event_of,
    forget_calls,
    give_grant,
    hour_at,
    visit,
    writes,
)
from tests.journeys.workbench import Workbench, neighbour
from tests.remembering import RememberingStore
from tests.standin.people import Person

Json = dict[str, Any]

MARKS = ("Knee surgery", "Kerkstraat 9", "Zebra", "0612345678")
"""What stands in Ann's appointments and nowhere else."""


@pytest.fixture
def store() -> RememberingStore:
    return RememberingStore(SqliteStore(":memory:"))


@pytest.fixture
def anns(ann: Person, store: RememberingStore) -> Workbench:
    """Ann, of whom there is something of every kind."""
    bench = Workbench(ann, store=store)
    bench.connect()
    give_grant(bench)
    api = Api(bench)
    set_administrators(store, bench.organization, [ann.email, "boss@example.com"])
    create(bench.world, bench.agenda, now=bench.clock.now())
    reserve(
        bench.world,
        f"{bench.organization}.1",
        5,
        longest=timedelta(hours=1),
        now=bench.clock.now(),
    )
    slow_down(bench.world, f"{bench.organization}.1", now=bench.clock.now())
    visit(bench, "mine", title=MARKS[0], description=MARKS[3])
    visit(bench, "gone", title=MARKS[2])
    ann.insert(summary="theirs", location=MARKS[1], **hour_at("12:00", "13:00"))
    bench.settle()
    bench.remove("gone")
    bench.sync(Hint(received_at=bench.clock.now()))
    api.post(f"/agendas/{bench.agenda}/keys", {"name": "planner"})
    api.steer("sync")
    do_tasks(bench)
    api.post(f"/connections/{bench.connection_id}/previews")
    return bench


@pytest.fixture
def bobs(anns: Workbench, bob: Person) -> Workbench:
    """Bob, who knows Ann: she may use his agenda, and is a guest of his."""
    bench = neighbour(anns, bob, settings={"allowed_accounts": [anns.person.email]})
    bench.connect()
    bob.insert(
        summary="Lunch",
        attendees=[{"email": anns.person.email}],
        **hour_at("12:00", "13:00"),
    )
    bench.put("own", title="Roof", start="2027-03-29T09:00:00", duration="PT1H")
    bench.settle()
    return bench


class Deaf:
    """A Google that does not take back any grant."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def __getattr__(self, name: str) -> Any:
        return getattr(self._accounts, name)

    def revoke(self, token: str) -> None:
        raise TransientError("Google does not answer.")


def people(api: Api, email: str) -> str:
    return f"/organizations/{api.bench.organization}/people/{email}"


def erase(api: Api, email: str) -> Json:
    answer = api.open("DELETE", people(api, email))
    assert answer.status_code == 200, answer.text
    return said(answer)


def exported(api: Api, email: str, *, limit: int = 100) -> list[Json]:
    found: list[Json] = []
    token = ""
    while True:
        answer = api.get(f"{people(api, email)}?limit={limit}{token}")
        assert answer.status_code == 200, answer.text
        page = said(answer)
        found += page["items"]
        if page["next_page_token"] is None:
            return found
        token = f"&page_token={page['next_page_token']}"


def traces(store: RememberingStore, *marks: str) -> list[str]:
    """Return where in the whole store any of these texts can be found."""
    return [
        f"{path}: {mark}"
        for path, text in store.everything().items()
        for mark in marks
        if mark.lower() in text.lower()
    ]


def test_after_an_erasure_the_whole_store_has_no_trace(
    anns: Workbench, store: RememberingStore
) -> None:
    email, account = anns.person.email, anns.connection().account
    marks = (email, account, anns.connection_id, anns.agenda, *MARKS)
    assert {mark for mark in marks if traces(store, mark)} == set(marks)
    claim = next(path for path in store.paths if path.startswith("calendar_claims/"))

    erased = erase(Api(anns), email)

    assert (erased["connections"], erased["agendas"], erased["accounts"]) == (1, 1, 1)
    assert traces(store, *marks) == []
    assert store.get(claim) is None


def test_the_grant_is_given_back_to_google(anns: Workbench) -> None:
    erased = erase(Api(anns), anns.person.email)

    assert (erased["revoked"], erased["not_revoked"]) == (1, 0)
    assert anns.world.memory.tokens == {}
    answer = requests.post(
        f"{anns.person.url}/token",
        data={
            "grant_type": "refresh_token",
            "refresh_token": anns.person.refresh_token,
            "client_id": "1-app",
            "client_secret": "x",
        },
        timeout=10,
    )
    assert answer.json()["error"] == "invalid_grant"


def test_a_grant_that_google_does_not_take_back_is_told(
    anns: Workbench, store: RememberingStore
) -> None:
    anns.world = replace(anns.world, accounts=Deaf(anns.world.accounts))

    erased = erase(Api(anns), anns.person.email)

    assert (erased["revoked"], erased["not_revoked"]) == (0, 1)
    assert traces(store, anns.person.email) == []


def test_what_is_anothers_stays_and_goes_on(
    anns: Workbench, bobs: Workbench, store: RememberingStore
) -> None:
    before = {
        path: text
        for path, text in store.everything().items()
        if bobs.connection_id in path or f"{bobs.agenda}/" in path
    }

    forget_calls(bobs)

    erase(Api(anns), anns.person.email)

    assert writes(bobs) == 0, "what stands at Google is left alone"
    after = store.everything()
    changed = {path for path, text in before.items() if after.get(path) != text}
    assert changed <= {f"connections/{bobs.connection_id}"}
    visit(bobs, "next", title="Next")
    bobs.settle()
    assert event_of(bobs, "Next")
    assert "Lunch" in bobs.titles_in_agenda()


def test_nobody_else_names_her_in_their_settings(
    anns: Workbench, bobs: Workbench, store: RememberingStore
) -> None:
    erase(Api(anns), anns.person.email)

    appointments = ("/links/", "/journal/", "/items/")
    left = traces(store, anns.person.email)
    assert left, "she is Bob's guest still"
    assert [one for one in left if not any(x in one for x in appointments)] == []


def test_an_erasure_that_was_interrupted_is_finished_by_the_next(
    anns: Workbench, store: RememberingStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    api, email = Api(anns), anns.person.email
    steps = ("_forget_calendar", "give_back", "delete_agenda", "forget_answers")
    for step in steps:
        with monkeypatch.context() as struck:
            struck.setattr(erasing, step, lambda *_, **__: 1 / 0)
            assert api.open("DELETE", people(api, email)).status_code == 500

    erase(api, email)

    assert traces(store, email, *MARKS) == []


def test_items_go_before_the_agenda_by_which_they_are_found(
    anns: Workbench, store: RememberingStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    api, really = Api(anns), store.delete_under

    def struck(path: str) -> int:
        if path.startswith("agendas/"):
            raise StoreError("The process died here.")
        return int(really(path))

    with monkeypatch.context() as dying:
        dying.setattr(store, "delete_under", struck, raising=False)
        assert api.open("DELETE", people(api, anns.person.email)).status_code == 503

    erase(api, anns.person.email)

    assert traces(store, anns.person.email, *MARKS) == []


def test_her_calendar_in_anothers_agenda_is_hers_too(
    anns: Workbench, bobs: Workbench, store: RememberingStore
) -> None:
    change(
        store,
        bobs.connection_id,
        lambda one: replace(one, calendar_id=anns.person.email.upper()),
    )

    erased = erase(Api(anns), anns.person.email)

    assert erased["connections"] == 2
    assert store.get(f"connections/{bobs.connection_id}") is None
    assert store.get(f"agendas/{bobs.agenda}") is not None


def test_a_run_that_was_under_way_brings_nothing_back(
    anns: Workbench, store: RememberingStore
) -> None:
    visit(anns, "late", title="Zebra again")
    erase(Api(anns), anns.person.email)
    forget(anns.world, f"{anns.organization}.1")

    outcome = anns.sync()

    assert outcome.word == "missing"
    assert traces(store, anns.person.email, "Zebra") == []


def test_whoever_is_not_there_can_be_erased_and_not_exported(anns: Workbench) -> None:
    api = Api(anns)

    assert erase(api, "nobody@example.com")["accounts"] == 0
    assert api.get(people(api, "nobody@example.com")).status_code == 404


def test_an_export_holds_everything_and_no_secret(
    anns: Workbench, store: RememberingStore
) -> None:
    found = exported(Api(anns), anns.person.email)

    kinds = {one["kind"] for one in found}
    assert kinds == {
        *("account", "agenda", "item", "invitation"),
        *("connection", "link", "write", "run"),
    }
    text = str(found)
    assert all(mark in text for mark in MARKS)
    assert anns.person.refresh_token not in text
    assert "access" not in {name for one in found for name in one["value"]}


@pytest.mark.parametrize("limit", [1, 3])
def test_an_export_by_pages_is_the_same(anns: Workbench, limit: int) -> None:
    api, email = Api(anns), anns.person.email

    assert exported(api, email, limit=limit) == exported(api, email)


@pytest.mark.parametrize("token", ["x", "OTk5IA", "MCBhZ2VuZGFz", "%00"])
def test_a_place_that_is_none_of_ours_is_refused(anns: Workbench, token: str) -> None:
    api = Api(anns)

    answer = api.get(f"{people(api, anns.person.email)}?page_token={token}")

    assert answer.status_code == 422


def test_another_organization_neither_sees_nor_erases_her(
    anns: Workbench, bob: Person, store: RememberingStore
) -> None:
    stranger = Api(Workbench(bob, store=store))
    path = people(Api(anns), anns.person.email)

    assert stranger.get(path).status_code == 404
    assert stranger.open("DELETE", path).status_code == 404
    assert traces(store, MARKS[0]) != []


def test_after_an_organization_is_deleted_only_the_looks_are_left(
    anns: Workbench, bobs: Workbench, store: RememberingStore
) -> None:
    api = Api(bobs)
    path = f"/organizations/{bobs.organization}"
    asked = {"name": "More", "owner_email": anns.person.email}
    api.open("POST", "/agendas", json=asked, headers={"Idempotency-Key": "k"})

    assert api.open("DELETE", path, key=OPERATOR).status_code == 204

    kept = ("looks/", "house/", "paces/project-")
    assert [path for path in store.everything() if not path.startswith(kept)] == []
    assert traces(store, anns.person.email, bobs.person.email, *MARKS) == []


def test_everything_that_is_stored_is_in_the_table(
    anns: Workbench, bobs: Workbench, store: RememberingStore
) -> None:
    api = Api(bobs)
    api.get(f"/organizations/{bobs.organization}", key=OPERATOR)

    known = {keeping.place for keeping in KEEPINGS}

    assert store.collections() <= known
