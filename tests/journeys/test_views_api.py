"""Rules on what is seen, as administrators and applications set them over the API."""

from typing import Any

import pytest

from services.run.deciding.replanning import AT_ONCE
from tests.journeys.api_on_bench import Api
from tests.journeys.trouble import forget_calls, visit, writes
from tests.journeys.workbench import Workbench

Json = dict[str, Any]
NINE = {"start": "2026-12-01T09:00:00", "end": "2026-12-01T10:00:00"}


def titles(bench: Workbench) -> list[str]:
    return sorted(bench.titles_at_google())


def test_a_changed_template_writes_all_events_anew_and_no_other_setting_does(
    bench: Workbench,
) -> None:
    api = Api(bench)
    for name in ("Gutter", "Roof"):
        api.appointment(name, title=name, customer="Jansen", **NINE)
    bench.settle()

    api.set(templates={"title": "{customer}: {title}"})
    assert bench.queue.tasks
    bench.settle()
    assert titles(bench) == ["Jansen: Gutter", "Jansen: Roof"]
    forget_calls(bench)
    api.set(audit_days=3, brake={"max_moves": 7})
    bench.settle()
    assert writes(bench) == 0
    api.set(templates=None)
    bench.settle()

    assert titles(bench) == ["Gutter", "Roof"]
    assert writes(bench) == 2


def test_a_template_of_the_agenda_holds_for_its_connection(bench: Workbench) -> None:
    api = Api(bench)
    api.appointment("Roof", title="Roof", customer="Jansen", **NINE)
    bench.settle()

    path = f"agendas/{bench.agenda}"
    templates = {"title": "{title} ({customer})"}
    api.call("PATCH", path, {"settings": {"templates": templates}})
    bench.settle()

    assert titles(bench) == ["Roof (Jansen)"]


def test_all_links_are_planned_anew_over_many_pages(bench: Workbench) -> None:
    many = AT_ONCE + 5
    for number in range(many):
        visit(bench, f"visit-{number}")
    bench.settle()

    Api(bench).set(templates={"title": "{title}!"})
    bench.settle()

    assert len(titles(bench)) == many
    assert all(title.endswith("!") for title in titles(bench))


def test_a_field_of_a_flat_appointment_alone_changes_its_event(
    bench: Workbench,
) -> None:
    api = Api(bench)
    api.set(templates={"title": "{customer}: {title}"})
    api.appointment("Roof", title="Roof", customer="Jansen", floor="3", **NINE)
    bench.settle()
    assert titles(bench) == ["Jansen: Roof"]

    forget_calls(bench)
    api.appointment("Roof", title="Roof", customer="Jansen", floor="4", **NINE)
    bench.settle()
    assert writes(bench) == 0
    api.appointment("Roof", title="Roof", customer="De Vries", floor="4", **NINE)
    bench.settle()

    assert titles(bench) == ["De Vries: Roof"]
    assert writes(bench) == 1
    assert api.items()[0]["title"] == "Roof"


@pytest.mark.parametrize("name", ["title", "location", "description"])
def test_a_template_that_cannot_be_filled_in_is_refused_by_its_pointer(
    bench: Workbench, name: str
) -> None:
    api = Api(bench)
    path = f"connections/{bench.connection_id}"
    settings = {"templates": {name: "{customer"}}

    status, answer = api.ask("PATCH", path, {"settings": settings})

    assert status == 422
    [error] = answer["errors"]
    assert error["pointer"] == f"/settings/templates/{name}"
    assert "character 1" in str(error)


def test_types_of_googles_events_are_seen_in_the_list_of_items(
    bench: Workbench,
) -> None:
    api = Api(bench)
    api.set(types={"default": "Meeting"})
    at_nine: Json = {
        "start": {"dateTime": "2026-12-01T09:00:00+01:00"},
        "end": {"dateTime": "2026-12-01T10:00:00+01:00"},
    }
    bench.person.insert(summary="Board", **at_nine)
    bench.person.insert(summary="Dentist", visibility="private", **at_nine)
    bench.settle()

    types = {item["title"]: item["type"] for item in api.items()}

    assert types == {"Board": "Meeting", "Dentist": "Personal"}


@pytest.mark.parametrize(
    ("settings", "shown"),
    [
        ({"participants": "none"}, "Bring the ladder"),
        ({"templates": {"description": "For {title}"}}, "For Roof"),
    ],
)
def test_a_block_of_people_goes_and_comes_with_its_setting(
    bench: Workbench, settings: Json, shown: str
) -> None:
    api = Api(bench)
    text = {"description": "Bring the ladder", "attendees": "bob@example.com"}
    api.appointment("Roof", title="Roof", **text, **NINE)
    bench.settle()
    [event] = bench.events().values()
    with_people = event["description"]
    before = api.items()

    api.set(**settings)
    bench.settle()
    [event] = bench.events().values()
    assert event["description"].startswith(shown)
    assert api.items() == before
    api.set(**dict.fromkeys(settings))
    bench.settle()

    [event] = bench.events().values()
    assert event["description"] == with_people
    assert api.items() == before
