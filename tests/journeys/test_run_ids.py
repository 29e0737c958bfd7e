"""Whoever started work finds it again: the id of the answer is the run's own."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.connections.connection import change
from services.run import Hint, sync
from tests.journeys.api_over import Api, do_task, do_tasks, said
from tests.journeys.odd_google import before_our
from tests.journeys.trouble import (
    google_fails,
    google_is_well,
    visit,
    waiting,
)
from tests.journeys.workbench import Workbench


@pytest.fixture
def api(bench: Workbench) -> Api:
    return Api(bench)


def test_the_id_of_an_answer_is_the_run_in_the_journal_and_the_last_run(
    bench: Workbench, api: Api
) -> None:
    visit(bench, "visit-1")

    run = api.steer("sync")
    do_tasks(bench)

    [page] = api.connection(f"/journal?run={run}")["items"]
    assert page["run"] == run
    assert [write["act"] for write in page["writes"]] == ["create"]
    assert api.connection()["last_run"]["id"] == run
    shown = api.connection(f"/runs/{run}")
    assert (shown["outcome"], shown["written"], shown["run"]) == ("done", 1, run)
    assert shown["ended_at"]


def test_a_run_that_was_asked_for_is_found_before_it_began(api: Api) -> None:
    run = api.steer("sync")

    shown = api.connection(f"/runs/{run}")

    assert (shown["outcome"], shown["ended_at"]) == ("queued", None)


def test_a_run_that_found_nothing_to_do_is_found_too(
    bench: Workbench, api: Api
) -> None:
    run = api.steer("sync")
    do_tasks(bench)

    [page] = api.connection(f"/journal?run={run}")["items"]

    assert (page["run"], page["writes"]) == (run, [])
    assert api.connection(f"/runs/{run}")["written"] == 0


def test_the_journal_of_one_run_tells_of_no_other(bench: Workbench, api: Api) -> None:
    visit(bench, "visit-1")
    first = api.steer("sync")
    do_tasks(bench)
    visit(bench, "visit-2")
    second = api.steer("sync")
    do_tasks(bench)

    [page] = api.connection(f"/journal?run={first}")["items"]
    [other] = api.connection(f"/journal?run={second}")["items"]

    assert page["writes"][0]["sent"]["title"] == "visit-1"
    assert other["writes"][0]["sent"]["title"] == "visit-2"


def test_runs_that_nobody_asked_for_keep_no_document_and_are_found_by_their_writes(
    bench: Workbench, api: Api
) -> None:
    visit(bench, "visit-1")
    bench.sync()
    run = api.connection()["last_run"]["id"]
    visit(bench, "visit-2")
    bench.sync()

    shown = api.connection(f"/runs/{run}")

    assert (shown["asked_for"], shown["outcome"]) == ("", "done")
    assert api.connection(f"/journal?run={run}")["items"][0]["run"] == run


def test_a_run_that_nobody_ever_had_is_not_found(bench: Workbench, api: Api) -> None:
    place = f"/connections/{bench.connection_id}"

    assert api.get(f"{place}/runs/r_nobody").status_code == 404
    assert said(api.get(f"{place}/journal?run=r_nobody"))["items"] == []
    assert api.get(f"{place}/journal?run=a/b").status_code == 404


def test_a_run_asked_for_during_anothers_keeps_its_id(
    bench: Workbench, api: Api
) -> None:
    asked: list[str] = []

    def asked_meanwhile() -> None:
        visit(bench, "visit-2")
        asked.append(api.steer("sync"))
        other = replace(bench.world, process="other")
        task = bench.queue.tasks.pop()
        hint = Hint(run=task.body["run"])
        assert sync(other, bench.connection_id, hint=hint).word == "busy"

    visit(bench, "visit-1")
    before_our("insert", bench, asked_meanwhile)

    bench.sync()

    [run] = asked
    assert api.connection(f"/runs/{run}")["outcome"] == "queued"
    do_tasks(bench)
    [page] = api.connection(f"/journal?run={run}")["items"]
    assert page["run"] == run
    assert page["writes"][0]["sent"]["title"] == "visit-2"
    assert bench.connection().awaited == ""


def test_of_two_that_waited_for_one_run_both_find_it(
    bench: Workbench, api: Api
) -> None:
    visit(bench, "visit-1")
    google_fails(bench, {"kind": "rate_limit", "method": "events.list"})
    first, second = api.steer("sync"), api.steer("sync")
    for task in waiting(bench):
        assert do_task(bench, task).word == "postponed"
    google_is_well(bench)
    assert api.connection(f"/runs/{second}")["outcome"] == "postponed"

    do_tasks(bench)

    for asked in (first, second):
        [page] = api.connection(f"/journal?run={asked}")["items"]
        assert page["run"] == first
        shown = api.connection(f"/runs/{asked}")
        assert (shown["id"], shown["run"]) == (asked, first)
        assert shown["outcome"] == "done"


def test_either_id_of_two_that_waited_for_one_run_undoes_it(
    bench: Workbench, api: Api
) -> None:
    visit(bench, "visit-1")
    google_fails(bench, {"kind": "rate_limit", "method": "events.list"})
    _, second = api.steer("sync"), api.steer("sync")
    for task in waiting(bench):
        do_task(bench, task)
    google_is_well(bench)
    do_tasks(bench)
    assert bench.titles_at_google() == ["visit-1"]

    answer = api.post(f"/connections/{bench.connection_id}/undo", {"run": second})
    do_tasks(bench)

    assert answer.status_code == 202, answer.text
    assert said(answer)["undone"] == 1
    assert bench.titles_at_google() == []


def test_a_run_of_several_slices_is_one_run(bench: Workbench, api: Api) -> None:
    for number in range(60):
        visit(bench, f"visit-{number}")

    def a_slow_call() -> None:
        bench.clock.ahead += timedelta(seconds=70)

    run = api.steer("sync")
    before_our("insert", bench, a_slow_call)
    do_task(bench, waiting(bench)[0])
    assert api.connection(f"/runs/{run}")["outcome"] == "going on"
    do_tasks(bench)

    shown = api.connection(f"/runs/{run}")
    assert (shown["outcome"], shown["written"]) == ("done", 60)
    pages = api.connection(f"/journal?run={run}")["items"]
    assert sum(len(page["writes"]) for page in pages) == 60
    assert api.connection()["last_run"]["written"] == 60


def test_pausing_is_noted_and_a_run_asked_for_before_says_that_it_was_paused(
    bench: Workbench, api: Api
) -> None:
    run = api.steer("sync")
    paused = api.steer("pause")

    do_tasks(bench)

    assert api.connection(f"/runs/{run}")["outcome"] == "paused"
    assert api.connection(f"/runs/{paused}")["asked_for"] == "pause"


def test_what_came_of_a_run_is_told_again_when_its_task_is_repeated(
    bench: Workbench, api: Api
) -> None:
    visit(bench, "visit-1")
    run = api.steer("sync")
    [task] = bench.queue.tasks
    do_task(bench, task)

    bench.queue.tasks.append(task)
    do_tasks(bench)

    shown = api.connection(f"/runs/{run}")
    assert (shown["outcome"], shown["written"]) == ("done", 1)


def test_an_awaited_run_does_not_stop_other_runs_from_saving(bench: Workbench) -> None:
    visit(bench, "visit-1")

    def somebody_asks() -> None:
        change(
            bench.store,
            bench.connection_id,
            lambda one: replace(one, awaited="r_waits"),
        )

    before_our("insert", bench, somebody_asks)

    assert bench.sync().written == 1
    assert bench.connection().awaited == "r_waits"
