"""The stand-in's own controls, its batch endpoint, its file, its start."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
from googleapiclient.errors import HttpError
from googleapiclient.http import BatchHttpRequest

from local.google import GoogleStandIn, create_app
from tests.standin.conftest import Control
from tests.standin.people import HOUR, Person


def test_an_account_is_made_with_its_calendar(google: GoogleStandIn) -> None:
    """Every account has a primary calendar named by its address.

    https://developers.google.com/workspace/calendar/api/concepts/events-calendars
    """
    answer = requests.post(
        f"{google.url}/_/accounts", json={"email": "Ann@Example.com"}, timeout=5
    )

    state = requests.get(f"{google.url}/_/state", timeout=5).json()
    assert answer.json()["email"] == "ann@example.com"
    assert [one["email"] for one in state["accounts"]] == ["ann@example.com"]
    assert [one["id"] for one in state["calendars"]] == ["ann@example.com"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("accounts", {}),
        ("accounts", {"email": "a@b.c", "timezone": "Nowhere"}),
        ("clients", {}),
        ("clients", {"client_id": "x", "status": "famous"}),
        ("tokens", {"email": "nobody@example.com"}),
        ("options", {"weather": "fine"}),
        ("clock", {"now": "tomorrow"}),
        ("events", {"calendar": "none", "events": []}),
    ],
)
def test_controls_that_make_no_sense_are_refused(
    google: GoogleStandIn, path: str, body: dict[str, object]
) -> None:
    """A control that is misunderstood must not pass for one that works.

    https://json-schema.org/draft/2020-12/schema
    """
    answer = requests.post(f"{google.url}/_/{path}", json=body, timeout=5)

    assert answer.status_code == 400
    assert "error" in answer.json()


def test_the_state_shows_all_of_one_account(
    ann: Person, bob: Person, control: Control
) -> None:
    """Tombstones are kept, and shown.

    https://developers.google.com/workspace/calendar/api/v3/reference/events
    """
    event = ann.insert(summary="Gone")
    ann.delete(event["id"])

    answer = requests.get(
        f"{ann.url}/_/state", params={"account": ann.email}, timeout=5
    )

    calendars = answer.json()["calendars"]
    assert [one["id"] for one in calendars] == [ann.email]
    assert calendars[0]["events"][0]["status"] == "cancelled"
    assert answer.json()["tokens"] == {"access": 1, "refresh": 1, "codes": 0}
    assert ann.access_token not in answer.text
    assert ann.refresh_token not in answer.text


def test_calls_are_counted_by_method(ann: Person) -> None:
    """Methods are named as in Google's discovery document.

    https://developers.google.com/workspace/calendar/api/guides/quota
    """
    ann.insert()
    ann.page()
    ann.page()
    url = f"{ann.url}/_/requests"

    counts = requests.get(url, timeout=5).json()
    requests.delete(url, timeout=5)

    assert counts == {"calendar.events.insert": 1, "calendar.events.list": 2}
    assert requests.get(url, timeout=5).json() == {}


def test_many_events_are_made_at_once(ann: Person, control: Control) -> None:
    """For measuring: events as their owner would insert them.

    https://developers.google.com/workspace/calendar/api/v3/reference/events/insert
    """
    made = control("events", calendar=ann.email, events=[HOUR] * 50).json()

    assert len(made["ids"]) == 50
    assert len(ann.ids()) == 50


def test_the_clock_can_be_pushed(ann: Person, control: Control) -> None:
    """Times in answers follow the stand-in's clock.

    https://developers.google.com/workspace/calendar/api/v3/reference/events
    """
    control("clock", now="2030-01-01T00:00:00Z")
    token = control("tokens", email=ann.email).json()["access_token"]
    later = Person.with_token(ann.url, ann.email, token)

    created = later.insert()["created"]
    later.close()

    assert created.startswith("2030-01-01T00:00:0")


def test_the_clock_can_be_ones_own() -> None:
    """Proofs run in virtual time.

    https://developers.google.com/workspace/calendar/api/v3/reference/events
    """
    noon = datetime(2027, 1, 1, 12, tzinfo=UTC)
    app = create_app(clock=lambda: noon)
    client = app.test_client()

    client.post("/_/accounts", json={"email": "ann@example.com"})
    tokens = client.post("/_/tokens", json={"email": "ann@example.com"}).json
    made = client.post(
        "/calendar/v3/calendars/primary/events",
        json=HOUR,
        headers={"Authorization": f"Bearer {tokens['access_token'] if tokens else ''}"},
    ).json
    app.close()

    assert made is not None
    assert made["created"] == "2027-01-01T12:00:00.000Z"


def test_a_reset_forgets_all(ann: Person, control: Control) -> None:
    """An empty stand-in knows nobody.

    https://developers.google.com/workspace/calendar/api/guides/errors
    """
    ann.insert()
    control("faults", rules=[{"kind": "rate_limit"}])
    control("reset")

    assert requests.get(f"{ann.url}/_/state", timeout=5).json()["calendars"] == []
    assert ann.http.get(ann.api("calendars/primary/events")).status_code == 401


def test_a_batch_answers_each_call_for_itself(ann: Person) -> None:
    """Parts have their own status, in the order of the calls.

    https://developers.google.com/workspace/calendar/api/guides/batch
    """
    event = ann.insert(summary="Here")
    found: dict[str, object] = {}

    def keep(request_id: str, answer: object, error: HttpError | None) -> None:
        found[request_id] = error.resp.status if error else answer

    batch = BatchHttpRequest(callback=keep, batch_uri=f"{ann.url}/batch/calendar/v3")
    events = ann.events
    batch.add(events.get(calendarId="primary", eventId=event["id"]), request_id="get")
    batch.add(events.get(calendarId="primary", eventId="never0"), request_id="none")
    batch.add(
        events.insert(calendarId="primary", body={**HOUR, "summary": "Made"}),
        request_id="insert",
    )
    batch.add(
        events.delete(calendarId="primary", eventId=event["id"]), request_id="del"
    )
    batch.execute(http=ann.service._http)

    assert list(found) == ["get", "none", "insert", "del"]
    assert isinstance(found["get"], dict)
    assert found["get"]["summary"] == "Here"
    assert found["none"] == 404
    assert ann.page()["items"][0]["summary"] == "Made"


def test_a_batch_may_mix_people(ann: Person, bob: Person) -> None:
    """Inner headers override outer ones; n calls count as n.

    https://developers.google.com/workspace/calendar/api/guides/batch
    """
    parts = [
        f"--b\r\nContent-Type: application/http\r\nContent-ID: <{one.email}>\r\n\r\n"
        f"GET /calendar/v3/calendars/primary/events HTTP/1.1\r\n"
        f"Authorization: Bearer {one.access_token}\r\n\r\n\r\n"
        for one in (ann, bob)
    ]

    answer = requests.post(
        f"{ann.url}/batch/calendar/v3",
        data="".join(parts) + "--b--",
        headers={"Content-Type": "multipart/mixed; boundary=b"},
        timeout=5,
    )

    assert answer.text.count("HTTP/1.1 200 OK") == 2
    assert f"Content-ID: <response-{bob.email}>" in answer.text
    assert f'"summary":"{bob.email}"' in answer.text
    counts = requests.get(f"{ann.url}/_/requests", timeout=5).json()
    assert counts["calendar.events.list"] == 2


def test_an_empty_batch_is_refused(ann: Person) -> None:
    """A batch holds calls.

    https://developers.google.com/workspace/calendar/api/guides/batch
    """
    answer = ann.http.post(f"{ann.url}/batch/calendar/v3", data="nothing")

    assert answer.status_code == 400


def test_a_file_keeps_everything(tmp_path: Path) -> None:
    """Sync tokens, series, guests and tokens outlive a restart.

    https://developers.google.com/workspace/calendar/api/guides/sync
    """
    path = tmp_path / "google.db"
    with GoogleStandIn(state_path=path) as google:
        ann = Person(google.url, "ann@example.com")
        series = ann.weekly()
        second = ann.instances(series["id"])[1]["id"]
        ann.patch(second, summary="Exception")
        token = ann.token()
        last = ann.insert(summary="After the token")
        ann.close()

    with GoogleStandIn(state_path=path) as google:
        again = Person.with_token(google.url, "ann@example.com", ann.access_token)
        changed = again.page(syncToken=token)["items"]
        exception = again.get(second)
        new = again.insert()
        again.close()

    assert [row["id"] for row in changed] == [last["id"]]
    assert exception["summary"] == "Exception"
    assert int(new["etag"].strip('"')) > int(last["etag"].strip('"'))


@pytest.fixture
def launch(tmp_path: Path) -> Callable[..., tuple["subprocess.Popen[str]", str]]:
    """Return a starter of the stand-in as its own process."""

    def start(*arguments: str) -> tuple["subprocess.Popen[str]", str]:
        command = [sys.executable, "-m", "local.google", "--port", "0", *arguments]
        environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env=environment
        )
        assert process.stdout is not None
        return process, process.stdout.readline().split()[-1]

    return start


def test_a_killed_process_loses_nothing_that_was_answered(
    tmp_path: Path, launch: Callable[..., tuple["subprocess.Popen[str]", str]]
) -> None:
    """What Google answered is kept.

    https://developers.google.com/workspace/calendar/api/guides/sync
    """
    path = str(tmp_path / "google.db")
    process, url = launch("--state", path)
    ann = Person(url, "ann@example.com")
    made = [ann.insert()["id"] for _ in range(20)]
    ann.close()

    process.send_signal(signal.SIGKILL)
    process.communicate()
    again, url = launch("--state", path)
    later = Person.with_token(url, "ann@example.com", ann.access_token)
    found = later.ids()
    later.close()
    again.send_signal(signal.SIGINT)
    again.communicate(timeout=10)

    assert sorted(found) == sorted(made)
    assert again.returncode == 0


def test_a_client_is_registered_by_the_command_line(
    launch: Callable[..., tuple["subprocess.Popen[str]", str]],
) -> None:
    """Redirect URIs must match registered ones.

    https://developers.google.com/identity/protocols/oauth2/web-server
    """
    process, url = launch(
        "--client-id",
        "1-web",
        "--client-secret",
        "s",
        "--redirect-uri",
        "http://localhost:1/cb",
        "--no-any-client",
    )

    clients = requests.get(f"{url}/_/state", timeout=5).json()["clients"]
    process.terminate()
    process.communicate(timeout=10)

    assert [(one["client_id"], one["redirect_uris"]) for one in clients] == [
        ("1-web", ["http://localhost:1/cb"])
    ]


def test_an_incremental_read_does_not_look_at_all_events(
    ann: Person, control: Control
) -> None:
    """Sync tokens make repeated reads cheap.

    https://developers.google.com/workspace/calendar/api/guides/sync
    """
    events = [{**HOUR, "summary": f"{number}"} for number in range(5000)]
    control("events", calendar=ann.email, events=events)
    last = ann.page(maxResults=2500, fields="nextPageToken")
    page = ann.page(maxResults=2500, pageToken=last["nextPageToken"])
    token = page["nextSyncToken"]
    url = ann.api("calendars/primary/events")

    started = time.perf_counter()
    for _ in range(50):
        answer = ann.http.get(url, params={"syncToken": token})
    each = (time.perf_counter() - started) / 50

    assert json.loads(answer.content)["items"] == []
    assert each < 0.02
