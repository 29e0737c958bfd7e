"""Tasks are taken from our own queue, or from Google in the name of our account."""

import base64
import hashlib
import hmac
import json
import logging
import re
from collections.abc import Iterator
from datetime import timedelta

import jwt
import pytest
from flask import Request, Response
from werkzeug.test import EnvironBuilder

from functions import bootstrap, proof
from functions.http import door
from functions.settings import read_settings
from functions.task_doors import DOORS
from functions.tasks import task_body, told, tries_of
from infra.google.signing_keys import Listed
from infra.oidc import BETWEEN_LOOKS, KEPT_AT_MOST, SKEW, TAKEN_OUT, Tokens
from local.doors import ROUTES
from services.agendas.webhooks import DELIVER_PATH
from services.connections.audits import AUDIT_PATH
from services.google.renewal import RENEW_PATH
from services.queueing import RUN_PATH
from services.rounds.sweep import SWEEP_PATH
from services.secrets.task_proof import GOOD_FOR, HEADER, sign_task
from sync.errors import TransientError
from tests.cloud.id_tokens import Signer, key_set
from tests.house import modules
from tests.worlds import Stage

ACCOUNT = "tasks@my-project.iam.gserviceaccount.com"
SCHEDULER = "scheduler@my-project.iam.gserviceaccount.com"
AUDIENCE = "https://tandem.example.com"
CLOUD = {
    "TANDEM_BASE_URL": AUDIENCE,
    "TANDEM_QUEUE": "cloudtasks:projects/my-project/locations/europe-west1/queues/q",
    "TANDEM_TASKS_ACCOUNT": ACCOUNT,
    "TANDEM_ENVIRONMENT": "production",
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


@pytest.mark.parametrize(
    ("tries", "event"), [("0", ""), ("1", "task-again"), ("10", "task-failing")]
)
def test_a_task_that_comes_again_is_told_of_and_one_that_never_works_more_loudly(
    stage: Stage, caplog: pytest.LogCaptureFixture, tries: str, event: str
) -> None:
    caplog.set_level(logging.INFO)

    posted(
        X_Tandem_Task=signature(stage),
        X_CloudTasks_TaskRetryCount=tries,
        X_CloudTasks_TaskPreviousResponse="503",
    )

    told = [(one.event, one.tries, one.answer) for one in caplog.records]  # type: ignore[attr-defined] # because they are extra members
    assert told == ([(event, int(tries), "503")] if event else [])


def test_what_a_stranger_says_of_tries_is_not_even_read(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)

    posted(X_CloudTasks_TaskRetryCount="99")

    assert caplog.records == []


@pytest.mark.parametrize("text", ["", "-1", "many", "9" * 30, "٣"])
def test_a_count_of_tries_that_is_none_counts_as_none(text: str) -> None:
    builder = EnvironBuilder("/", method="POST")
    environ = builder.get_environ() | {"HTTP_X_CLOUDTASKS_TASKRETRYCOUNT": text}

    assert tries_of(Request(environ)) == 0


# --- The cloud -----------------------------------------------------------------------


class Google:
    """Lists its keys, counts how often, and signs tokens for its services."""

    def __init__(self, stage: Stage) -> None:
        self.clock = stage.clock
        self.asked = 0
        self.signer = Signer("k1")
        self.listed = [self.signer]
        self.lasts = timedelta(hours=6)
        self.down = False

    def fetch(self) -> Listed:
        self.asked += 1
        if self.down:
            raise TransientError("Google had trouble answering.")
        members = json.loads(key_set(*self.listed))["keys"]
        keys = {member["kid"]: jwt.PyJWK(member) for member in members}
        return Listed(keys=keys, lasts=self.lasts)

    def tokens(self) -> Tokens:
        return Tokens(self.fetch, clock=self.clock)

    def token(self, **changes: object) -> str:
        return self.forged(self.signer, **changes)

    def forged(self, signer: Signer, **changes: object) -> str:
        """Return a token that somebody else may have signed."""
        now = int(self.clock.now().timestamp())
        claims = {"iat": now, "exp": now + 3600, **changes}
        return signer.token(ACCOUNT, AUDIENCE, **claims)


def opened_by_google(
    monkeypatch: pytest.MonkeyPatch, stage: Stage, **changes: str
) -> Google:
    """Let this process be a function in the cloud, and return the Google it sees."""
    google = Google(stage)
    bootstrap.use(read_settings(CLOUD | changes), stage.world)
    tokens = google.tokens()
    monkeypatch.setattr(proof, "_tokens", lambda: tokens)
    return google


@pytest.fixture
def google(monkeypatch: pytest.MonkeyPatch, stage: Stage) -> Google:
    """Google as the functions in the cloud see it."""
    return opened_by_google(monkeypatch, stage)


def status_of(token: str) -> int:
    return posted(Authorization=f"Bearer {token}").status_code


def test_google_is_believed_in_the_name_of_our_account(google: Google) -> None:
    assert status_of(google.token()) == 200
    assert status_of(google.token(iss="accounts.google.com")) == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "https://other.example.com"},
        {"aud": f"{AUDIENCE}.evil.example"},
        {"aud": None},
        {"email": "somebody@else.iam.gserviceaccount.com"},
        {"email": ACCOUNT.upper()},
        {"email": None},
        {"email_verified": False},
        {"email_verified": "true"},
        {"email_verified": None},
        {"iss": "https://evil.example.com"},
        {"iss": "https://accounts.google.com.evil.example"},
        {"iss": None},
        {"exp": 0},
        {"exp": "tomorrow"},
        {"exp": None},
        {"iat": None},
        {"iat": 9_999_999_999},
        {"nbf": 9_999_999_999},
    ],
)
def test_a_token_with_any_other_claim_is_refused(
    google: Google, changes: dict[str, object]
) -> None:
    answer = posted(Authorization=f"Bearer {google.token(**changes)}")

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_is_good_until_it_expires(google: Google) -> None:
    token = google.token()

    google.clock.advance(timedelta(hours=1) + SKEW - timedelta(seconds=1))
    late = status_of(token)
    google.clock.advance(timedelta(seconds=1))

    assert late == 200
    assert status_of(token) == 401


