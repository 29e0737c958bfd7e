"""`make run`: up in seconds, both sides follow each other, nothing is left behind."""

import json
import signal
import time
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.journeys.processes import Running, is_open, make_run
from tests.journeys.tandem import TIMEOUT, Browser, until

HERS = {"Lunch with Ben", "Dentist", "Day off"}
"""What the sample has in Anna's calendar."""


def api(running: Running, path: str, *, key: str = "Organization key") -> Any:
    answer = requests.get(
        f"http://127.0.0.1:{running.port}/v1/{path}",
        headers={"Authorization": f"Bearer {running.named(key)}"},
        timeout=TIMEOUT,
    )
    answer.raise_for_status()
    return answer.json()


def titles_of_items(running: Running) -> list[str]:
    found = api(running, f"agendas/{running.agenda}/items?limit=100")
    return [item["title"] for item in found["items"]]


def titles_of_events(running: Running) -> list[str]:
    url = f"http://127.0.0.1:{running.google_port}/_/state"
    state = requests.get(url, timeout=TIMEOUT).json()
    [calendar] = state["calendars"]
    return [event.get("summary", "") for event in calendar["events"]]


def test_a_stranger_sees_both_sides_follow_each_other(
    tmp_path: Path, browser: Browser
) -> None:
    began = time.monotonic()
    with make_run(tmp_path) as running:
        up_after = time.monotonic() - began

        page = browser.connect(running.named("Invitation"))
        until(lambda: "Dentist" in titles_of_items(running))
        until(lambda: "Roof survey" in titles_of_events(running))
        event = {
            "summary": "Fresh",
            "start": {"dateTime": "2027-01-04T09:00:00Z"},
            "end": {"dateTime": "2027-01-04T10:00:00Z"},
        }
        google = f"http://127.0.0.1:{running.google_port}/_/events"
        body = {"calendar": "anna@example.com", "events": [event]}
        requests.post(google, json=body, timeout=TIMEOUT).raise_for_status()
        until(lambda: "Fresh" in titles_of_items(running))
        ended = running.stop()

    assert up_after < 10
    assert page.status_code == 200
    assert "Stopped." in ended
    assert running.process.returncode == 0
    assert not is_open(running.port)
    assert not is_open(running.google_port)


def test_a_second_start_goes_on_where_the_first_ended(
    tmp_path: Path, browser: Browser
) -> None:
    with make_run(tmp_path) as first:
        browser.connect(first.named("Invitation"))
        until(lambda: set(titles_of_items(first)) >= HERS)
        items = sorted(titles_of_items(first))
        first.stop(signal.SIGTERM)

    with make_run(tmp_path, port=first.port, google_port=first.google_port) as second:
        assert second.named("Operator key") == first.named("Operator key")
        assert second.agenda == first.agenda
        assert "is connected" in second.told
        assert sorted(titles_of_items(second)) == items


def test_an_unused_invitation_is_told_again(tmp_path: Path) -> None:
    with make_run(tmp_path) as first:
        first.stop()
    with make_run(tmp_path, port=first.port, google_port=first.google_port) as second:
        assert second.named("Invitation") == first.named("Invitation")


def test_an_unused_invitation_leads_to_the_port_of_this_start(tmp_path: Path) -> None:
    with make_run(tmp_path) as first:
        first.stop()
    with make_run(tmp_path) as second:
        assert f":{second.port}/connect/" in second.named("Invitation")


def test_another_store_gets_a_sample_of_its_own(tmp_path: Path) -> None:
    with make_run(tmp_path) as first:
        first.stop()
    for file in (tmp_path / ".tandem").glob("tandem.db*"):
        file.unlink()

    with make_run(tmp_path) as second:
        assert second.agenda != first.agenda
        assert len(titles_of_items(second)) == 7


def test_a_port_in_use_is_said_in_one_sentence(tmp_path: Path) -> None:
    with make_run(tmp_path) as first:
        with pytest.raises(AssertionError) as told, make_run(tmp_path, port=first.port):
            pass
        assert f"Port {first.port} of 127.0.0.1 cannot be used" in str(told.value)
        assert "PORT=" in str(told.value)
        assert "Traceback" not in str(told.value)


def test_the_stand_in_ends_with_a_launcher_that_is_killed(tmp_path: Path) -> None:
    with make_run(tmp_path) as running:
        running.stop(signal.SIGKILL)

        until(lambda: not is_open(running.google_port))

    assert not is_open(running.port)


def test_nobody_else_on_this_machine_may_look_into_the_state(tmp_path: Path) -> None:
    (tmp_path / ".tandem").mkdir(mode=0o755)
    with make_run(tmp_path) as running:
        databases = list((tmp_path / ".tandem").glob("*.db*"))
        modes = {file.name: file.stat().st_mode & 0o777 for file in databases}
        running.stop()

    assert (tmp_path / ".tandem").stat().st_mode & 0o777 == 0o700
    ours = {name: mode for name, mode in modes.items() if "google" not in name}
    assert {"tandem.db", "tandem.db-wal", "queue.db", "queue.db-wal"} <= set(ours)
    assert set(ours.values()) == {0o600}


def test_the_sample_is_a_week_with_a_series_and_a_day(tmp_path: Path) -> None:
    with make_run(tmp_path) as running:
        found = api(running, f"agendas/{running.agenda}/items?limit=100")["items"]

    series = [item for item in found if "recurrenceRules" in item]
    whole_days = [item for item in found if item.get("showWithoutTime")]
    assert len(found) == 7
    assert len(series) == len(whole_days) == 1
    assert series[0]["recurrenceOverrides"]


def test_keys_and_tokens_are_not_in_the_log(tmp_path: Path, browser: Browser) -> None:
    with make_run(tmp_path) as running:
        browser.connect(running.named("Invitation"))
        until(lambda: "Dentist" in titles_of_items(running))
        running.stop()

    log = (tmp_path / ".tandem" / "tandem.log").read_text(encoding="utf-8")
    lines = [json.loads(line) for line in log.splitlines()]
    assert {"consent-ended"} <= {line.get("event") for line in lines}
    for secret in ("Operator key", "Organization key", "Invitation"):
        assert running.named(secret) not in log
    for private in ("anna@example.com", "Dentist", "Roof survey"):
        assert private not in log
