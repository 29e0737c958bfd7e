"""What is measured: each case acts as people do and returns its figures."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.figures import Figure, counted, timed
from benchmarks.people import Failed
from benchmarks.stage import PUSH, RUN, Cost, Desk, Stage

PUSHES = 100
PATIENCE = 90.0
WRITES = ("insert", "patch", "update", "import")

Json = Any


def event(title: str, *, days: int = 1) -> dict[str, Json]:
    """Return an hour's event, so many days from now."""
    start = (datetime.now(UTC) + timedelta(days=days)).replace(microsecond=0)
    end = start + timedelta(hours=1)
    return {
        "summary": title,
        "start": {"dateTime": start.isoformat(), "timeZone": "Europe/Amsterdam"},
        "end": {"dateTime": end.isoformat(), "timeZone": "Europe/Amsterdam"},
    }


def item(title: str) -> dict[str, Json]:
    """Return an hour's item, tomorrow."""
    start = datetime.now(UTC).replace(microsecond=0, tzinfo=None) + timedelta(days=1)
    return {
        "@type": "Event",
        "title": title,
        "start": start.isoformat(),
        "timeZone": "Europe/Amsterdam",
        "duration": "PT1H",
    }


@dataclass(frozen=True, kw_only=True, slots=True)
class Prepared:
    """A desk whose both sides are in sync, with something to edit on each."""

    desk: Desk
    event: str
    series: str


def prepare(stage: Stage, *, desks: int) -> list[Prepared]:
    """Return desks with an event, a series and an item, all in sync."""
    series = {**event("series"), "recurrence": ["RRULE:FREQ=WEEKLY;COUNT=8"]}
    joined = [stage.join(stage.person()) for _ in range(desks)]
    prepared = []
    for desk in joined:
        stage.wait_until_synced(desk)
        ids = [desk.person.insert(event("before")), desk.person.insert(series)]
        desk.application.put("visit", item("before"))
        prepared.append(Prepared(desk=desk, event=ids[0], series=ids[1]))
    stage.settle(since=stage.mark())
    return prepared


# --- One change ----------------------------------------------------------------------


def quiet_run(stage: Stage, all_of_them: Sequence[Prepared]) -> list[Figure]:
    """A run that finds nothing new."""
    mark = stage.mark()
    for one in all_of_them:
        stage.ask_for_a_run(one.desk)
    return dearest("quiet-run", runs(stage.settle(since=mark)))


def change_from_google(
    stage: Stage, all_of_them: Sequence[Prepared], *, rounds: int
) -> list[Figure]:
    """One event edited by a person: from the push to the item."""
    costs: list[Cost] = []
    for number in range(rounds):
        mark = stage.mark()
        for one in all_of_them:
            one.desk.person.patch(one.event, {"summary": f"round {number}"})
            time.sleep(0.1)  # A person at a time: we look at one change, not at load.
        costs += stage.settle(since=mark)
    writing = [run for run in runs(costs) if _wrote_an_item(run)]
    changes = rounds * len(all_of_them)
    return [
        *dearest("change-from-google", writing),
        _per_change("change-from-google", runs(costs), changes),
        *timed("change-from-google", _from_push_to_item(costs)),
    ]


def _wrote_an_item(run: Cost) -> bool:
    return "write agendas/items" in run["documents"]


def _from_push_to_item(costs: Sequence[Cost]) -> list[float]:
    """Return the seconds from each push to the end of the run that wrote the item."""
    seconds = []
    for run in filter(_wrote_an_item, runs(costs)):
        pushed = [
            cost["began_at"]
            for cost in costs
            if cost["path"] == PUSH and cost["connection"] == run["connection"]
        ]
        before = [at for at in pushed if at <= run["began_at"]]
        if before:
            seconds.append(run["began_at"] + run["seconds"] - max(before))
    return seconds


def change_of_a_series(stage: Stage, all_of_them: Sequence[Prepared]) -> list[Figure]:
    """The title of a series edited by a person."""
    mark = stage.mark()
    for one in all_of_them:
        one.desk.person.patch(one.series, {"summary": "series, edited"})
    found = runs(stage.settle(since=mark))
    writing = [run for run in found if _wrote_an_item(run)]
    return [
        *dearest("change-of-a-series", writing),
        _per_change("change-of-a-series", found, len(all_of_them)),
    ]


def change_from_the_agenda(
    stage: Stage, all_of_them: Sequence[Prepared], *, rounds: int
) -> list[Figure]:
    """One item written by the application, until Google has it; then its echo."""
    seconds: list[float] = []
    costs: list[Cost] = []
    for number in range(rounds):
        mark = stage.mark()
        for one in all_of_them:
            seconds.append(_seconds_to_google(stage, one.desk, f"round {number}"))
        costs += stage.settle(since=mark)
    writing = [run for run in runs(costs) if google(run, "write")]
    echoes = [run for run in runs(costs) if run not in writing]
    writes_of_echoes = sum(google(run, "write") for run in echoes)
    return [
        *dearest("change-from-the-agenda", writing),
        _per_change("change-from-the-agenda", writing, len(seconds)),
        *timed("change-from-the-agenda", seconds),
        *dearest("echo", echoes),
        *counted("echo", google_writes=writes_of_echoes),
        _per_change("echo", echoes, len(seconds)),
    ]


