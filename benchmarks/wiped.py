"""A calendar that a script wiped: what is lost of many linked events, what it takes.

`python -m benchmarks.wiped [EVENTS]`. A script deletes every event of the calendar
while Tandem runs; then a person answers what the brake holds: once with a yes, once
with a no and an undo. The calendar is the stand-in's, the store SQLite in memory.
"""

import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta

from local.google import GoogleStandIn
from tests.journeys.asking import answer, waiting
from tests.journeys.trouble import ask_google, drain, mails
from tests.journeys.workbench import Workbench
from tests.standin.people import AMSTERDAM, Person

EVENTS = 1_000
HEARD_EVERY = 10
"""So many deletes of the script pass between two runs."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sides:
    """How many appointments each side shows, and how Tandem calls that."""

    google: int
    agenda: int
    state: str
    held: int
    mails: int


def linked(owner: Person, *, events: int) -> Workbench:
    """Return a connection whose calendar and agenda hold the same events."""
    bench = Workbench(owner)
    bench.connect()
    each = [
        {
            "summary": f"event-{number}",
            "start": {"dateTime": "2026-12-01T09:00:00", "timeZone": AMSTERDAM},
            "end": {"dateTime": "2026-12-01T10:00:00", "timeZone": AMSTERDAM},
        }
        for number in range(events)
    ]
    ask_google(bench, "events", calendar=owner.email, events=each)
    bench.settle(500)
    return bench


def wipe(bench: Workbench) -> None:
    """Delete every event as a script does, and let Tandem hear of it meanwhile."""
    for number, event in enumerate(bench.events().values()):
        bench.person.delete(event["id"])
        bench.clock.ahead += timedelta(seconds=0.2)
        if number % HEARD_EVERY == HEARD_EVERY - 1:
            bench.sync()
    bench.settle(500)


def say_yes(bench: Workbench) -> None:
    """Let the held deletes pass."""
    answer(bench, waiting(bench), "apply")
    drain(bench, 500)


def say_no(bench: Workbench) -> None:
    """Bring back what was deleted before the brake held, and all that it held."""
    shown = waiting(bench)
    answer(bench, shown, "decisions", undo="all")
    answer(bench, shown, "decline", answer="restore")
    drain(bench, 500)
    bench.settle(500)


def sides(bench: Workbench) -> Sides:
    """Return how both sides are now."""
    connection = bench.connection()
    return Sides(
        google=len(bench.titles_at_google()),
        agenda=len(bench.titles_in_agenda()),
        state=connection.state.value,
        held=connection.counts.held,
        mails=len(mails(bench)),
    )


def answered(
    owner: Person, name: str, act: Callable[[Workbench], None], *, events: int
) -> Sides:
    """Wipe the owner's calendar, answer what is held, and return both sides then."""
    bench = linked(owner, events=events)
    wipe(bench)
    print(f"wiped, {events:,} events: {sides(bench)}")
    print(f"  it says: {bench.connection().reason}")
    began = time.perf_counter()
    act(bench)
    took = time.perf_counter() - began
    print(f"after a {name}, in {took:.1f} s of runs: {sides(bench)}")
    return sides(bench)


def main(events: int) -> int:
    """Print what happened; return 1 when anything else came of it than was asked."""
    wrong = 0
    with GoogleStandIn() as google:
        for name, act, left in (("yes", say_yes, 0), ("no", say_no, events)):
            with closing(Person(google.url, f"{name}@example.com")) as owner:
                after = answered(owner, name, act, events=events)
            wrong += after != Sides(
                google=left, agenda=left, state="active", held=0, mails=0
            )
    print("As asked." if not wrong else "NOT as asked.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else EVENTS))
