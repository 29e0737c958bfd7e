"""What is measured: each case acts as people do and returns its figures."""

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.figures import Figure, counted, timed
from benchmarks.people import Failed
from benchmarks.stage import RUN, Cost, Desk, Stage

PUSHES = 100
PATIENCE = 60.0
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


# --- One change ----------------------------------------------------------------------


def quiet_run(stage: Stage, desks: Sequence[Desk]) -> list[Figure]:
    """A run that finds nothing new."""
    mark = stage.mark()
    for desk in desks:
        stage.ask_for_a_run(desk)

    return counted("quiet-run", **_dearest(stage.settle(since=mark)))


def change_from_google(
    stage: Stage, desks: Sequence[Desk], *, rounds: int
) -> list[Figure]:
    """One event edited by a person, until the application can read it."""
    seconds: list[float] = []
    runs: list[Cost] = []
    ids = {desk.connection: desk.person.insert(event("before")) for desk in desks}
    stage.settle(since=stage.mark())
    for number in range(rounds):
        mark = stage.mark()
        for desk in desks:
            desk.application.catch_up()
            title = f"round {number} of {desk.person.email}"
            began = time.perf_counter()
            desk.person.patch(ids[desk.connection], {"summary": title})
            desk.application.wait_for(title)
            seconds.append(time.perf_counter() - began)
        runs += stage.settle(since=mark)
    return _of_one_change("change-from-google", runs, len(seconds)) + timed(
        "change-from-google", seconds
    )


def change_of_a_series(stage: Stage, desks: Sequence[Desk]) -> list[Figure]:
    """The title of a series edited by a person."""
    series = {**event("series"), "recurrence": ["RRULE:FREQ=WEEKLY;COUNT=8"]}
    ids = [desk.person.insert(series) for desk in desks]
    stage.settle(since=stage.mark())
    mark = stage.mark()
    for desk, event_id in zip(desks, ids, strict=True):
        desk.person.patch(event_id, {"summary": "series, edited"})
    runs = stage.settle(since=mark)
    return _of_one_change("change-of-a-series", runs, len(desks))


def change_from_the_agenda(
    stage: Stage, desks: Sequence[Desk], *, rounds: int
) -> list[Figure]:
    """One item written by the application, until Google has it; then its echo."""
    seconds: list[float] = []
    changes: list[Cost] = []
    echoes: list[Cost] = []
    for desk in desks:
        desk.application.put("visit", item("before"))
    stage.settle(since=stage.mark())
    for number in range(rounds):
        mark = stage.mark()
        for desk in desks:
            seconds.append(_seconds_to_google(stage, desk, f"round {number}"))
        first, later = _first_and_later(stage.settle(since=mark), writing=True)
        changes += first
        echoes += later
    return [
        *_of_one_change("change-from-the-agenda", changes, len(seconds)),
        *timed("change-from-the-agenda", seconds),
        *_echo(echoes, len(seconds)),
    ]


def _seconds_to_google(stage: Stage, desk: Desk, title: str) -> float:
    before = _written(stage)
    began = time.perf_counter()
    desk.application.put("visit", item(title))
    while _written(stage) == before:
        if time.perf_counter() - began > PATIENCE:
            raise Failed(f"the item {title} did not come to Google")
        time.sleep(0.002)
    return time.perf_counter() - began


def _written(stage: Stage) -> int:
    calls = stage.google.calls()
    kinds = ("insert", "patch", "update", "import")
    return sum(calls.get(f"calendar.events.{kind}", 0) for kind in kinds)


def _echo(runs: Sequence[Cost], changes: int) -> list[Figure]:
    dearest = _dearest(runs)
    figures = counted(
        "echo",
        google_calls=dearest["google_calls"],
        google_writes=max((_google(run, "write") for run in runs), default=0),
        document_reads=dearest["document_reads"],
        document_writes=dearest["document_writes"],
    )
    return [*figures, _per_change("echo", runs, changes)]


