"""Google's pushes over real HTTP: proved, gathered, queued, and never trusted."""

import threading
from collections.abc import Mapping
from datetime import timedelta

import pytest
import requests

from services.agendas.agenda_hooks import hook_url
from services.connections.connection import of_agenda
from services.google.access import open_calendar
from services.google.push import BUCKET, SKEW, channel_token
from services.ports.queue import QueueError, Task
from tests.journeys.tandem import ANNA, TIMEOUT, Browser, Tandem, until

CONNECTION = "c_aaaaaaaaaaaaaaaaaaaa"

SOON = {
    "summary": "Dentist",
    "start": {"dateTime": "2026-12-01T10:00:00+01:00"},
    "end": {"dateTime": "2026-12-01T11:00:00+01:00"},
}


def most_runs(lasting: timedelta) -> int:
    """Return how many runs pushes may cost that come in for so long."""
    return 2 - -(lasting + SKEW) // BUCKET


@pytest.fixture
def tasks(tandem: Tandem, monkeypatch: pytest.MonkeyPatch) -> list[Task]:
    """The tasks for runs that are queued from now on; none of them is run."""
    queued: list[Task] = []
    enqueue = tandem.server.queue.enqueue

    def kept(task: Task) -> bool:
        taken = task.name not in {one.name for one in queued if one.name}
        if task.path == "/tasks/sync":
            queued.extend([task] if taken else [])
            return taken
        return enqueue(task)

    monkeypatch.setattr(tandem.server.queue, "enqueue", kept)
    return queued


def genuine(tandem: Tandem) -> dict[str, str]:
    token = channel_token(tandem.world.signer, channel="h_1", connection=CONNECTION)
    return {
        "X-Goog-Channel-ID": "h_1",
        "X-Goog-Channel-Token": token,
        "X-Goog-Resource-ID": "r",
        "X-Goog-Resource-State": "exists",
        "X-Goog-Message-Number": "7",
    }


def push(tandem: Tandem, headers: Mapping[str, str]) -> requests.Response:
    return requests.post(
        f"{tandem.url}/push/google", headers=dict(headers), timeout=TIMEOUT
    )


def test_a_genuine_push_is_queued_and_answered_with_nothing(
    tandem: Tandem, tasks: list[Task]
) -> None:
    answer = push(tandem, genuine(tandem))

    assert answer.status_code == 204
    assert answer.content == b""
    [task] = tasks
    assert task.body["connection"] == CONNECTION


def test_a_burst_of_a_hundred_pushes_costs_a_few_runs(
    tandem: Tandem, tasks: list[Task]
) -> None:
    headers, began = genuine(tandem), tandem.now

    def ten() -> None:
        with requests.Session() as session:
            for _ in range(10):
                url = f"{tandem.url}/push/google"
                answer = session.post(url, headers=headers, timeout=TIMEOUT)
                assert answer.status_code == 204

    threads = [threading.Thread(target=ten) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ended = tandem.now

    assert most_runs(timedelta(seconds=1)) == 4
    assert 2 <= len(tasks) <= most_runs(ended - began)
    assert any(task.at is not None and task.at > ended - BUCKET for task in tasks)


@pytest.mark.parametrize(
    "forged",
    [
        {},
        {"X-Goog-Channel-Token": "c_x.1.2"},
        {"X-Goog-Channel-ID": "h_other"},
    ],
)
def test_a_forged_push_gets_the_same_answer_and_costs_nothing(
    tandem: Tandem, tasks: list[Task], forged: dict[str, str]
) -> None:
    headers = genuine(tandem) | forged if forged else {}

    answer = push(tandem, headers)

    assert answer.status_code == 204
    assert answer.content == b""
    assert not tasks


def test_google_repeats_a_push_when_the_queue_is_down(
    tandem: Tandem, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(task: Task) -> bool:
        raise QueueError("The disk is full.")

    monkeypatch.setattr(tandem.server.queue, "enqueue", down)

    assert push(tandem, genuine(tandem)).status_code == 503
    assert push(tandem, {}).status_code == 204


@pytest.mark.parametrize(("method", "status"), [("GET", 405), ("PUT", 405)])
def test_only_a_post_is_a_push(tandem: Tandem, method: str, status: int) -> None:
    answer = requests.request(method, f"{tandem.url}/push/google", timeout=TIMEOUT)

    assert answer.status_code == status
    assert answer.headers["Allow"] == "POST"


def test_google_itself_reaches_the_door(
    tandem: Tandem, browser: Browser, tasks: list[Task]
) -> None:
    browser.connect(tandem.invite(tandem.agenda()).url)
    tasks.clear()
    event = {
        "summary": "Dentist",
        "start": {"dateTime": "2027-01-04T09:00:00Z"},
        "end": {"dateTime": "2027-01-04T10:00:00Z"},
    }

    tandem.control("events", {"calendar": "anna@example.com", "events": [event]})

    until(lambda: any("received_at" in task.body for task in tasks))
    assert any(task.body.get("channel") for task in tasks)


def test_an_application_says_that_its_agenda_changed(
    tandem: Tandem, browser: Browser, tasks: list[Task]
) -> None:
    agenda = tandem.agenda()
    browser.connect(tandem.invite(agenda).url)
    tasks.clear()
    url = hook_url(tandem.world, agenda.id)

    genuine_answer = requests.post(url, timeout=TIMEOUT)
    known = [task for task in tasks if "channel" not in task.body]
    forged_answer = requests.post(url[:-2] + "xx", timeout=TIMEOUT)

    assert genuine_answer.status_code == forged_answer.status_code == 204
    assert len(known) == 1
    assert [task for task in tasks if "channel" not in task.body] == known


def test_a_stale_channel_is_stopped_by_the_run_that_it_asks_for(
    tandem: Tandem, browser: Browser
) -> None:
    browser.connect(tandem.invite(tandem.agenda()).url)
    tandem.settle()
    [connection] = of_agenda(tandem.world.store, tandem.agendas[-1].id)
    calendar = open_calendar(tandem.world, connection, now=tandem.now)
    token = channel_token(
        tandem.world.signer, channel="h-lost", connection=connection.id
    )
    calendar.watch(
        channel_id="h-lost",
        token=token,
        address=f"{tandem.url}/push/google",
        lasts=timedelta(days=1),
    )

    assert set(open_channels(tandem)) == {connection.channel, "h-lost"}

    def stopped() -> bool:
        # `settle` ran tasks before their time, so the name of the run that one push
        # asks for may be used up: Google goes on telling of changes.
        tandem.control("events", {"calendar": ANNA, "events": [SOON]})
        return open_channels(tandem) == [connection.channel]

    until(stopped)


def open_channels(tandem: Tandem) -> list[str]:
    state = tandem.control("state", method="GET")
    return [channel["id"] for channel in state["channels"] if channel["active"]]
