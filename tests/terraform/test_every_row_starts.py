"""Every row of the table of functions starts as Cloud Run would start it, and answers.

What is started is the zip that Terraform packed, with the packages of requirements.txt
and no others, and with the settings that Terraform gives it. Around it are Google's
Firestore emulator and our fakes of Cloud Tasks, Secret Manager and Google's keys.
"""

import json
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from functions import bootstrap
from functions.settings import read_settings
from infra import cloud_tasks as tasks_adapter
from infra import secret_manager as vault_adapter
from infra.oidc import TAKEN_OUT
from services.agendas.agenda_hooks import hook_url
from services.google.push import channel_token
from services.world import World
from tests.cloud.cloud_tasks import CloudTasks
from tests.cloud.id_tokens import Signer, key_set
from tests.cloud.secret_manager import SecretManager
from tests.terraform.deployed import (
    PROJECT,
    TASKS,
    Row,
    Running,
    clean_python,
    rows,
    started,
    unpacked,
)
from tests.terraform.planned import Planned

pytestmark = pytest.mark.firestore

KEY = "the-operators-key-of-this-test"
QUEUE = f"projects/{PROJECT}/locations/europe-west4/queues/tandem"
EMULATORS = ("FIRESTORE_EMULATOR_HOST", tasks_adapter.EMULATOR, vault_adapter.EMULATOR)


@dataclass(frozen=True, kw_only=True, slots=True)
class Cloud:
    """The rows, and all that is around them."""

    rows: Mapping[str, Row]
    start: Callable[[str], Running]
    world: World
    tasks: CloudTasks
    signer: Signer

    def token_for(self, entry_point: str, *, account: str = TASKS) -> str:
        """Return what Cloud Tasks shows, as Cloud Run hands it on to a function."""
        urls = json.loads(self.rows[entry_point].settings["TANDEM_URLS"])
        token = self.signer.token(account, urls[entry_point])
        return f"Bearer {token.rpartition('.')[0]}{TAKEN_OUT}"


@pytest.fixture
def google_keys(google_signer: Signer) -> Iterator[str]:
    """The address of a Google that knows nothing but the list of its keys."""

    class Keys(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(key_set(google_signer))

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Keys)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def cloud(
    planned: Planned,
    firestore_project: str,
    cloud_tasks: CloudTasks,
    secret_manager: SecretManager,
    google_signer: Signer,
    google_keys: str,
    tmp_path: Path,
) -> Iterator[Cloud]:
    """What Terraform made, as far as it is there before a function starts."""
    found = rows(planned.plan)
    source = unpacked(planned.source, tmp_path / "workspace")
    python = clean_python(source / "requirements.txt")
    for name in ("operator-key", "sealing-keys", "signing-keys"):
        secret_manager.make_empty(PROJECT, name)
    for name in (QUEUE, f"{QUEUE}-backfill-0"):
        cloud_tasks.make_queue(name)
    world = bootstrap.make_world(read_settings(found["api"].settings))
    world.vault.write(bootstrap.OPERATOR_KEY, KEY.encode())
    around = {name: os.environ[name] for name in EMULATORS}
    around["TANDEM_GOOGLE_URL"] = google_keys
    with ExitStack() as running:
        yield Cloud(
            rows=found,
            start=lambda name: running.enter_context(
                started(found[name], source, python, **around)
            ),
            world=world,
            tasks=cloud_tasks,
            signer=google_signer,
        )


def api(cloud: Cloud) -> None:
    function = cloud.start("api")

    health = function.ask("GET", "/v1/health", Authorization=f"Bearer {KEY}")

    assert health.status == 200, health.text
    checks = health.json()["checks"]
    assert checks.keys() >= {"store", "queue", "vault"}
    assert all(one["status"] == "ok" for one in checks.values()), health.text
    assert function.ask("GET", "/v1/organizations").status == 401


def oauth_start(cloud: Cloud) -> None:
    link = invited(cloud.start("api"))
    function = cloud.start("oauth_start")

    page = function.ask("GET", f"/connect/{link.partition('/connect/')[2]}")

    assert "/tandem-oauth-start/connect/" in link
    assert page.status == 200, page.text
    assert "Google" in page.text


def oauth_callback(cloud: Cloud) -> None:
    function = cloud.start("oauth_callback")

    page = function.ask("GET", "/oauth/callback?state=made-up&code=made-up")

    assert 400 <= page.status < 500, page.text
    assert "<html" in page.text