def _seconds_to_google(stage: Stage, desk: Desk, title: str) -> float:
    before = _written(stage)
    began = time.perf_counter()
    desk.application.put("visit", item(title))
    while _written(stage) == before:
        if time.perf_counter() - began > PATIENCE:
            raise Failed(f"The item {title} did not come to Google.")
        time.sleep(0.002)
    return time.perf_counter() - began


def _written(stage: Stage) -> int:
    calls = stage.google.calls()
    return sum(calls.get(f"calendar.events.{kind}", 0) for kind in WRITES)


# --- Many changes --------------------------------------------------------------------


def burst(stage: Stage, one: Prepared) -> list[Figure]:
    """100 edits, so 100 pushes, within a second: how many runs does it take?"""
    person = one.desk.person
    mark, began = stage.mark(), time.perf_counter()
    with ThreadPoolExecutor(4) as hands:
        edits = [{"summary": f"burst {number}"} for number in range(PUSHES)]
        list(hands.map(lambda edit: person.patch(one.event, edit), edits))
    seconds = time.perf_counter() - began
    costs = stage.settle(since=mark)
    pushes = [cost for cost in costs if cost["path"] == PUSH]
    return [
        *counted("burst", runs=len(runs(costs))),
        Figure(case="burst", name="pushes", value=len(pushes)),
        Figure(case="burst", name="edited within", value=1000 * seconds, unit="ms"),
    ]


def first_read(stage: Stage, *, events: int) -> list[Figure]:
    """A calendar with many events is connected: what does reading it take?"""
    person = stage.person()
    for start in range(0, events, 1000):
        numbers = range(start, min(start + 1000, events))
        some = [event(f"event {n}", days=n % 300) for n in numbers]
        stage.google.fill(person.email, some)
    mark, before, began = stage.mark(), _lists(stage), time.perf_counter()
    desk = stage.join(person)
    _wait_until_read(stage, desk)
    seconds = time.perf_counter() - began
    # On a slow machine it takes more than one run; each further one may ask once more.
    further = len(_readers(stage, since=mark, lists=lambda: _lists(stage) - before)) - 1
    lists, most = _lists(stage) - before - further, stage.peak_mebibytes()
    return [
        *counted("first-read", list_calls=lists, peak_mebibytes=most),
        Figure(case="first-read", name="events", value=events),
        Figure(case="first-read", name="read in", value=1000 * seconds, unit="ms"),
    ]


def _lists(stage: Stage) -> int:
    return stage.google.calls().get("calendar.events.list", 0)


def _readers(stage: Stage, *, since: int, lists: Callable[[], int]) -> list[Cost]:
    """Return the runs that read, once all that Google was asked for is theirs."""
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        found = [one for one in runs(stage.settle(since=since)) if _reads(one)]
        if sum(map(_reads, found)) >= lists():
            return found
    raise Failed("The run that read everything did not end.")


def _reads(cost: Cost) -> int:
    return int(cost["google"].get("read", 0))


def _wait_until_read(stage: Stage, desk: Desk) -> None:
    """Return when all is read: so many creates then wait for a person's yes."""
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        shown = stage.connection(desk)
        if shown["state"] == "needs_approval" or shown["counts"]["links"]:
            return
        time.sleep(0.1)
    raise Failed(f"The first read did not end: {shown}")


# --- Counting ------------------------------------------------------------------------


def runs(costs: Sequence[Cost]) -> list[Cost]:
    """Return those that were runs."""
    return [cost for cost in costs if cost["path"] == RUN]


def google(run: Cost, *kinds: str) -> int:
    """Return how many calls to Google a run made, of these kinds."""
    return sum(int(run["google"].get(kind, 0)) for kind in kinds)


def dearest(case: str, some: Sequence[Cost]) -> list[Figure]:
    """Return the highest counts of any of these runs; none at all is a failure."""
    if not some:
        raise Failed(f"{case}: there was no such run to measure.")
    measures: dict[str, Callable[[Cost], int]] = {
        "google_calls": lambda run: google(run, "read", "write"),
        "document_reads": lambda run: int(run["document_reads"]),
        "document_writes": lambda run: int(run["document_writes"]),
    }
    most = {name: max(map(of, some)) for name, of in measures.items()}
    return [*counted(case, **most), *_explained(case, some)]


def _explained(case: str, some: Sequence[Cost]) -> list[Figure]:
    """Return which documents the dearest run touched, to be shown on request."""

    def price(run: Cost) -> int:
        return int(run["document_reads"]) + int(run["document_writes"])

    documents = max(some, key=price)["documents"]
    return [
        Figure(case=case, name=name, value=count, detail=True)
        for name, count in sorted(documents.items())
    ]


def _per_change(case: str, some: Sequence[Cost], changes: int) -> Figure:
    value = 100 * len(some) / max(changes, 1)
    return Figure(case=case, name="runs per 100", value=value)


def counted_alike(stage: Stage) -> list[Figure]:
    """Compare our count of calls to Google with the stand-in's own."""
    ours = sum(google(cost, "read", "write", "channel") for cost in stage.costs())
    people = sum(person.calls for person in stage.people)
    theirs = sum(stage.google.calls().values()) - people
    return counted("counting", difference=abs(ours - theirs))
