"""Reset: shown first, paced, cancellable, without a mail, undoable; then all anew."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.connections import journal
from services.connections.connection import State, change
from services.orders.jobs import BEGUN_WITHIN, Job, JobKind
from services.orders.undo import undo_since
from services.run import Hint
from tests.journeys.api_over import Api, do_tasks, said
from tests.journeys.odd_google import watching
from tests.journeys.trouble import (
    calls,
    event_of,
    forget_calls,
    hour_at,
    mails,
    sides,
    visit,
)
from tests.journeys.workbench import Workbench
from tests.standin.people import Person

Json = dict[str, Any]
BOTH = ["mine", "theirs"]


@pytest.fixture
def bench(ann: Person) -> Iterator[Workbench]:
    """A Tandem that has carried an item with a guest and an event."""
    made = Workbench(ann, settings={"participants": "guests", "guest_mail": "all"})
    made.connect()
    ann.insert(
        summary="theirs",
        attendees=[{"email": "bob@example.com"}],
        **hour_at("12:00", "13:00"),
    )
    visit(made, "mine")
    made.settle()
    assert sides(made) == (BOTH, BOTH)
    yield made
    assert mails(made) == []


@pytest.fixture
def api(bench: Workbench) -> Api:
    return Api(bench)


def shown(bench: Workbench, api: Api, existing: str, following: str) -> Json:
    """Ask for a reset and return what it would do."""
    path = f"/connections/{bench.connection_id}/reset"
    answer = api.post(path, {"existing": existing, "next": following})
    assert answer.status_code == 201, answer.text
    return said(answer)


def begun(bench: Workbench, api: Api, existing: str, following: str) -> str:
    """Ask for a reset and say yes to it; return the id of its run."""
    preview = shown(bench, api, existing, following)
    return api.steer(f"previews/{preview['id']}/apply")


def reset(bench: Workbench, api: Api, existing: str, following: str) -> str:
    """Ask for a reset, say yes to it, and let it come to its end."""
    run = begun(bench, api, existing, following)
    do_tasks(bench)
    bench.settle()
    return run


GONE = {
    "leave": (BOTH, BOTH),
    "delete_calendar": ([], BOTH),
    "delete_agenda": (BOTH, []),
    "delete_both": ([], []),
}


@pytest.mark.parametrize("existing", list(GONE))
def test_a_reset_for_new_things_only_leaves_what_is_left_alone(
    bench: Workbench, api: Api, existing: str
) -> None:
    reset(bench, api, existing, "new_only")

    assert sides(bench) == GONE[existing]
    visit(bench, "new", start="2026-12-02T09:00:00")
    bench.settle()
    both = GONE[existing]
    assert sides(bench) == tuple(sorted([*titles, "new"]) for titles in both)


@pytest.mark.parametrize("existing", list(GONE))
def test_a_reset_for_everything_pairs_and_syncs_what_is_left(
    bench: Workbench, api: Api, existing: str
) -> None:
    reset(bench, api, existing, "all")

    left = [] if existing == "delete_both" else BOTH
    assert sides(bench) == (left, left)
    assert bench.connection().counts.links == len(left)
    assert bench.connection().job is None
    assert bench.connection().shown_state(bench.clock.now()) is State.ACTIVE


def test_leaving_all_and_syncing_all_pairs_again_without_a_write(
    bench: Workbench, api: Api
) -> None:
    forget_calls(bench)

    reset(bench, api, "leave", "all")

    assert set(calls(bench)) <= {"list", "get"}
    assert bench.connection().counts.links == 2


def test_a_reset_is_shown_with_its_counts_before_anything_happens(
    bench: Workbench, api: Api
) -> None:
    found = shown(bench, api, "delete_both", "all")

    counts = found["counts"]
    assert (counts["linked"], counts["left_alone"], counts["deletes"]) == (2, 0, 4)
    assert (counts["deletes_in_calendar"], counts["deletes_in_agenda"]) == (2, 2)
    assert {write["act"] for write in found["writes"]} == {"delete"}
    assert {write["now"]["agenda"]["title"] for write in found["writes"]} == set(BOTH)
    assert (found["state"], found["existing"], found["next"]) == (
        "open",
        "delete_both",
        "all",
    )
    listed = api.connection("/previews")["items"][0]
    assert (listed["counts"], listed["existing"]) == (counts, "delete_both")
    bench.settle()
    assert sides(bench) == (BOTH, BOTH)


def test_a_reset_that_makes_events_vanish_is_undone_at_once(
    bench: Workbench, api: Api
) -> None:
    began = bench.clock.now()
    bench.clock.ahead += timedelta(minutes=1)
    reset(bench, api, "delete_both", "new_only")
    assert sides(bench) == ([], [])

    done = undo_since(bench.world, bench.connection_id, began, now=bench.clock.now())
    bench.settle()

    assert done.undone == 4
    assert sides(bench) == (BOTH, BOTH)
    assert bench.connection().counts.links == 2


def test_a_reset_is_undone_by_the_run_of_its_answer_whichever_run_did_it(
    bench: Workbench, api: Api
) -> None:
    run = begun(bench, api, "delete_both", "new_only")
    bench.sync()
    assert sides(bench) == ([], [])

    answer = api.post(f"/connections/{bench.connection_id}/undo", {"run": run})
    do_tasks(bench)
    bench.settle()

    assert answer.status_code == 202, answer.text
    assert said(answer)["undone"] == 4
    assert sides(bench) == (BOTH, BOTH)


def test_what_others_organize_is_left_and_said(
    bench: Workbench, api: Api, person: Any
) -> None:
    carol = person("carol@example.com")
    carol.insert(
        summary="their meeting",
        attendees=[{"email": bench.person.email}],
        **hour_at("15:00", "16:00"),
    )
    bench.settle()
    assert "their meeting" in bench.titles_in_agenda()

    found = shown(bench, api, "delete_both", "new_only")
    api.steer(f"previews/{found['id']}/apply")
    do_tasks(bench)

    assert found["counts"]["left_alone"] == 1
    assert "One is left alone, because somebody else organizes it." in found["reason"]
    assert sides(bench) == (["their meeting"], ["their meeting"])


def test_a_reset_under_way_says_how_far_it_is_and_can_be_cancelled(
    ann: Person,
) -> None:
    bench = Workbench(ann)
    bench.connect()
    for number in range(8):
        visit(bench, f"visit-{number}", start=f"2026-12-0{number + 1}T09:00:00")
    bench.settle()
    api = Api(bench)
    run = begun(bench, api, "delete_calendar", "new_only")
    some_done(bench, run)

    before = api.connection()
    api.steer("cancel")
    do_tasks(bench)
    bench.settle()

    assert before["state"] == "syncing"
    assert before["reason"] == "Resetting: 5 of 8 done."
    after = api.connection()
    assert (after["state"], after["reason"]) == ("active", "")
    assert len(bench.titles_at_google()) == 3
    assert len(bench.titles_in_agenda()) == 8
    deletes = journal.of_run(bench.store, bench.connection_id, run)
    assert (
        sum(
            each.intent.act == "delete"
            for each in deletes
            if each.intent.outcome == "done"
        )
        == 5
    )


def test_a_reset_of_many_keeps_to_the_pace_that_google_allows(
    ann: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = Workbench(ann)
    bench.connect()
    for number in range(60):
        visit(bench, f"visit-{number}")
    bench.settle()
    monkeypatch.setattr("services.google.pace.PER_MINUTE", 30)
    monkeypatch.setattr("services.google.pace.AT_ONCE", 5)
    before = bench.clock.ahead

    reset(bench, Api(bench), "delete_calendar", "new_only")

    assert bench.titles_at_google() == []
    waited = bench.clock.ahead - before
    assert waited > timedelta(seconds=30), "a minute has thirty calls, not sixty"


def some_done(bench: Workbench, run: str) -> None:
    """Let a slice go on until its time is up: Google takes 25 s for each delete."""

    def slowly() -> None:
        bench.clock.ahead += timedelta(seconds=25)

    watching(bench, "delete", slowly)
    bench.sync(Hint(run=run))
    watching(bench, "delete", lambda: None)


def test_another_job_does_not_begin_while_one_is_under_way(
    bench: Workbench, api: Api
) -> None:
    first = shown(bench, api, "delete_calendar", "all")
    second = shown(bench, api, "delete_agenda", "all")
    api.steer(f"previews/{first['id']}/apply")

    path = f"/connections/{bench.connection_id}/previews/{second['id']}/apply"
    answer = api.post(path)

    assert answer.status_code == 409


def test_an_edit_wakes_what_a_reset_left_alone_and_carries_just_that(
    bench: Workbench, api: Api
) -> None:
    reset(bench, api, "leave", "new_only")
    bench.person.patch(event_of(bench, "theirs")["id"], location="Here")
    bench.settle()

    assert sides(bench) == (BOTH, BOTH)
    assert bench.items()["theirs"]["locations"]


def test_a_delete_of_what_a_reset_left_alone_is_not_followed(
    bench: Workbench, api: Api
) -> None:
    reset(bench, api, "leave", "new_only")
    bench.person.delete(event_of(bench, "mine")["id"])
    bench.settle()

    assert sides(bench) == (["theirs"], BOTH)


def test_a_reset_whose_asker_died_is_given_up_with_nothing_done(
    bench: Workbench,
) -> None:
    begun_at = bench.clock.now()
    dead = Job(id="p_dead", kind=JobKind.RESET, started_at=begun_at)
    change(bench.store, bench.connection_id, lambda one: replace(one, job=dead))
    bench.sync()
    assert bench.connection().job == dead

    bench.clock.ahead += BEGUN_WITHIN + timedelta(seconds=1)
    bench.sync()
    do_tasks(bench)

    assert bench.connection().job is None
    assert sides(bench) == (BOTH, BOTH)
