"""A copied store changes nothing in the real world: no event, item, mail or webhook.

The copy is complete: connections, grants, work that waits, and the vault that opens it.
Each deed is done with the real store too, which shows that it would reach out.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
import requests

from services.agendas.webhooks import deliver, set_hook
from services.connections.connection import State
from services.connections.leaving import disconnect
from services.consent.invitations import create
from services.environment import MARK_PATH, READ_AGAIN_AFTER, WrongStore, guarded
from services.google.access import open_calendar
from services.google.channels import close_channels, open_channel
from services.memory import Memory
from services.orders.removing import remove_copies
from services.ports.calendar import Mails
from services.ports.store import Replace
from services.rounds.sweep import sweep
from services.run.connecting import rules_of
from services.run.run import sync
from services.world import World
from tests.journeys.trouble import drain, give_grant, hour_at, visit
from tests.journeys.workbench import NoMail, Workbench
from tests.standin.people import Person

Json = dict[str, Any]
HARMLESS = ("list", "get", "instances", "token", "certs")


@dataclass
class Posted:
    """Webhooks out that were delivered."""

    bodies: list[bytes] = field(default_factory=list)

    def check(self, url: str) -> None:
        """Every address is fine."""

    def post(self, url: str, *, body: bytes, headers: Mapping[str, str]) -> int:
        self.bodies.append(body)
        return 204


@dataclass
class Copy:
    """A connected pair with work on both sides, and what reaches the outside."""

    bench: Workbench
    mailer: NoMail = field(default_factory=NoMail)
    posted: Posted = field(default_factory=Posted)

    def world(self, environment: str) -> World:
        """Return the same store as a process of this environment sees it."""
        bare = replace(
            self.bench.world,
            environment=environment,
            mailer=self.mailer,
            outgoing=self.posted,
            memory=Memory(),
        )
        return guarded(bare)

    def outside(self) -> Json:
        """Return all that others could notice."""
        url = f"{self.bench.person.url}/_/requests"
        counts: dict[str, int] = requests.get(url, timeout=5).json()
        asked = {
            name: count
            for name, count in counts.items()
            if name.rpartition(".")[2] not in HARMLESS and not name.startswith("_")
        }
        posted = len(self.posted.bodies)
        mails = len(self.mailer.sent)
        return {
            "google": asked,
            "items": self.bench.items(),
            "posted": posted,
            "mails": mails,
        }


@pytest.fixture
def copy(ann: Person) -> Copy:
    """Both sides were edited since the last run, and everybody listens."""
    bench = Workbench(ann)
    bench.connect()
    give_grant(bench)
    visit(bench, "mine")
    event = ann.insert(summary="theirs", **hour_at("12:00", "13:00"))
    bench.settle()
    visit(bench, "mine", description="edited in the agenda")
    ann.patch(event["id"], description="edited at Google")
    made = Copy(bench)
    set_hook(made.world("test"), bench.agenda, "https://app.example/hook")
    return made


def a_run(world: World, bench: Workbench) -> None:
    sync(world, bench.connection_id)


def a_round_of_the_sweep(world: World, bench: Workbench) -> None:
    bench.clock.sleep(timedelta(hours=1))
    sweep(world, bench.clock.now())
    for task in list(bench.queue.tasks):
        if task.path == "/tasks/sync":
            sync(world, str(task.body["connection"]))


def the_removing_of_our_copies(world: World, bench: Workbench) -> None:
    now = bench.clock.now()
    remove_copies(world, bench.connection_id, revoke=True, now=now)
    for _ in range(5):
        sync(world, bench.connection_id)


def an_invitation(world: World, bench: Workbench) -> None:
    create(world, bench.agenda, now=bench.clock.now())


def a_webhook(world: World, bench: Workbench) -> None:
    message = {"agenda": bench.agenda, "cursor": "c", "message": "m_1"}
    deliver(world, message, now=bench.clock.now())


def a_grant_given_back(world: World, bench: Workbench) -> None:
    disconnect(world, bench.connection_id, revoke=True, now=bench.clock.now())


def a_push_channel(world: World, bench: Workbench) -> None:
    open_channel(world, bench.connection(), now=bench.clock.now())


DEEDS = [
    a_run,
    a_round_of_the_sweep,
    the_removing_of_our_copies,
    an_invitation,
    a_webhook,
    a_grant_given_back,
    a_push_channel,
]
Deed = Callable[[World, Workbench], None]


@pytest.mark.parametrize("deed", DEEDS)
def test_the_real_store_reaches_out(copy: Copy, deed: Deed) -> None:
    before = copy.outside()

    deed(copy.world("test"), copy.bench)

    assert copy.outside() != before


@pytest.mark.parametrize("deed", DEEDS)
def test_a_copy_of_it_does_not(copy: Copy, deed: Deed) -> None:
    before = copy.outside()

    with suppress(WrongStore):
        deed(copy.world("staging"), copy.bench)

    assert copy.outside() == before


def test_the_connection_of_a_copy_says_why_nothing_happens(copy: Copy) -> None:
    sync(copy.world("staging"), copy.bench.connection_id)

    connection = copy.bench.connection()
    assert connection.state is State.FAILING
    assert 'TANDEM_ENVIRONMENT is "staging"' in connection.reason
    assert "nothing is written to any calendar" in connection.reason


def test_who_was_leaving_when_the_store_was_copied_leaves_the_real_one(
    copy: Copy,
) -> None:
    bench = copy.bench
    remove_copies(bench.world, bench.connection_id, revoke=False, now=bench.clock.now())

    sync(copy.world("staging"), bench.connection_id)
    job = bench.connection().job
    drain(bench)

    assert job is not None
    assert not job.lost
    assert bench.connection().state is State.DISCONNECTED
    assert bench.titles_at_google() == ["theirs"]
    assert bench.titles_in_agenda() == ["mine"]


def test_a_store_that_is_exchanged_while_we_run_is_noticed(copy: Copy) -> None:
    bench, running = copy.bench, copy.world("staging")
    own = Replace(path=MARK_PATH, data={"mark": "staging"})
    bench.store.commit([own])
    calendar = open_calendar(running, bench.connection(), now=bench.clock.now())
    rules = rules_of(running, bench.connection())
    own_event = {"summary": "of staging's own", **hour_at("15:00", "16:00")}
    calendar.insert(own_event, mails=Mails.NONE)

    bench.store.commit([Replace(path=MARK_PATH, data={"mark": "test"})])
    bench.clock.sleep(READ_AGAIN_AFTER)

    before = copy.outside()
    with pytest.raises(WrongStore):
        calendar.insert({**own_event, "summary": "a real one"}, mails=Mails.NONE)
    with pytest.raises(WrongStore):
        rules.connector.delete("visit-1", version=None)
    close_channels(running, bench.connection(), now=bench.clock.now())
    assert copy.outside() == before
    assert calendar.read(token=None, page=None).rows
