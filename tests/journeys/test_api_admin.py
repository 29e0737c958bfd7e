"""Administration through the API: organizations, Google, agendas, invitations."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)

from services.documents import data_of
from services.google.accounts import Account
from services.ports.store import Create, Document, Query, Replace
from services.rounds.health import TOLD_FOR
from tests.journeys.api_bench import ApiBench, Said, event, pointers

Json = dict[str, Any]

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
SERVICE = {
    "type": "service_account",
    "client_email": "sync@project.iam.gserviceaccount.com",
    "client_id": "1234567890",
    "private_key": PEM,
    "private_key_id": "abc",
    "token_uri": "http://169.254.169.254/token",
}
OAUTH = {
    "kind": "oauth_client",
    "client_id": "1-x.apps.googleusercontent.com",
    "client_secret": "a-secret-of-google",
}


@pytest.fixture
def bench() -> ApiBench:
    return ApiBench()


def set_google(bench: ApiBench, body: Any) -> Said:
    path = f"/v1/organizations/{bench.organization}/google"
    return bench.call("PUT", path, body, key=bench.organization_key)


def add_account(bench: ApiBench, client_id: str) -> None:
    account = Account(
        id=f"{bench.organization}.1",
        organization=bench.organization,
        subject="1",
        email="anna@example.com",
        client_id=client_id,
        created_at=bench.clock.now(),
    )
    write = Create(path=f"accounts/{account.id}", data=data_of(account))
    bench.store.commit([write])


def everything(bench: ApiBench) -> str:
    """Return all that is stored, as text."""
    collections = ("organizations", "agendas", "api_keys", "idempotency", "invitations")
    found = [
        document.data
        for collection in collections
        for document in bench.store.query(Query(collection=collection))
    ]
    return json.dumps(found, default=repr)


# --- Organizations -------------------------------------------------------------------


def test_the_key_of_an_organization_is_shown_once(bench: ApiBench) -> None:
    path = f"/v1/organizations/{bench.organization}"

    shown = bench.call("GET", path).json
    listed = bench.call("GET", "/v1/organizations").json["items"]
    renamed = bench.call("PATCH", path, {"name": "Roofers"}).json

    assert shown["name"] == "Fixers"
    assert [organization["id"] for organization in listed] == [bench.organization]
    assert renamed["name"] == "Roofers"
    assert "api_key" not in json.dumps([shown, listed, renamed])
    assert bench.organization_key not in everything(bench)


def test_organizations_are_listed_page_by_page(bench: ApiBench) -> None:
    for number in range(3):
        bench.call("POST", "/v1/organizations", {"name": str(number)})

    first = bench.call("GET", "/v1/organizations?limit=3").json
    token = first["next_page_token"]
    second = bench.call("GET", f"/v1/organizations?limit=3&page_token={token}").json

    assert len(first["items"]) == 3
    assert len(second["items"]) == 1
    assert second["next_page_token"] is None


def test_administrators_are_kept_in_small_letters_and_once(bench: ApiBench) -> None:
    path = f"/v1/organizations/{bench.organization}/administrators"
    emails = ["Bob@Example.com", "bob@example.com", "eve@example.com"]

    answer = bench.call("PUT", path, {"emails": emails})
    wrong = bench.call("PUT", path, {"emails": ["bob@example.com", "nobody"]})

    assert answer.json == {"emails": ["bob@example.com", "eve@example.com"]}
    assert wrong.status_code == 422
    assert pointers(wrong) == {"/emails/1"}


def test_a_deleted_organization_leaves_nothing(bench: ApiBench) -> None:
    set_google(bench, OAUTH)
    add_account(bench, OAUTH["client_id"])
    bench.put("visit-1", event())

    gone = bench.call("DELETE", f"/v1/organizations/{bench.organization}")

    assert gone.status_code == 204
    assert everything(bench) == "[]"
    assert bench.store.query(Query(collection="accounts")) == []
    assert bench.store.query(Query(collection=f"agendas/{bench.agenda}/items")) == []
    assert bench.call("GET", bench.items, key=bench.agenda_key).status_code == 401


# --- Google --------------------------------------------------------------------------


def test_the_secret_of_a_client_goes_into_the_vault_alone(bench: ApiBench) -> None:
    answer = set_google(bench, OAUTH)

    assert answer.json == {"kind": "oauth_client", "client_id": OAUTH["client_id"]}
    assert OAUTH["client_secret"] not in everything(bench)
    document = bench.store.get(f"organizations/{bench.organization}")
    assert document is not None
    name = document.data["google"]["secret"]
    assert bench.vault.read(name).decode() == OAUTH["client_secret"]


def test_a_service_account_is_kept_with_googles_own_address(bench: ApiBench) -> None:
    answer = set_google(bench, {"kind": "service_account", "key": SERVICE})

    assert answer.json == {
        "kind": "service_account",
        "client_id": "1234567890",
        "email": SERVICE["client_email"],
    }
    kept = vaulted(bench)
    assert kept["token_uri"] == "https://oauth2.googleapis.com/token"
    assert load_pem_private_key(kept["private_key"].encode(), password=None)
    assert "PRIVATE KEY" not in everything(bench)


def vaulted(bench: ApiBench) -> Json:
    document = bench.store.get(f"organizations/{bench.organization}")
    assert document is not None
    found: Json = json.loads(bench.vault.read(document.data["google"]["secret"]))
    return found


def p12(password: bytes) -> str:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "sync")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(KEY.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(KEY, hashes.SHA256())
    )
    encryption = BestAvailableEncryption(password)
    blob = pkcs12.serialize_key_and_certificates(
        b"sync", KEY, certificate, None, encryption
    )
    return base64.b64encode(blob).decode()


def test_a_p12_file_is_turned_into_a_key(bench: ApiBench) -> None:
    body = {
        "kind": "service_account",
        "p12": p12(b"notasecret"),
        "password": "notasecret",
        "email": "sync@project.iam.gserviceaccount.com",
    }

    answer = set_google(bench, body)
    wrong = set_google(bench, {**body, "password": "another"})

    assert answer.status_code == 200
    assert vaulted(bench)["private_key"] == PEM
    assert wrong.status_code == 422
    assert pointers(wrong) == {"/p12"}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/kind"),
        ({"kind": "magic"}, "/kind"),
        ({"kind": []}, "/kind"),
        ({"kind": "operator"}, "/kind"),
        ({"kind": "oauth_client", "client_id": "x"}, "/client_secret"),
        ({**OAUTH, "client_secret": ""}, "/client_secret"),
        ({**OAUTH, "replace": "yes"}, "/replace"),
        ({**OAUTH, "colour": "red"}, "/colour"),
        ({"kind": "service_account"}, ""),
        ({"kind": "service_account", "key": "x"}, "/key"),
        ({"kind": "service_account", "key": {"type": "authorized_user"}}, "/key"),
        (
            {"kind": "service_account", "key": {**SERVICE, "private_key": "x"}},
            "/key/private_key",
        ),
        ({"kind": "service_account", "p12": "?", "email": "a@b"}, "/p12"),
        ({"kind": "service_account", "p12": "YWJj", "email": "a@b"}, "/p12"),
    ],
)
def test_credentials_that_cannot_work_are_refused(
    bench: ApiBench, body: Json, pointer: str
) -> None:
    answer = set_google(bench, body)

    assert answer.status_code == 422
    assert pointers(answer) == {pointer}


def test_another_client_needs_a_word_when_accounts_exist(bench: ApiBench) -> None:
    other = {**OAUTH, "client_id": "2-y.apps.googleusercontent.com"}
    set_google(bench, OAUTH)
    add_account(bench, OAUTH["client_id"])

    same = set_google(bench, {**OAUTH, "client_secret": "renewed"})
    refused = set_google(bench, other)
    replaced = set_google(bench, {**other, "replace": True})

    assert same.status_code == 200
    assert refused.status_code == 409
    assert refused.json["type"] == "/problems/accounts-exist"
    assert replaced.json["client_id"] == other["client_id"]
    account = bench.store.get(f"accounts/{bench.organization}.1")
    assert account is not None
    assert account.data["state"] == "needs_reconnect"


# --- Agendas -------------------------------------------------------------------------


def test_an_agenda_is_made_changed_and_deleted(bench: ApiBench) -> None:
    path = f"/v1/agendas/{bench.agenda}"
    patch = {"name": "On the road", "settings": {"time_zone": None, "window_days": 7}}

    shown = bench.call("GET", path, key=bench.organization_key).json
    changed = bench.call("PATCH", path, patch, key=bench.organization_key).json
    bench.put("visit-1", event())
    gone = bench.call("DELETE", path, key=bench.organization_key)

    assert shown["settings"] == {"time_zone": "Europe/Amsterdam"}
    assert shown["time_zone"] == "Europe/Amsterdam"
    assert changed["name"] == "On the road"
    assert changed["owner_email"] == "anna@example.com"
    assert changed["settings"] == {"window_days": 7}
    assert changed["time_zone"] == "UTC"
    assert gone.status_code == 204
    assert bench.call("GET", path, key=bench.organization_key).status_code == 404
    assert bench.call("GET", bench.items, key=bench.agenda_key).status_code == 401
    assert bench.store.query(Query(collection=f"agendas/{bench.agenda}/items")) == []


def test_the_operator_says_for_whom_an_agenda_is(bench: ApiBench) -> None:
    body = {"name": "Visits", "owner_email": "anna@example.com"}

    without = bench.call("POST", "/v1/agendas", body)
    unknown = bench.call("POST", "/v1/agendas", {**body, "organization": "o_x"})
    made = bench.call(
        "POST", "/v1/agendas", {**body, "organization": bench.organization}
    )

    assert without.status_code == 422
    assert pointers(without) == {"/organization"}
    assert unknown.status_code == 404
    assert made.status_code == 201
    listed = bench.call("GET", f"/v1/agendas?organization={bench.organization}")
    assert len(listed.json["items"]) == 2


@pytest.mark.parametrize(
    ("members", "pointer"),
    [
        ({"name": ""}, "/name"),
        ({"name": " "}, "/name"),
        ({"owner_email": "nobody"}, "/owner_email"),
        ({"connector": "fax"}, "/connector"),
        ({"settings": {"brake": {"hours": 0}}}, "/settings/brake/hours"),
        ({"settings": {"direction": {"by_type": {"": "both"}}}}, "/settings"),
        ({"settings": []}, "/settings"),
        ({"application": {"x": [[1]]}}, "/application"),
        ({"application": {"x": 2**70}}, "/application"),
        ({"application": {"x": "y" * 60_000}}, "/application"),
        ({"colour": "red"}, "/colour"),
    ],
)
def test_an_agenda_that_cannot_be_is_refused(
    bench: ApiBench, members: Json, pointer: str
) -> None:
    body = {"name": "Visits", "owner_email": "anna@example.com", **members}

    answer = bench.call("POST", "/v1/agendas", body, key=bench.organization_key)

    assert answer.status_code == 422
    assert pointers(answer) == {pointer}


def test_an_invitation_is_mailed_and_its_link_shown_once(bench: ApiBench) -> None:
    path = f"/v1/agendas/{bench.agenda}/invitations"

    made = bench.call("POST", path, {"language": "nl"}, key=bench.organization_key)
    one = f"{path}/{made.json['id']}"
    again = bench.call("POST", f"{one}/resend", key=bench.organization_key)
    shown = bench.call("GET", one, key=bench.organization_key).json
    gone = bench.call("DELETE", one, key=bench.organization_key)

    assert made.status_code == 201
    assert made.json["url"].startswith("http://localhost:8080/connect/")
    assert again.json["url"] != made.json["url"]
    assert [mail.to for mail in bench.mails.sent] == ["anna@example.com"] * 2
    assert "url" not in shown
    assert gone.status_code == 204
    listed = bench.call("GET", path, key=bench.organization_key).json["items"]
    assert [invitation["state"] for invitation in listed] == ["revoked"]


# --- Idempotency ---------------------------------------------------------------------


def test_a_repeated_request_is_answered_again_without_its_secrets(
    bench: ApiBench,
) -> None:
    headers = {"Idempotency-Key": "order-1"}
    body = {"name": "Others"}

    first = bench.call("POST", "/v1/organizations", body, headers=headers)
    second = bench.call("POST", "/v1/organizations", body, headers=headers)
    other = bench.call("POST", "/v1/organizations", {"name": "X"}, headers=headers)

    assert second.status_code == 201
    assert second.json == {**first.json, "api_key": None}
    assert other.status_code == 422
    assert len(bench.call("GET", "/v1/organizations").json["items"]) == 2
    assert first.json["api_key"] not in everything(bench)
    bench.clock.advance(timedelta(hours=25))
    third = bench.call("POST", "/v1/organizations", body, headers=headers)
    assert third.json["id"] != first.json["id"]


def test_what_failed_may_be_tried_again_under_the_same_key(bench: ApiBench) -> None:
    headers = {"Idempotency-Key": "order-1"}
    path = "/v1/agendas"
    body = {"name": "Visits", "owner_email": "anna@example.com", "organization": "o_x"}

    first = bench.call("POST", path, body, headers=headers)
    body["organization"] = bench.organization
    second = bench.call("POST", path, body, headers=headers)

    assert (first.status_code, second.status_code) == (404, 201)


def test_a_request_that_is_still_running_is_not_started_twice(bench: ApiBench) -> None:
    headers = {"Idempotency-Key": "order-1"}
    codes: list[int] = []
    path = f"/v1/agendas/{bench.agenda}/keys"

    def again() -> Said:
        return bench.call(
            "POST", path, {"name": "x"}, key=bench.organization_key, headers=headers
        )

    bench.store = Meddling(bench.store, lambda: codes.append(again().status_code))
    bench.world = bench_world(bench)
    codes.append(again().status_code)

    assert codes == [409, 201]


def bench_world(bench: ApiBench) -> Any:
    from dataclasses import replace

    return replace(bench.world, store=bench.store)


class Meddling:
    """A store in which something happens right after the first commit."""

    def __init__(self, store: Any, then: Any) -> None:
        self._store, self._then = store, then

    def commit(self, writes: Any) -> Any:
        versions = self._store.commit(writes)
        then, self._then = self._then, None
        if then is not None:
            then()
        return versions

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


# --- What anybody may ask ------------------------------------------------------------


def test_connectors_are_listed_with_what_they_say_of_themselves(
    bench: ApiBench,
) -> None:
    capable = bench.connector().capabilities

    items = bench.call("GET", "/v1/connectors", key=None).json["items"]
    [rest] = [one for one in items if one["id"] == "rest"]

    assert rest["id"] == "rest"
    assert rest["versions"] == str(capable.versions)
    assert rest["creates"] == str(capable.creates)
    assert rest["poll_seconds"] == capable.poll_seconds
    assert {"title", "start", "recurrenceOverrides"} <= set(rest["holds"])


def test_health_says_what_works_and_how_fast(bench: ApiBench) -> None:
    well = bench.call("GET", "/v1/health", key=None)
    bench.queue.down = True
    bench.clock.advance(TOLD_FOR)
    ill = bench.call("GET", "/v1/health", key=None)

    assert well.json["status"] == "ok"
    assert set(well.json["checks"]) == {"store", "queue", "vault", "environment"}
    assert ill.status_code == 503
    assert ill.json["checks"]["queue"]["status"] == "down"
    assert ill.headers["Retry-After"] == "5"


def test_health_tells_of_a_store_that_is_anothers(bench: ApiBench) -> None:
    path = "house/environment"
    bench.store.commit([Replace(path=path, data={"mark": "production"})])

    ill = bench.call("GET", "/v1/health", key=None)

    assert ill.status_code == 503
    assert ill.json["checks"]["environment"]["status"] == "down"
    assert "another environment" in ill.json["detail"]


def test_a_flood_of_questions_after_the_health_is_answered_from_memory(
    bench: ApiBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[str] = []
    get = bench.store.get

    def counted(path: str) -> Document | None:
        reads.append(path)
        return get(path)

    monkeypatch.setattr(bench.store, "get", counted)

    codes = {bench.call("GET", "/v1/health", key=None).status_code for _ in range(200)}

    assert codes == {200}
    assert len(reads) == 1


def test_operations_are_done_by_hand(bench: ApiBench) -> None:
    codes = {
        name: bench.call("POST", f"/v1/operations/{name}").status_code
        for name in ("sweep", "renew-channels", "audit", "dance")
    }

    assert codes == {"sweep": 202, "renew-channels": 202, "audit": 202, "dance": 404}


def test_freshness_of_an_organization_without_connections_is_empty(
    bench: ApiBench,
) -> None:
    path = f"/v1/organizations/{bench.organization}/freshness"

    answer = bench.call("GET", path, key=bench.agenda_key)

    assert answer.json["to_agenda"] == {"p50": None, "p95": None, "samples": 0}
