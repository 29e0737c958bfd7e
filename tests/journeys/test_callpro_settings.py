"""CallPro's settings are told in its own words, and become the agenda's."""

from typing import Any

import pytest

from services.run.deciding.scope import is_set
from tests.journeys.api_bench import ApiBench

Json = dict[str, Any]


@pytest.fixture
def bench() -> ApiBench:
    return ApiBench()


def made(bench: ApiBench, settings: Json, **application: Any) -> Json:
    body = {
        "name": "Anna",
        "owner_email": "anna@example.com",
        "connector": "callpro",
        "application": {"calendar": 7, **application},
        "settings": settings,
    }
    said = bench.call("POST", "/v1/agendas", body, key=bench.organization_key)
    assert said.status_code == 201, said.json
    return dict(said.json)


def patched(bench: ApiBench, agenda: Json, **patch: Any) -> Json:
    path = f"/v1/agendas/{agenda['id']}"
    said = bench.call("PATCH", path, patch, key=bench.organization_key)
    assert said.status_code == 200, said.json
    return dict(said.json["settings"])


def test_what_is_given_as_settings_comes_before_what_follows(bench: ApiBench) -> None:
    given = {"google_events": "none", "templates": {"title": "Own"}}

    settings = made(bench, given, events="full", body="Bel %SCRIPT.X%")["settings"]

    assert settings["google_events"] == "none"
    assert settings["templates"]["title"] == "Own"
    assert settings["templates"]["description"] == "Bel {SCRIPT_X}"
    assert settings["allow_external_changes"] is False


def test_a_changed_application_changes_the_settings_that_follow_and_no_others(
    bench: ApiBench,
) -> None:
    agenda = made(bench, {"window_days": 5}, waiting="WACHT")
    assert agenda["settings"]["hold_until"] == "validated"

    later = patched(bench, agenda, application={"waiting": None, "events": "full"})

    assert "hold_until" not in later
    assert (later["google_events"], later["window_days"]) == ("full", 5)


def test_settings_and_application_may_be_changed_at_once(bench: ApiBench) -> None:
    agenda = made(bench, {"window_days": 5})

    later = patched(
        bench,
        agenda,
        application={"events": "full"},
        settings={"window_days": None, "google_events": "none"},
    )

    assert "window_days" not in later
    assert later["google_events"] == "none"


@pytest.mark.parametrize("no", ["false", "FALSE", " 0 ", "no", "", 0, False, None])
def test_a_template_can_say_no(no: object) -> None:
    assert not is_set(no)
    assert is_set("TRUE")


def test_the_configurations_hold_the_very_key_they_were_asked_with(
    bench: ApiBench,
) -> None:
    agenda = made(bench, {})["id"]
    key = bench.make_key(agenda)

    said = bench.call("GET", f"/v1/agendas/{agenda}/configurations", key=key)
    other = bench.call(
        "GET", f"/v1/agendas/{bench.agenda}/configurations", key=bench.agenda_key
    )

    texts = [one["text"] for one in said.json["configurations"]]
    assert all(f"<Token>{key}</Token>" in text for text in texts)
    assert all(f"<Agenda>{agenda}</Agenda>" in text for text in texts)
    assert other.status_code == 404


def test_a_key_of_the_organization_is_written_into_no_configuration(
    bench: ApiBench,
) -> None:
    agenda = made(bench, {})["id"]
    path = f"/v1/agendas/{agenda}/configurations"

    said = bench.call("GET", path, key=bench.organization_key)

    assert said.status_code == 403
    assert "a key of the agenda" in said.json["detail"]
