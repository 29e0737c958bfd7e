"""Nobody is left with no idea why: each appointment tells its story in sentences."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.connections.connection import change
from services.links.documents import saved
from services.links.link import link_path
from tests.journeys.api_over import Api
from tests.journeys.trouble import event_of, google_fails, google_is_well, mails, visit
from tests.journeys.workbench import Workbench, with_settings
from tests.standin.people import Person

Json = dict[str, Any]


@pytest.fixture
def bench(ann: Person) -> Iterator[Workbench]:
    made = Workbench(ann)
    made.connect()
    visit(made, "visit-1")
    made.settle()
    yield made
    assert mails(made) == []


def link_of_item(api: Api, item: str) -> Json:
    [listed] = api.connection(f"/links?item={item}")["items"]
    return api.connection(f"/links/{listed['id']}")


def test_an_appointment_tells_where_it_came_from_and_how_it_stands(
    bench: Workbench,
) -> None:
    shown = link_of_item(Api(bench), "visit-1")

    assert shown["story"][0] == ("Both sides show the same, and nothing is left to do.")
    assert shown["story"][1].endswith(
        ": It was new in the agenda and was put into the calendar."
    )
    [decision] = shown["decisions"]
    assert (decision["act"], decision["outcome"]) == ("create", "done")


def test_an_event_is_found_by_its_own_id_and_by_its_items(bench: Workbench) -> None:
    api = Api(bench)
    event = event_of(bench, "visit-1")["id"]

    [by_event] = api.connection(f"/links?event={event}")["items"]
    [by_item] = api.connection("/links?item=visit-1")["items"]

    assert by_event["id"] == by_item["id"]
    assert api.connection("/links?item=visit-2")["items"] == []
    place = f"/connections/{bench.connection_id}/links?item=a&event=b"
    assert api.get(place).status_code == 422


def test_each_change_is_told_in_plain_words_newest_first(bench: Workbench) -> None:
    event = event_of(bench, "visit-1")
    bench.person.patch(event["id"], summary="Roof", location="Utrecht")
    bench.settle()
    visit(bench, "visit-1", title="Roof survey")
    bench.settle()

    story = link_of_item(Api(bench), "visit-1")["story"]

    assert story[1].endswith(
        ": The title was changed in the agenda and carried to the calendar."
    )
    assert story[2].endswith(
        ": The place and the title were changed in the calendar and carried to the "
        "agenda."
    )


def test_both_sides_changed_it_says_who_won_by_which_setting_and_what_was_lost(
    bench: Workbench,
) -> None:
    event = event_of(bench, "visit-1")
    bench.person.patch(event["id"], summary="Google's name")
    visit(bench, "visit-1", title="The planner's name")
    bench.settle()

    story = link_of_item(Api(bench), "visit-1")["story"]

    assert (
        "Both sides changed the title; the calendar wins by the setting `conflict`; "
        "the agenda's was «The planner's name» and is kept in the journal."
    ) in story


def test_what_the_brake_holds_says_so(ann: Person) -> None:
    bench = with_settings(Workbench(ann), brake={"max_deletes": 0})
    bench.connect()
    visit(bench, "visit-1")
    bench.settle()
    bench.remove("visit-1")
    bench.settle()
    api = Api(bench)
    [listed] = api.connection("/links?waiting=held")["items"]

    story = api.connection(f"/links/{listed['id']}")["story"]

    assert story[0].startswith("It is held until a person answers: The brake holds")


def test_what_was_set_aside_names_the_answer_and_the_next_step(
    bench: Workbench,
) -> None:
    google_fails(bench, {"kind": "refuse", "method": "events.patch"})
    visit(bench, "visit-1", description="New")
    bench.settle()
    google_is_well(bench)

    story = link_of_item(Api(bench), "visit-1")["story"]

    assert story[0].startswith("It is set aside since ")
    assert any("; but the calendar refused it" in sentence for sentence in story)
    assert any("changed in the agenda; not carried yet" in one for one in story)


def test_a_paused_connection_says_that_nothing_is_carried(bench: Workbench) -> None:
    api = Api(bench)
    api.steer("pause")

    story = link_of_item(api, "visit-1")["story"]

    assert story[0] == ("Nothing is carried at the moment: Paused by a person.")


def test_a_delete_is_told_from_the_side_that_began_it(bench: Workbench) -> None:
    link = link_of_item(Api(bench), "visit-1")["id"]
    bench.remove("visit-1")
    bench.settle()

    story = Api(bench).connection(f"/links/{link}")["story"]

    assert story[0].startswith("It is gone on both sides since ")
    assert story[1].endswith(
        ": It was deleted in the agenda, so it was deleted in the calendar."
    )


def test_links_of_before_pages_were_kept_still_load_and_tell_how_they_stand(
    bench: Workbench,
) -> None:
    [link] = bench.links()
    document = bench.store.get(link_path(bench.connection_id, link.id))
    assert document is not None
    old = replace(link, pages=())
    bench.store.commit([saved(bench.connection_id, old, over=document)])

    shown = link_of_item(Api(bench), "visit-1")

    assert len(shown["story"]) == 1
    assert shown["decisions"] == []


def test_a_story_says_which_fields_differ(bench: Workbench) -> None:
    change(
        bench.store,
        bench.connection_id,
        lambda one: replace(one, settings={"direction": "to_agenda"}),
    )
    visit(bench, "visit-1", title="Only here")
    bench.settle()
    bench.clock.ahead += timedelta(minutes=1)

    shown = link_of_item(Api(bench), "visit-1")

    assert shown["differs"]["agenda"] == ["title"]
    assert shown["differs"]["between"] == ["title"]