# --- Many changes --------------------------------------------------------------------


def burst(stage: Stage, desk: Desk) -> list[Figure]:
    """100 events moved within about a second: how many runs does it take?"""
    ids = [desk.person.insert(event(f"burst {number}")) for number in range(PUSHES)]
    stage.settle(since=stage.mark())
    mark, began = stage.mark(), time.perf_counter()
    with ThreadPoolExecutor(4) as hands:
        list(hands.map(lambda one: desk.person.patch(one, {"summary": "moved"}), ids))
    seconds = time.perf_counter() - began
    runs = [
        run for run in stage.settle(since=mark) if run["connection"] == desk.connection
    ]
    took = Figure(case="burst", name="pushed within", value=1000 * seconds, unit="ms")
    return [*counted("burst", runs=len(runs)), took]


def first_read(stage: Stage, *, events: int) -> list[Figure]:
    """A calendar with many events is connected: what does reading it take?"""
    person = stage.person()
    for start in range(0, events, 1000):
        numbers = range(start, min(start + 1000, events))
        some = [event(f"event {n}", days=n % 300) for n in numbers]
        stage.google.fill(person.email, some)
    mark, began = stage.mark(), time.perf_counter()
    calls = stage.google.calls().get("calendar.events.list", 0)
    desk = stage.join(person)
    runs = _until_read(stage, desk, mark)
    lists = stage.google.calls()["calendar.events.list"] - calls
    seconds = time.perf_counter() - began
    return [
        *counted("first-read", list_calls=lists, peak_mebibytes=stage.peak_mebibytes()),
        Figure(case="first-read", name="events", value=events),
        Figure(case="first-read", name="runs", value=len(runs)),
        Figure(case="first-read", name="read in", value=1000 * seconds, unit="ms"),
    ]


def _until_read(stage: Stage, desk: Desk, mark: int) -> list[Cost]:
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        runs = [run for run in stage.costs(since=mark) if run["path"] == RUN]
        if runs and stage.connection(desk)["state"] != "syncing":
            return runs
        time.sleep(0.2)
    raise Failed(f"the first read did not end: {stage.connection(desk)}")


# --- Counting ------------------------------------------------------------------------


def _google(run: Cost, *kinds: str) -> int:
    return sum(run["google"].get(kind, 0) for kind in kinds)


def _dearest(runs: Iterable[Cost]) -> dict[str, float]:
    """Return the highest counts of any of these runs."""
    measures: dict[str, Callable[[Cost], int]] = {
        "google_calls": lambda run: _google(run, "read", "write"),
        "document_reads": lambda run: int(run["document_reads"]),
        "document_writes": lambda run: int(run["document_writes"]),
    }
    runs = list(runs)
    return {name: max(map(of, runs), default=0) for name, of in measures.items()}


def _first_and_later(
    runs: Iterable[Cost], *, writing: bool
) -> tuple[list[Cost], list[Cost]]:
    """Part the runs that wrote to Google from those that did not."""
    runs = list(runs)
    first = [run for run in runs if (_google(run, "write") > 0) is writing]
    return first, [run for run in runs if run not in first]


def _of_one_change(case: str, runs: Sequence[Cost], changes: int) -> list[Figure]:
    return [*counted(case, **_dearest(runs)), _per_change(case, runs, changes)]


def _per_change(case: str, runs: Sequence[Cost], changes: int) -> Figure:
    value = 100 * len(runs) / max(changes, 1)
    return Figure(case=case, name="runs per 100", value=value)


def counted_alike(stage: Stage) -> list[Figure]:
    """Compare our count of calls to Google with the stand-in's own."""
    ours = sum(
        _google(cost, "read", "write", "channel") for cost in stage.costs(since=0)
    )
    people = sum(person.calls for person in stage.people)
    theirs = sum(stage.google.calls().values()) - people
    return counted("counting", difference=abs(ours - theirs))
