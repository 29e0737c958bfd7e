"""A door in the cloud loads Google's libraries for what it uses, and no others.

They take most of a cold start: about 0.2 seconds for the first of them. What a stranger
can knock at must not even begin with those that only a genuine request needs.
"""

import json
import subprocess
import sys
from collections.abc import Callable

import pytest

from functions.clock import SystemClock
from tests.cloud.cloud_tasks import CloudTasks
from tests.cloud.secret_manager import SecretManager
from tests.house import ROOT
from tests.journeys.processes import TIMEOUT, environment

STORE = "google.cloud.firestore_v1"
TASKS = "google.cloud.tasks_v2"
VAULT = "google.cloud.secretmanager_v1"
CALENDAR = "googleapiclient"
ENGINE = "services.run.run"
LOCAL = "local"
WATCHED = (STORE, TASKS, VAULT, CALENDAR, ENGINE, LOCAL)

KNOCK = """
import json, sys, main
from flask import Request
from werkzeug.test import EnvironBuilder
from functions import bootstrap
from services.google.push import channel_token

door, method, path, genuine = sys.argv[1:5]
headers = {}
if genuine == "genuine":
    token = channel_token(bootstrap.world().signer, channel="h_1", connection="c_aaaa")
    headers = {"X-Goog-Channel-ID": "h_1", "X-Goog-Channel-Token": token}
knock = EnvironBuilder(path, method=method, headers=headers)
answer = getattr(main, door)(Request(knock.get_environ()))
loaded = [name for name in sys.argv[5:] if name in sys.modules]
print(json.dumps([answer.status_code, loaded]))
"""

Knock = Callable[..., tuple[int, set[str]]]


@pytest.fixture
def knock(
    secret_manager: SecretManager, cloud_tasks: CloudTasks, cloud_project: str
) -> Knock:
    """Return a way to knock at a door in a new process of the cloud's."""
    queue = f"projects/{cloud_project}/locations/europe-west1/queues/sync"
    cloud_tasks.begin(SystemClock())
    cloud_tasks.make_queue(queue)
    settings = {
        "TANDEM_BASE_URL": "https://tandem.example.com",
        "TANDEM_STORE": f"firestore:{cloud_project}",
        "TANDEM_QUEUE": f"cloudtasks:{queue}",
        "TANDEM_VAULT": f"secretmanager:{cloud_project}",
        "TANDEM_OPERATOR_KEY": "operator-key-of-the-tests",
        "TANDEM_TASKS_ACCOUNT": "tasks@my-project.iam.gserviceaccount.com",
        "TANDEM_ENVIRONMENT": "test",
        "SECRET_MANAGER_EMULATOR_HOST": secret_manager.address,
        "CLOUD_TASKS_EMULATOR_HOST": cloud_tasks.address,
    }

    def knocked(
        door: str, method: str, path: str, genuine: str = ""
    ) -> tuple[int, set[str]]:
        said = subprocess.run(
            [sys.executable, "-c", KNOCK, door, method, path, genuine, *WATCHED],
            env=environment(**settings),
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            check=True,
        )
        status, loaded = json.loads(said.stdout)
        return status, set(loaded)

    return knocked


def test_a_forged_push_loads_the_vault_alone_and_a_genuine_one_the_queue_too(
    knock: Knock, cloud_tasks: CloudTasks
) -> None:
    forged = knock("calendar_webhook", "POST", "/push/google")
    genuine = knock("calendar_webhook", "POST", "/push/google", "genuine")
    hint = knock("agenda_webhook", "POST", "/push/agenda/a_x/mac")

    assert forged == (204, {VAULT})
    assert genuine == (204, {VAULT, TASKS})
    assert hint == (204, {VAULT})
    assert cloud_tasks.depth == 1


@pytest.mark.parametrize(
    ("door", "path"), [("console", "/"), ("api", "/v1/openapi.json")]
)
def test_a_page_that_needs_nothing_loads_nothing_of_google(
    knock: Knock, door: str, path: str
) -> None:
    status, loaded = knock(door, "GET", path)

    assert status == 200
    assert loaded <= {ENGINE}


def test_a_stranger_at_the_tasks_does_not_even_load_the_engine(knock: Knock) -> None:
    assert knock("sync_connection", "POST", "/tasks/sync") == (401, set())


@pytest.mark.firestore
def test_the_page_of_an_invitation_loads_the_store_alone(
    knock: Knock, firestore_project: str
) -> None:
    status, loaded = knock("oauth_start", "GET", "/connect/i_unknown.secret")

    assert status == 404
    assert loaded == {STORE}
