"""The journal and undo through the API: what was written, and how to take it back."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.journeys.api_over import Api, do_tasks, said
from tests.journeys.trouble import event_of, google_fails, mails, visit
from tests.journeys.workbench import Workbench
from tests.standin.people import Person

Json = dict[str, Any]


@pytest.fixture
def bench(ann: Person) -> Iterator[Workbench]:
    made = Workbench(ann)
    made.connect()
    visit(made, "mine")
    made.settle()
    yield made
    assert mails(made) == []


@pytest.fixture
def api(bench: Workbench) -> Api:
    return Api(bench)


def undo(bench: Workbench, api: Api, body: Json) -> Any:
    """Ask for an undo and return the answer as it is."""
    return api.post(f"/connections/{bench.connection_id}/undo", body)


def renamed(bench: Workbench, api: Api, title: str = "wrong", hour: int = 10) -> Json:
    """Rename and move the item, and return the write that carried it."""
    visit(bench, "mine", title=title, start=f"2026-12-01T{hour}:00:00")
    bench.settle()
    [write] = api.connection("/journal?limit=1")["items"][0]["writes"]
    return dict(write)


def test_a_write_tells_its_fields_its_reason_and_what_came_back(
    bench: Workbench, api: Api
) -> None:
    write = renamed(bench, api)

    assert write["fields"] == ["start", "title"]
    assert write["why"] == "changed in the agenda"
    assert (write["side"], write["act"]) == ("calendar", "write")
    assert write["before"]["title"] == "mine"
    assert write["sent"]["title"] == "wrong"
    assert write["outcome"] == "done"
    assert write["answer"]["version"] == event_of(bench, "wrong")["etag"]


def test_a_refused_write_tells_the_providers_own_words(
    bench: Workbench, api: Api
) -> None:
    bad = {"kind": "refuse", "method": "events.insert", "count": 1, "status": 403}
    google_fails(bench, bad)
    visit(bench, "refused", start="2026-12-01T15:00:00")
    bench.sync()

    [write] = api.connection("/journal?limit=1")["items"][0]["writes"]

    assert write["outcome"] == "refused"
    assert "Google does not let us" in write["answer"]["message"]


def test_a_write_a_run_and_a_time_can_be_undone(bench: Workbench, api: Api) -> None:
    began = bench.clock.now()
    bench.clock.ahead += timedelta(minutes=1)
    for hour, body in enumerate(("write", "run", "since"), start=10):
        write = renamed(bench, api, f"wrong {body}", hour)
        run = api.connection("/journal?limit=1")["items"][0]["run"]
        asked = {"write": write["id"], "run": run, "since": began.isoformat()}

        answer = undo(bench, api, {body: asked[body]})
        do_tasks(bench)
        bench.settle()

        assert answer.status_code == 202, answer.text
        assert said(answer)["undone"] >= 1, body
        assert bench.titles_at_google() == bench.titles_in_agenda() == ["mine"], body


def test_what_an_undo_wrote_is_listed_under_its_run(bench: Workbench, api: Api) -> None:
    write = renamed(bench, api)

    run = said(undo(bench, api, {"write": write["id"]}))["run"]
    do_tasks(bench)

    pages = api.connection(f"/journal?run={run}")["items"]
    told = [each for page in pages for each in page["writes"]]
    assert [(each["side"], each["order"]) for each in told] == [
        ("agenda", "undo"),
        ("calendar", "undo"),
    ]
    assert all(each["why"].startswith("undone by a person: ") for each in told)
    assert api.connection(f"/runs/{run}")["asked_for"] == "undo"


def test_what_is_not_undone_is_listed_with_the_reason(
    bench: Workbench, api: Api
) -> None:
    write = renamed(bench, api)
    bench.person.patch(event_of(bench, "wrong")["id"], summary="better")
    bench.settle()

    answer = said(undo(bench, api, {"write": write["id"]}))

    [skipped] = answer["skipped"]
    assert answer["undone"] == 1
    assert skipped["write"] == write["id"]
    assert skipped["fields"] == ["title"]
    assert skipped["why"].startswith("Somebody changed this since")


def test_the_journal_of_one_link_tells_of_no_other(bench: Workbench, api: Api) -> None:
    visit(bench, "other", start="2026-12-01T15:00:00")
    bench.settle()
    renamed(bench, api)
    [link] = [link.id for link in bench.links() if link.item_id == "other"]

    pages = api.connection(f"/journal?link={link}")["items"]

    assert [len(page["writes"]) for page in pages] == [1]
    assert pages[0]["writes"][0]["link"] == link


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"write": "j_nothing.0"}, 404),
        ({"run": "r_nothing"}, 404),
        ({"write": "j_a.0", "run": "r_a"}, 422),
        ({"since": "yesterday"}, 422),
        ({"since": "2026-11-20T10:00:00"}, 422),
        ({"since": "2020-01-01T00:00:00Z"}, 410),
        ({"everything": True}, 422),
    ],
)
def test_what_cannot_be_undone_says_why(
    bench: Workbench, api: Api, body: Json, status: int
) -> None:
    answer = undo(bench, api, body)

    assert answer.status_code == status, answer.text


def test_a_paused_connection_says_that_it_is(bench: Workbench, api: Api) -> None:
    write = renamed(bench, api)
    api.steer("pause")

    assert undo(bench, api, {"write": write["id"]}).status_code == 409
