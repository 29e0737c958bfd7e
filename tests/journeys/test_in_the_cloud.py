"""From an invitation to a calendar that is synced both ways, all on Google Cloud."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import requests

from tests.cloud.serving import Code
from tests.journeys.cloud_stage import Deployed, cloud, deployed
from tests.journeys.processes import environment
from tests.journeys.tandem import until
from tests.journeys.trouble import hour_at

SECONDS = 20.0


@pytest.fixture
def stage(firestore_emulator: str, tmp_path: Path) -> Iterator[Deployed]:
    """Tandem's functions, and Google's services around them."""
    project = f"journey-{uuid4().hex[:12]}"
    with (
        cloud(firestore_emulator) as around,
        deployed(around, tmp_path, project) as functions,
    ):
        yield functions


def settled(stage: Deployed) -> None:
    assert stage.cloud.dispatcher.settle(SECONDS)


def soon(stage: Deployed, true: Callable[[], bool]) -> None:
    until(true)
    settled(stage)


@pytest.mark.firestore
def test_from_an_invitation_to_a_calendar_that_is_synced_both_ways(
    stage: Deployed,
) -> None:
    office = stage.tandem.office()
    settled(stage)

    # --- The application's item reaches Google.
    item = {"title": "Roof survey", "start": "2026-12-01T09:00:00", "duration": "PT1H"}
    assert office.call("PUT", "items/visit-1", item).status_code == 201
    person = office.calendar()
    soon(stage, lambda: "Roof survey" in titles(person.page()["items"]))

    # --- Google's event reaches the application, over a push to the webhook.
    person.insert(summary="Lunch", **hour_at("12:00", "13:00"))
    soon(stage, lambda: "Lunch" in titles(office.items()))

    # --- Keys are rotated under way: old channels and grants stay good.
    rotated(stage)
    person.insert(summary="Dinner", **hour_at("18:00", "19:00"))
    soon(stage, lambda: "Dinner" in titles(office.items()))
    person.close()

    # --- Every delivery was believed, and each part lies where it belongs.
    sync_url = f"{stage.urls['sync_connection']}/tasks/sync"
    assert {status for _, status in stage.cloud.dispatcher.replies} == {200}
    assert sync_url in {url for url, _ in stage.cloud.dispatcher.replies}
    assert stage.cloud.tasks.dropped == []
    assert office.connection()["state"] == "active"
    assert stage.tandem.errors() == []
    log = (stage.tandem.folder / "tandem.log").read_text()
    assert not [word for word in ("Roof survey", "Lunch", office.email) if word in log]
    refuses_strangers(stage, sync_url)
    tells_its_health(stage)


def titles(rows: list[dict[str, str]]) -> list[str]:
    return [row.get("summary") or row.get("title") or "" for row in rows]


def rotated(stage: Deployed) -> None:
    """Rotate both keysets as an operator does, in a process of its own."""
    for keyset in ("signing-keys", "sealing-keys"):
        subprocess.run(
            [sys.executable, "-m", "functions.rotate_keys", keyset],
            env=environment(**stage.settings),
            check=True,
            capture_output=True,
        )


def refuses_strangers(stage: Deployed, url: str) -> None:
    """A task without Google's word, or with its word for another door, is refused."""
    webhook = stage.urls["calendar_webhook"]
    own = stage.urls["sync_connection"]
    tokens = {
        "": 401,
        stage.cloud.token(webhook): 401,
        stage.cloud.token(own, email="eve@example.com"): 401,
        stage.cloud.token(own): 200,
    }
    for token, status in tokens.items():
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        body = {"connection": "c_nobody"}
        answer = requests.post(url, json=body, headers=headers, timeout=SECONDS)
        assert answer.status_code == status
    assert requests.post(f"{webhook}/push/google", timeout=SECONDS).status_code == 204


def tells_its_health(stage: Deployed) -> None:
    """Health says what is down, and of the queue alone; a moment late at most."""
    well = stage.tandem.call("GET", "health")
    assert well.status_code == 200, well.text

    stage.cloud.tasks.faults.add("CreateTask", Code.PERMISSION_DENIED)
    until(lambda: stage.tandem.call("GET", "health").status_code == 503)

    ill = stage.tandem.call("GET", "health")
    stage.cloud.tasks.faults.clear()
    assert ill.json()["detail"] == "No answer from the queue."
