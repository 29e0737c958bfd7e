"""Trouble for a Workbench: faults at Google, and time that passes by itself."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import requests

from services.connections.connection import change
from services.connections.opening import Joining, open_connection
from services.google.access import forget
from services.google.accounts import granted, load, saved
from services.organizations.google_credentials import read_credentials
from services.organizations.organization import set_google
from services.ports.accounts import Grant
from services.ports.calendar import CalendarEntry
from services.ports.queue import Task
from services.run import Outcome
from tests.journeys.workbench import Workbench

Json = dict[str, Any]

WRITES = ("insert", "patch", "update", "delete", "import", "move")
NINE = "2026-12-01T09:00:00"


def google_fails(bench: Workbench, *rules: Json) -> None:
    """Put these faults in force, and no others."""
    _post(bench, "faults", {"rules": list(rules)})


def google_is_well(bench: Workbench) -> None:
    """End all faults."""
    url = f"{bench.person.url}/_/faults"
    requests.delete(url, timeout=5).raise_for_status()


def ask_google(bench: Workbench, control: str, **body: Any) -> Json:
    """Use another control of the stand-in."""
    return _post(bench, control, body)


def _post(bench: Workbench, control: str, body: Json) -> Json:
    answer = requests.post(f"{bench.person.url}/_/{control}", json=body, timeout=30)
    answer.raise_for_status()
    found: Json = answer.json()
    return found


def forget_calls(bench: Workbench) -> None:
    """Count Google's calls from here."""
    _post(bench, "requests/reset", {})


def calls(bench: Workbench) -> dict[str, int]:
    """Return how often each method of events was called, by its short name."""
    found = requests.get(f"{bench.person.url}/_/requests", timeout=5).json()
    return {
        name.rpartition(".")[2]: count
        for name, count in found.items()
        if ".events." in name
    }


def writes(bench: Workbench) -> int:
    """Return how many calls asked Google to change something."""
    return sum(count for name, count in calls(bench).items() if name in WRITES)


def mails(bench: Workbench) -> list[Json]:
    """Return the mails that Google would have sent to guests."""
    found: list[Json] = requests.get(f"{bench.person.url}/_/mail", timeout=5).json()
    return found


def waiting(bench: Workbench) -> list[Task]:
    """Return the queued tasks, the first to come first."""
    now = bench.clock.now()
    return sorted(bench.queue.tasks, key=lambda task: task.at or now)


def next_task(bench: Workbench) -> Outcome:
    """Let time pass until the next task is due, and run it."""
    task = waiting(bench)[0]
    bench.queue.tasks.remove(task)
    if task.at is not None:
        wait = task.at - bench.clock.now()
        bench.clock.ahead += max(wait, timedelta(0))
        bench.remember_token()
    return bench.sync()


def drain(bench: Workbench, most: int = 40) -> int:
    """Run tasks as they fall due until none is queued; return how many there were."""
    for count in range(most):
        if not bench.queue.tasks:
            return count
        next_task(bench)
    raise AssertionError("There is always another task.")


def sides(bench: Workbench) -> tuple[list[str], list[str]]:
    """Return the titles at Google and those in the agenda, in order."""
    return sorted(bench.titles_at_google()), sorted(bench.titles_in_agenda())


def visit(bench: Workbench, name: str, **members: Any) -> Json:
    """State an item of an hour on the first of December."""
    return bench.put(
        name, **{"title": name, "start": NINE, "duration": "PT1H"} | members
    )


def event_of(bench: Workbench, name: str) -> Json:
    """Return the event of a title."""
    return bench.events()[name]


def place_of(item: Json) -> str:
    """Return the name of an item's only place."""
    [place] = item["locations"].values()
    return str(place["name"])


def hour_at(start: str, end: str) -> Json:
    """Return the times of an event on the first of December, in Amsterdam."""
    return {
        "start": {"dateTime": f"2026-12-01T{start}:00+01:00"},
        "end": {"dateTime": f"2026-12-01T{end}:00+01:00"},
    }


def give_grant(bench: Workbench) -> None:
    """Give the organization a client, and the account a refresh token."""
    forget(bench.world, f"{bench.organization}.1")
    bench.remember_token()
    client = {"kind": "oauth_client", "client_id": "1-app", "client_secret": "x"}
    set_google(bench.world, bench.organization, read_credentials(client), replace=False)
    account, document = load(bench.store, f"{bench.organization}.1")
    grant = Grant(
        subject="1",
        email=bench.person.email,
        email_verified=True,
        scopes=frozenset(),
        access=bench.world.memory.tokens[account.id],
        refresh_token=bench.person.refresh_token,
        nonce="",
    )
    made = granted(account, grant, sealer=bench.world.sealer)
    bench.store.commit([saved(made, over=document)])


def connect_to(bench: Workbench, calendar_id: str) -> None:
    """Join another calendar than the primary one with the agenda."""
    bench.connect()
    change(
        bench.store,
        bench.connection_id,
        lambda one: replace(one, calendar_id=calendar_id),
    )


def reconnect(bench: Workbench) -> None:
    """Let the owner connect the same account again."""
    give_grant(bench)
    connection = bench.connection()
    entry = CalendarEntry(
        id=connection.calendar_id,
        summary=connection.summary,
        access_role="owner",
        time_zone=connection.zone,
    )
    joining = Joining(
        organization=connection.organization,
        agenda=connection.agenda,
        account=connection.account,
        email=connection.email,
        entry=entry,
    )
    open_connection(bench.world, joining, now=bench.clock.now())