def calendar_webhook(cloud: Cloud) -> None:
    connection = "c_aaaaaaaaaaaaaaaaaaaa"
    genuine = channel_token(cloud.world.signer, channel="ch", connection=connection)
    function = cloud.start("calendar_webhook")
    pushed = partial(function.ask, "POST", "/push/google", X_Goog_Channel_ID="ch")

    forged = pushed(X_Goog_Channel_Token=f"{connection}.k1.forged")
    nothing = cloud.tasks.tasks(QUEUE)
    pushed(X_Goog_Channel_Token=genuine, X_Goog_Resource_State="exists")

    [task] = cloud.tasks.tasks(QUEUE)
    urls = json.loads(cloud.rows["calendar_webhook"].settings["TANDEM_URLS"])
    assert forged.status == 204
    assert not nothing
    assert task.http_request.url == f"{urls['sync_connection']}/tasks/sync"
    assert task.http_request.oidc_token.service_account_email == TASKS
    assert task.http_request.oidc_token.audience == urls["sync_connection"]


def agenda_webhook(cloud: Cloud) -> None:
    link = hook_url(cloud.world, "a_aaaaaaaaaaaaaaaaaaaa")
    function = cloud.start("agenda_webhook")

    answer = function.ask("POST", link[link.index("/push/agenda/") :])

    assert answer.status == 204, answer.text


def sync_connection(cloud: Cloud) -> None:
    body = {"connection": "c_aaaaaaaaaaaaaaaaaaaa"}

    assert done(cloud, "sync_connection", "/tasks/sync", body)["outcome"] == "missing"


def renew_channels(cloud: Cloud) -> None:
    assert done(cloud, "renew_channels", "/tasks/renew-channels", {})["failed"] == 0


def sweep(cloud: Cloud) -> None:
    assert done(cloud, "sweep", "/tasks/sweep", {})["more"] is False


def console(cloud: Cloud) -> None:
    function = cloud.start("console")

    assert "<html" in function.ask("GET", "/").text
    assert function.ask("GET", "/health").status == 200


def invited(function: Running) -> str:
    """Return the link of an invitation, made as an administrator makes one."""
    name = {"name": "Example"}
    made = function.ask(
        "POST", "/v1/organizations", name, Authorization=f"Bearer {KEY}"
    )
    asked = partial(function.ask, Authorization=f"Bearer {made.json()['api_key']}")
    client = {"kind": "oauth_client", "client_id": "id", "client_secret": "secret"}
    set_ = asked("PUT", f"/v1/organizations/{made.json()['id']}/google", client)
    assert set_.status == 200, set_.text
    agenda = {"name": "Visits", "owner_email": "a@example.com", "connector": "rest"}
    agenda_id = asked("POST", "/v1/agendas", agenda).json()["id"]
    link: str = asked("POST", f"/v1/agendas/{agenda_id}/invitations", {}).json()["url"]
    return link


def done(cloud: Cloud, entry_point: str, path: str, body: object) -> dict[str, object]:
    """Return what a task came to, which nobody else can ask for."""
    function = cloud.start(entry_point)
    stranger = cloud.token_for(entry_point, account="stranger@example.com")

    assert function.ask("POST", path, body).status == 401
    assert function.ask("POST", path, body, Authorization=stranger).status == 401
    token = cloud.token_for(entry_point)
    answer = function.ask("POST", path, body, Authorization=token)
    assert answer.status == 200, answer.text
    told: dict[str, object] = answer.json()
    return told


ASKED = {
    "agenda_webhook": agenda_webhook,
    "api": api,
    "calendar_webhook": calendar_webhook,
    "console": console,
    "oauth_callback": oauth_callback,
    "oauth_start": oauth_start,
    "renew_channels": renew_channels,
    "sweep": sweep,
    "sync_connection": sync_connection,
}


def test_every_row_is_started_below(planned: Planned) -> None:
    assert rows(planned.plan).keys() == ASKED.keys()


def test_the_door_for_pushes_is_started_without_a_store(planned: Planned) -> None:
    without = {name for name, row in rows(planned.plan).items() if not row.uses_store}

    assert without == {"calendar_webhook"}


@pytest.mark.parametrize("entry_point", ASKED)
def test_it_starts_and_answers(entry_point: str, cloud: Cloud) -> None:
    ASKED[entry_point](cloud)