def test_a_key_of_somebody_else_opens_nothing_under_googles_key_id(
    google: Google,
) -> None:
    assert status_of(google.forged(Signer("k1"))) == 401
    assert status_of(google.forged(Signer("evil"))) == 401


def unsigned(token: str) -> str:
    head = base64.urlsafe_b64encode(b'{"alg":"none","kid":"k1"}').rstrip(b"=").decode()
    return f"{head}.{token.split('.')[1]}."


def signed_with_the_public_key(google: Google) -> str:
    """Take Google's public key for a shared secret, as careless checkers do."""
    head = base64.urlsafe_b64encode(b'{"alg":"HS256","kid":"k1"}').rstrip(b"=").decode()
    signed = f"{head}.{google.token().split('.')[1]}"
    mac = hmac.new(google.signer.public_pem(), signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def with_its_own_key(google: Google) -> str:
    """Bring the key along in the token's head."""
    own = Signer("k1")
    token = google.forged(own)
    head = {"alg": "RS256", "kid": "k1", "jwk": own.public(), "jku": "https://evil/"}
    packed = base64.urlsafe_b64encode(json.dumps(head).encode()).rstrip(b"=").decode()
    return ".".join([packed, *token.split(".")[1:]])


def test_no_trick_with_the_algorithm_or_the_key_passes(google: Google) -> None:
    forged = [
        unsigned(google.token()),
        signed_with_the_public_key(google),
        with_its_own_key(google),
        google.token()[:-4] + "AAAA",
        google.token() + "." + "x" * 10_000,
    ]

    assert [status_of(token) for token in forged] == [401] * 5


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x.y.z", "Basic abc"])
def test_no_token_is_refused(google: Google, header: str) -> None:
    assert posted(Authorization=header).status_code == 401


def test_a_mac_of_some_machine_opens_nothing_in_the_cloud(google: Google) -> None:
    signer = bootstrap.world().signer
    now = bootstrap.now()
    mac = sign_task(signer, path="/tasks/sync", body=BODY, now=now)

    assert posted(X_Tandem_Task=mac).status_code == 401


def test_the_scheduler_may_have_an_account_of_its_own(
    monkeypatch: pytest.MonkeyPatch, stage: Stage
) -> None:
    both = f"{ACCOUNT},{SCHEDULER}"
    google = opened_by_google(monkeypatch, stage, TANDEM_TASKS_ACCOUNT=both)

    assert status_of(google.token()) == 200
    assert status_of(google.token(email=SCHEDULER)) == 200
    assert status_of(google.token(email=both)) == 401


def test_a_door_with_an_address_of_its_own_believes_tokens_for_that_only(
    monkeypatch: pytest.MonkeyPatch, stage: Stage
) -> None:
    own = "https://sync-1045.europe-west1.run.app"
    urls = json.dumps({"sync_connection": own})
    google = opened_by_google(monkeypatch, stage, TANDEM_URLS=urls)

    assert status_of(google.token(aud=own)) == 200
    assert status_of(google.token()) == 401


def test_an_audience_that_is_set_holds_for_every_door(
    monkeypatch: pytest.MonkeyPatch, stage: Stage
) -> None:
    chosen = {
        "TANDEM_TASKS_ACCOUNT": f"{ACCOUNT} https://audience.example",
        "TANDEM_URLS": json.dumps({"sync_connection": "https://x.example"}),
    }
    google = opened_by_google(monkeypatch, stage, **chosen)

    assert status_of(google.token(aud="https://audience.example")) == 200
    assert status_of(google.token(aud="https://x.example")) == 401


def test_every_task_has_a_door() -> None:
    found = (
        re.findall(r'_PATH = "(/tasks/[a-z-]+)"', file.text)
        for file in modules("services")
    )
    tasks = {path for paths in found for path in paths}

    assert tasks >= {RUN_PATH, SWEEP_PATH, RENEW_PATH, AUDIT_PATH, DELIVER_PATH}
    assert DOORS.keys() == tasks
    assert {**dict(ROUTES)}.items() >= DOORS.items()


# --- Google's keys -------------------------------------------------------------------


def believed(tokens: Tokens, token: str) -> bool:
    return tokens.is_from({ACCOUNT}, token, audience=AUDIENCE)


def test_keys_are_fetched_as_seldom_as_google_allows(google: Google) -> None:
    tokens = google.tokens()

    for _ in range(5):
        assert believed(tokens, google.token())
    once = google.asked
    google.clock.advance(timedelta(hours=6))
    believed(tokens, google.token())
    twice = google.asked
    google.lasts = timedelta(days=900)
    google.clock.advance(timedelta(hours=6))
    believed(tokens, google.token())
    google.clock.advance(KEPT_AT_MOST)
    believed(tokens, google.token())

    assert (once, twice, google.asked) == (1, 2, 4)


def test_made_up_key_ids_do_not_make_us_ask_google_all_day(google: Google) -> None:
    tokens = google.tokens()
    forger = Signer()

    for number in range(20):
        forger.key_id = f"made-up-{number}"
        assert not believed(tokens, google.forged(forger))

    assert google.asked == 1


def test_a_new_key_of_google_is_known_within_a_minute(google: Google) -> None:
    tokens = google.tokens()
    believed(tokens, google.token())
    new = Signer("k2")
    google.listed.append(new)

    google.clock.advance(BETWEEN_LOOKS)

    assert believed(tokens, google.forged(new))


def test_known_keys_outlive_an_outage_of_google(google: Google) -> None:
    tokens = google.tokens()
    believed(tokens, google.token())
    google.down = True

    google.clock.advance(timedelta(hours=7))

    assert believed(tokens, google.token())
    assert believed(tokens, google.token())
    assert google.asked == 2


def test_without_any_key_the_task_is_to_come_again(google: Google) -> None:
    google.down = True

    assert status_of(google.token()) == 500


# --- Behind Cloud Run's own check ----------------------------------------------------


def handed_on(token: str) -> str:
    """Return a token as Cloud Run hands it on to a private function."""
    return token.rpartition(".")[0] + TAKEN_OUT


@pytest.fixture
def behind_cloud_run(
    monkeypatch: pytest.MonkeyPatch, stage: Stage, google: Google
) -> Iterator[Google]:
    """Google, and this process as a function that is not open to everybody."""
    chosen = read_settings(CLOUD | {"TANDEM_TASKS_PROOF": "cloud-run"})
    bootstrap.use(chosen, stage.world)
    monkeypatch.undo()
    proof._tokens.cache_clear()
    yield google
    proof._tokens.cache_clear()


def test_cloud_runs_own_check_is_believed_where_it_is_made(
    behind_cloud_run: Google,
) -> None:
    token = handed_on(behind_cloud_run.token())

    assert posted(Authorization=f"Bearer {token}").status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"email": "stranger@example.com"},
        {"email_verified": False},
        {"aud": "https://other.example.com"},
        {"iss": "https://accounts.example.com"},
        {"exp": 1},
        {"email": None},
        {"aud": None},
    ],
)
def test_what_it_hands_on_must_still_be_about_us(
    behind_cloud_run: Google, changes: dict[str, object]
) -> None:
    token = handed_on(behind_cloud_run.token(**changes))

    assert posted(Authorization=f"Bearer {token}").status_code == 401


def test_a_token_that_cloud_run_did_not_touch_came_around_it(
    behind_cloud_run: Google,
) -> None:
    token = behind_cloud_run.token()

    assert posted(Authorization=f"Bearer {token}").status_code == 401


def test_anywhere_else_a_token_without_its_signature_is_forged(google: Google) -> None:
    token = handed_on(google.token())

    assert posted(Authorization=f"Bearer {token}").status_code == 401
