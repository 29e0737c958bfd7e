"""Appointments in trouble, through the API: named, explained, and tried again."""

from dataclasses import replace
from typing import Any

import pytest

from services.connections.connection import Connection, load
from services.links.documents import link_of, saved
from services.links.link import Link, Rank, Waiting, link_path
from services.links.parking import Trouble, given_up, parked
from services.ports.store import Create
from sync.errors import ContentRefused
from sync.google import Rows
from sync.sides import Side
from sync.troubles import NEXT_STEPS, Cause, Reply
from tests.journeys.api_bench import ApiBench, Said, pointers
from tests.journeys.test_api_connections import ask, bench, connect

__all__ = ["bench"]

Json = dict[str, Any]


@pytest.fixture
def one(bench: ApiBench) -> str:
    """Return a connection's id: of its links, Google refused one, and one waits."""
    made = str(connect(bench).json["id"])
    now = bench.clock.now()
    refused = ContentRefused(
        "The event ends before it starts.", cause=Cause.EMPTY_TIME, field="when"
    )
    message = "The specified time range is empty."
    refused.reply = Reply(status=400, reason="timeRangeEmpty", message=message)
    bad = given_up(Link(id="l1", birth=Side.AGENDA), refused, now=now)
    late = Link(id="l2", birth=Side.AGENDA, rank=Rank.EDIT, waiting=Waiting.LIMITED)
    well = Link(id="l3", birth=Side.AGENDA)
    bench.store.commit([saved(made, link, over=None) for link in (bad, late, well)])
    bench.queue.tasks.clear()
    return made


def stored(bench: ApiBench, connection: str) -> Connection:
    return load(bench.store, connection)[0]


def links(bench: ApiBench, connection: str, query: str = "") -> Said:
    return ask(bench, "GET", f"/{connection}/links{query}")


def test_every_error_names_field_provider_answer_and_next_step(
    bench: ApiBench, one: str
) -> None:
    shown = ask(bench, "GET", f"/{one}/links/l1").json

    assert shown["waiting"] == "parked"
    assert shown["why"] == "The event ends before it starts."
    assert shown["parked"] == {
        "cause": "empty_time",
        "field": "when",
        "answer": {
            "status": 400,
            "reason": "timeRangeEmpty",
            "message": "The specified time range is empty.",
        },
        "next_step": NEXT_STEPS[Cause.EMPTY_TIME],
        "since": bench.clock.now().isoformat().replace("+00:00", "Z"),
    }
    assert ask(bench, "GET", f"/{one}/links/l2").json["parked"] is None


def test_what_is_set_aside_is_listed_apart(bench: ApiBench, one: str) -> None:
    aside = links(bench, one, "?waiting=parked").json
    late = links(bench, one, "?waiting=limited").json
    wrong = links(bench, one, "?waiting=badly")

    assert [link["id"] for link in aside["items"]] == ["l1"]
    assert [link["id"] for link in late["items"]] == ["l2"]
    assert len(links(bench, one).json["items"]) == 3
    assert wrong.status_code == 422
    assert pointers(wrong) == {"/waiting"}


def test_the_list_of_what_is_set_aside_has_pages(bench: ApiBench, one: str) -> None:
    trouble = Trouble(cause=Cause.ENDLESS, why="It does not end.")
    more = [
        parked(Link(id=f"m{number}", birth=Side.AGENDA), trouble, now=bench.clock.now())
        for number in range(4)
    ]
    bench.store.commit([saved(one, link, over=None) for link in more])

    first = links(bench, one, "?waiting=parked&limit=3").json
    token = first["next_page_token"]
    second = links(bench, one, f"?waiting=parked&limit=3&page_token={token}").json

    found = [link["id"] for link in [*first["items"], *second["items"]]]
    assert found == ["l1", "m0", "m1", "m2", "m3"]


def test_one_event_that_cannot_be_read_does_not_hide_the_list(
    bench: ApiBench, one: str
) -> None:
    rows = Rows(master={"id": "e1", "summary": "Odd", "start": {"dateTime": "?"}})
    odd = Link(id="l4", birth=Side.CALENDAR, event_id="e1", rows=rows)
    bench.store.commit([saved(one, odd, over=None)])

    listed = links(bench, one)

    assert listed.status_code == 200
    shown = {link["id"]: link for link in listed.json["items"]}
    assert shown["l4"]["now"]["calendar"] is None


def test_one_appointment_can_be_repaired(bench: ApiBench, one: str) -> None:
    answer = ask(bench, "POST", f"/{one}/links/l1/repair")

    assert answer.status_code == 202
    assert answer.json["run"].startswith("r_")
    assert bench.queue.paths() == ["/tasks/sync"]
    shown = ask(bench, "GET", f"/{one}/links/l1").json
    assert (shown["waiting"], shown["parked"], shown["dirty"]) == (None, None, "edit")
    assert stored(bench, one).backlog


def test_a_link_is_repaired_by_its_other_name_too(bench: ApiBench, one: str) -> None:
    other = Create(path=link_path(one, "other"), data={"same_as": "l1"})
    bench.store.commit([other])

    answer = ask(bench, "POST", f"/{one}/links/other/repair")

    assert answer.status_code == 202
    assert ask(bench, "GET", f"/{one}/links/l1").json["waiting"] is None


def test_what_cannot_be_repaired_says_why(bench: ApiBench, one: str) -> None:
    gone = Link(id="l5", birth=Side.AGENDA, ended_at=bench.clock.now())
    bench.store.commit([saved(one, gone, over=None)])

    ended = ask(bench, "POST", f"/{one}/links/l5/repair")
    unknown = ask(bench, "POST", f"/{one}/links/nothing/repair")
    ask(bench, "POST", f"/{one}/pause")
    paused = ask(bench, "POST", f"/{one}/links/l1/repair")

    assert ended.status_code == 409
    assert "nothing can be repaired" in ended.json["detail"]
    assert unknown.status_code == 404
    assert paused.status_code == 409


def test_all_that_is_set_aside_is_looked_at_again_in_one_go(
    bench: ApiBench, one: str
) -> None:
    parked = ask(bench, "GET", f"/{one}/links?waiting=parked").json["items"]
    counted = stored(bench, one).counts.parked

    answer = ask(bench, "POST", f"/{one}/repair")

    assert answer.status_code == 202
    assert answer.json["links"] == len(parked) > 0
    assert answer.json["more"] is False
    assert ask(bench, "GET", f"/{one}/links?waiting=parked").json["items"] == []
    assert stored(bench, one).counts.parked == counted - len(parked)
    again = ask(bench, "POST", f"/{one}/repair")
    assert again.json["links"] == 0


def test_more_than_a_hundred_that_are_set_aside_take_several_requests(
    bench: ApiBench, one: str
) -> None:
    document = bench.store.get(link_path(one, "l1"))
    assert document is not None
    known = link_of(document)
    more = [saved(one, replace(known, id=f"p{n}"), over=None) for n in range(150)]
    bench.store.commit(more)

    first = ask(bench, "POST", f"/{one}/repair").json
    second = ask(bench, "POST", f"/{one}/repair").json

    assert (first["links"], first["more"], second["more"]) == (100, True, False)
    assert ask(bench, "GET", f"/{one}/links?waiting=parked").json["items"] == []
