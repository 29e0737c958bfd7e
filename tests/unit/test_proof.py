"""Tasks are taken from our own queue, or from Google in the name of our account."""

import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from flask import Request, Response
from google.auth import crypt, jwt
from werkzeug.test import EnvironBuilder

from functions import bootstrap, proof
from functions.http import door
from functions.settings import read_settings
from functions.tasks import task_body, told
from infra.oidc import SECONDS_BETWEEN_LOOKS, Tokens
from services.secrets.task_proof import GOOD_FOR, HEADER, sign_task
from tests.worlds import Stage

ACCOUNT = "tasks@my-project.iam.gserviceaccount.com"
AUDIENCE = "https://tandem.example.com"
CLOUD = {
    "TANDEM_BASE_URL": AUDIENCE,
    "TANDEM_QUEUE": "cloudtasks:projects/my-project/locations/europe-west1/queues/q",
    "TANDEM_TASKS_ACCOUNT": ACCOUNT,
}
BODY = b'{"connection":"c_1"}'


@door
def takes_tasks(request: Request) -> Response:
    return told(body=task_body(request, "/tasks/sync"))


def posted(body: bytes = BODY, **headers: str) -> Response:
    named = [(name.replace("_", "-"), value) for name, value in headers.items()]
    builder = EnvironBuilder("/tasks/sync", method="POST", data=body, headers=named)
    return takes_tasks(Request(builder.get_environ()))


# --- One machine ---------------------------------------------------------------------


@pytest.fixture
def stage() -> Stage:
    """One machine."""
    here = Stage()
    bootstrap.use(read_settings({}), here.world)
    return here


def signature(stage: Stage, *, body: bytes = BODY, path: str = "/tasks/sync") -> str:
    return sign_task(stage.world.signer, path=path, body=body, now=stage.now)


def test_our_own_queue_is_believed(stage: Stage) -> None:
    answer = posted(X_Tandem_Task=signature(stage))

    assert answer.status_code == 200
    assert json.loads(answer.get_data()) == {"body": {"connection": "c_1"}}


def test_nobody_else_is(stage: Stage) -> None:
    genuine = signature(stage)

    forged = [
        "",
        "nonsense",
        genuine[:-2],
        signature(stage, body=b"{}"),
        signature(stage, path="/tasks/sweep"),
        genuine.replace(".", "", 1),
        f"9{genuine}",
        "٣." + genuine.partition(".")[2],
    ]

    for each in forged:
        headers = {HEADER: each}
        builder = EnvironBuilder("/tasks/sync", method="POST", data=BODY)
        environ = builder.get_environ() | {"HTTP_X_TANDEM_TASK": headers[HEADER]}
        assert takes_tasks(Request(environ)).status_code == 401, each


def test_a_task_from_long_ago_is_not_believed(stage: Stage) -> None:
    old = signature(stage)
    stage.clock.advance(GOOD_FOR + timedelta(seconds=1))

    assert posted(X_Tandem_Task=old).status_code == 401


@pytest.mark.parametrize("body", [b"{", b"[]", b'"text"', b"\xff"])
def test_a_task_without_a_json_object_is_refused(stage: Stage, body: bytes) -> None:
    answer = posted(body, X_Tandem_Task=signature(stage, body=body))

    assert answer.status_code == 400


# --- The cloud -----------------------------------------------------------------------


KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def certificate() -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "federated-signon")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(KEY.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(KEY, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM).decode()


def token(key_id: str = "k1", **changes: object) -> str:
    pem = KEY.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    now = int(time.time())
    claims = {
        "iss": "https://accounts.google.com",
        "aud": AUDIENCE,
        "email": ACCOUNT,
        "email_verified": True,
        "iat": now,
        "exp": now + 3600,
        **changes,
    }
    signer = crypt.RSASigner.from_string(pem, key_id=key_id)
    return bytes(jwt.encode(signer, claims)).decode()


class Google:
    """Hands out its certificates and counts how often."""

    def __init__(self) -> None:
        self.asked = 0
        self.seconds = 0.0
        self.certificates: Mapping[str, str] = {"k1": certificate()}

    def fetch(self) -> Mapping[str, str]:
        self.asked += 1
        return self.certificates

    def tokens(self) -> Tokens:
        return Tokens(self.fetch, seconds=lambda: self.seconds)


@pytest.fixture
def google(monkeypatch: pytest.MonkeyPatch) -> Google:
    """Google as the functions in the cloud see it."""
    google = Google()
    bootstrap.use(read_settings(CLOUD), Stage().world)
    tokens = google.tokens()
    monkeypatch.setattr(proof, "_tokens", lambda: tokens)
    return google


def test_google_is_believed_in_the_name_of_our_account(google: Google) -> None:
    assert posted(Authorization=f"Bearer {token()}").status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "https://other.example.com"},
        {"email": "somebody@else.iam.gserviceaccount.com"},
        {"email_verified": False},
        {"iss": "https://evil.example.com"},
        {"exp": int(time.time()) - 60, "iat": int(time.time()) - 3700},
        {"key_id": "unknown"},
    ],
)
def test_any_other_token_is_refused(google: Google, changes: dict[str, str]) -> None:
    answer = posted(Authorization=f"Bearer {token(**changes)}")

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x.y.z", "Basic abc"])
def test_no_token_is_refused(google: Google, header: str) -> None:
    assert posted(Authorization=header).status_code == 401


def test_a_mac_of_some_machine_opens_nothing_in_the_cloud(google: Google) -> None:
    signer = bootstrap.world().signer
    now = bootstrap.now()
    mac = sign_task(signer, path="/tasks/sync", body=BODY, now=now)

    assert posted(X_Tandem_Task=mac).status_code == 401


def test_certificates_are_fetched_once_an_hour(google: Google) -> None:
    tokens = google.tokens()
    for _ in range(5):
        assert tokens.is_from(ACCOUNT, token(), audience=AUDIENCE)
    assert google.asked == 1

    google.seconds = 3601
    assert tokens.is_from(ACCOUNT, token(), audience=AUDIENCE)
    assert google.asked == 2


def test_made_up_key_ids_do_not_make_us_ask_google_all_day(google: Google) -> None:
    tokens = google.tokens()
    for number in range(20):
        forged = token(key_id=f"k{number + 2}")
        assert not tokens.is_from(ACCOUNT, forged, audience=AUDIENCE)
    assert google.asked == 1

    google.seconds = SECONDS_BETWEEN_LOOKS + 1
    google.certificates = {"k2": certificate()}
    assert tokens.is_from(ACCOUNT, token(key_id="k2"), audience=AUDIENCE)
