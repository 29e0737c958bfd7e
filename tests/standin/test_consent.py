"""Consent: who may ask, what is shown, what comes back."""

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from google_auth_oauthlib.flow import Flow

from local.google import GoogleStandIn
from tests.standin.conftest import Control
from tests.standin.people import AUTH, Person

CALLBACK = "http://localhost:8080/oauth/callback"
EVENTS = f"{AUTH}calendar.events"
LISTS = f"{AUTH}calendar.calendarlist.readonly"
EMAIL = f"{AUTH}userinfo.email"


@pytest.fixture(autouse=True)
def plain_http(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the real library speak to this machine without TLS."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    monkeypatch.delenv("OAUTHLIB_RELAX_TOKEN_SCOPE", raising=False)


def flow(url: str, *scopes: str) -> Flow:
    """Return Google's own flow for the stand-in."""
    config = {
        "client_id": "1-app",
        "client_secret": "secret",
        "auth_uri": f"{url}/o/oauth2/v2/auth",
        "token_uri": f"{url}/token",
    }
    made: Flow = Flow.from_client_config(
        {"web": config}, scopes=list(scopes), redirect_uri=CALLBACK
    )
    return made


def asked(url: str, **changes: str | None) -> str:
    """Return the address of a consent page."""
    parameters = {
        "client_id": "1-app",
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": f"openid {EVENTS} {LISTS}",
        "state": "s1",
        "access_type": "offline",
        **changes,
    }
    kept = {name: value for name, value in parameters.items() if value is not None}
    return f"{url}/o/oauth2/v2/auth?{urlencode(kept)}"


def send(address: str, **form: object) -> requests.Response:
    """Send a consent page's form."""
    return requests.post(address, data=form, allow_redirects=False, timeout=5)


def back(answer: requests.Response) -> dict[str, str]:
    """Return what the redirect brings back to the application."""
    location = answer.headers["Location"]
    assert location.startswith(CALLBACK)
    return {name: one[0] for name, one in parse_qs(urlsplit(location).query).items()}


def allow(address: str, **form: object) -> dict[str, str]:
    """Allow in one step, as Ann, and return what comes back."""
    return back(send(address, email="ann@example.com", action="allow", **form))


def exchange(url: str, code: str, **changes: str | None) -> requests.Response:
    """Exchange a code at the token endpoint."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "client_id": "1-app",
        "client_secret": "secret",
        "redirect_uri": CALLBACK,
        **changes,
    }
    kept = {name: value for name, value in form.items() if value is not None}
    return requests.post(f"{url}/token", data=kept, timeout=5)


def test_googles_own_flow_walks_through(ann: Person) -> None:
    """The library's flow, with PKCE, ends in tokens that work.

    https://developers.google.com/identity/protocols/oauth2/web-server
    """
    walk = flow(ann.url, EVENTS)
    address, state = walk.authorization_url(prompt="consent")

    answer = send(address, email=ann.email, action="allow")
    walk.fetch_token(authorization_response=answer.headers["Location"])

    assert back(answer)["state"] == state
    assert walk.credentials.refresh_token
    bearer = Person.with_token(ann.url, ann.email, walk.credentials.token)
    assert bearer.ids() == []
    bearer.close()
    walk.oauth2session.close()


def test_a_person_walks_through_the_pages(ann: Person) -> None:
    """Choose an account, tick the boxes, continue: all with plain forms.

    https://developers.google.com/identity/protocols/oauth2/web-server
    """
    address = asked(ann.url)

    chooser = requests.get(address, timeout=5)
    consent = send(address, email=ann.email)
    boxes = re.findall(r'name="scope" value="([^"]+)" checked', consent.text)
    proof = re.findall(r'name="signed_in" value="([^"]+)"', consent.text)[0]
    answer = send(
        address,
        email=ann.email,
        signed_in=proof,
        boxes="shown",
        scope=boxes,
        action="allow",
    )

    assert "Choose an account" in chooser.text
    assert ann.email in chooser.text
    assert boxes == [EVENTS, LISTS]
    assert set(back(answer)["scope"].split()) == {"openid", EVENTS, LISTS}


def test_cancel_comes_back_as_access_denied(ann: Person) -> None:
    """Refusing redirects with `error=access_denied`.

    https://developers.google.com/identity/protocols/oauth2/web-server
    """
    answer = send(asked(ann.url), action="cancel")

    assert back(answer) == {"error": "access_denied", "state": "s1"}


def test_only_ticked_boxes_are_granted(ann: Person) -> None:
    """The person may tick only some; sign-in still succeeds.

    https://developers.google.com/identity/protocols/oauth2/resources/granular-permissions
    """
    found = allow(asked(ann.url), scope=[EVENTS])

    tokens = exchange(ann.url, found["code"]).json()

    assert set(found["scope"].split()) == {EVENTS, "openid"}
    assert set(tokens["scope"].split()) == {EVENTS, "openid"}


def test_boxes_may_start_unticked(ann: Person, control: Control) -> None:
    """Who only presses Continue then grants nothing but who they are.

    https://developers.google.com/identity/protocols/oauth2/resources/granular-permissions
    """
    control("faults", rules=[{"kind": "untick_boxes"}])

    page = send(asked(ann.url), email=ann.email)
    found = allow(asked(ann.url))

    assert "checked" not in page.text
    assert found["scope"] == "openid"


def test_nothing_granted_is_a_refusal(ann: Person) -> None:
    """Without any box there is nothing to give.

    https://developers.google.com/identity/protocols/oauth2/resources/granular-permissions
    """
    found = allow(asked(ann.url, scope=EVENTS), boxes="shown")

    assert found["error"] == "access_denied"


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"redirect_uri": "https://evil.org/"}, 400, "redirect_uri_mismatch"),
        ({"redirect_uri": None}, 400, "invalid_request"),
        ({"client_id": None}, 400, "invalid_request"),
        ({"response_type": "token"}, 400, "invalid_request"),
        ({"scope": None}, 400, "invalid_request"),
        ({"prompt": "none consent"}, 400, "invalid_request"),
        ({"code_challenge_method": "S512"}, 400, "invalid_request"),
    ],
)
def test_some_errors_are_shown_by_google(
    ann: Person, changes: dict[str, str | None], status: int, error: str
) -> None:
    """Google shows these itself; the application hears nothing.

    https://developers.google.com/identity/protocols/oauth2/web-server
    """
    answer = requests.get(asked(ann.url, **changes), allow_redirects=False, timeout=5)

    assert answer.status_code == status
    assert f"Error {status}: {error}" in answer.text
    assert "Location" not in answer.headers


def test_a_redirect_must_match_exactly(ann: Person, control: Control) -> None:
    """Scheme, case and trailing slash of the redirect URI must match.

    https://developers.google.com/identity/protocols/oauth2/web-server
    """
    control("clients", client_id="2-web", client_secret="x", redirect_uris=[CALLBACK])

    fits = requests.get(asked(ann.url, client_id="2-web"), timeout=5)
    other = requests.get(
        asked(ann.url, client_id="2-web", redirect_uri=f"{CALLBACK}/"), timeout=5
    )

    assert fits.status_code == 200
    assert "redirect_uri_mismatch" in other.text


def test_a_desktop_client_uses_any_loopback_port(ann: Person, control: Control) -> None:
    """Desktop clients use loopback redirects that nobody registered.

    https://developers.google.com/identity/protocols/oauth2/native-app
    """
    control("clients", client_id="2-desk", client_secret="x", type="desktop")
    address = asked(
        ann.url,
        client_id="2-desk",
        redirect_uri="http://127.0.0.1:49152",
        access_type=None,
    )

    answer = send(address, email=ann.email, action="allow")
    code = parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]
    tokens = exchange(
        ann.url,
        code,
        client_id="2-desk",
        client_secret="x",
        redirect_uri="http://127.0.0.1:49152",
    ).json()

    assert "refresh_token" in tokens


def test_an_unknown_client_is_refused_unless_any_will_do() -> None:
    """An unknown client is `invalid_client` at the page and at the token endpoint.

    https://developers.google.com/identity/protocols/oauth2/web-server
    """
    with GoogleStandIn(any_client=False) as google:
        page = requests.get(asked(google.url), timeout=5)
        token = exchange(google.url, "code")

    assert (page.status_code, "invalid_client" in page.text) == (401, True)
    assert (token.status_code, token.json()["error"]) == (401, "invalid_client")


def test_an_internal_app_serves_its_organization(ann: Person, control: Control) -> None:
    """403 org_internal for an account of another organization.

    https://developers.google.com/identity/protocols/oauth2/web-server
    """
    for organization in ("other.org", "example.com"):
        control(
            "clients",
            client_id=f"2-{organization}",
            redirect_uris=[CALLBACK],
            status="internal",
            organization=organization,
        )

    outside = send(asked(ann.url, client_id="2-other.org"), email=ann.email)
    inside = send(asked(ann.url, client_id="2-example.com"), email=ann.email)

    assert (outside.status_code, "org_internal" in outside.text) == (403, True)
    assert inside.status_code == 200


def test_a_testing_app_serves_its_test_users(
    control: Control, person: Callable[..., Person]
) -> None:
    """403 access_denied, without a redirect, for who is no test user.

    https://support.google.com/cloud/answer/15549945
    """
    control("clients", client_id="2-test", redirect_uris=[CALLBACK], status="testing")
    ann = person("ann@example.com", test_user=False)
    bob = person("bob@example.com", test_user=True)

    refused = send(asked(ann.url, client_id="2-test"), email=ann.email, action="allow")
    taken = send(asked(ann.url, client_id="2-test"), email=bob.email, action="allow")

    assert refused.status_code == 403
    assert "Error 403: access_denied" in refused.text
    assert taken.status_code == 302


def test_passwords_are_asked_for_where_there_are_some(
    person: Callable[..., Person],
) -> None:
    """An account with a password is signed in with it.

    https://developers.google.com/identity/protocols/oauth2/web-server
    """
    ann = person("ann@example.com", password="opensesame")
    address = asked(ann.url)

    wrong = send(address, email=ann.email, password="guess", action="allow")
    right = send(address, email=ann.email, password="opensesame", action="allow")

    assert (wrong.status_code, "Wrong password" in wrong.text) == (200, True)
    assert "code" in back(right)


def test_an_unknown_account_is_told_so(google: GoogleStandIn) -> None:
    """Who has no account cannot sign in.

    https://developers.google.com/identity/protocols/oauth2/web-server
    """
    answer = send(asked(google.url), email="nobody@example.com", action="allow")

    assert answer.status_code == 200
    assert "find your Google Account" in answer.text


def test_pages_escape_what_they_are_given(ann: Person) -> None:
    """A page shows text, and never runs it.

    https://developers.google.com/identity/protocols/oauth2/web-server
    """
    page = requests.get(
        asked(ann.url, client_id="<script>", login_hint='"><script>'), timeout=5
    )

    assert "<script>" not in page.text
    assert "&lt;script&gt;" in page.text


def test_a_hint_goes_straight_to_consent(ann: Person) -> None:
    """`login_hint` is a mail address, or the account's `sub`.

    https://developers.google.com/identity/protocols/oauth2/web-server
    """
    page = requests.get(asked(ann.url, login_hint=ann.email), timeout=5)

    assert "wants access to your Google Account" in page.text


def test_who_allowed_before_is_not_asked_again(ann: Person) -> None:
    """Without `prompt` the person is asked only the first time.

    https://developers.google.com/identity/protocols/oauth2/web-server
    """
    allow(asked(ann.url))

    again = send(asked(ann.url), email=ann.email)
    forced = send(asked(ann.url, prompt="consent"), email=ann.email)

    assert "code" in back(again)
    assert forced.status_code == 200


def test_prompt_none_asks_nothing(ann: Person) -> None:
    """`prompt=none` answers at once, with an error where someone had to be asked.

    https://developers.google.com/identity/openid-connect/openid-connect
    """

    def silent(**changes: str) -> dict[str, str]:
        address = asked(ann.url, prompt="none", client_id="3-silent", **changes)
        return back(requests.get(address, allow_redirects=False, timeout=5))

    nobody = silent()
    first = silent(login_hint=ann.email)
    allow(asked(ann.url, client_id="3-silent"))
    then = silent(login_hint=ann.email)

    assert nobody["error"] == "login_required"
    assert first["error"] == "consent_required"
    assert "code" in then


def test_earlier_grants_are_included_on_request(ann: Person) -> None:
    """`include_granted_scopes=true`: the new token covers earlier grants.

    https://developers.google.com/identity/protocols/oauth2/web-server
    """
    allow(asked(ann.url, scope=EVENTS, client_id="3-inc"))

    alone = allow(asked(ann.url, scope=LISTS, client_id="3-inc"))
    both = allow(
        asked(ann.url, scope=LISTS, client_id="3-inc", include_granted_scopes="true")
    )

    assert alone["scope"] == LISTS
    assert set(both["scope"].split()) == {EVENTS, LISTS}


def test_short_scopes_come_back_by_their_long_names(ann: Person) -> None:
    """`email` and `profile` come back by their long names.

    https://developers.google.com/identity/protocols/oauth2/scopes
    """
    found = allow(asked(ann.url, scope=f"email {EVENTS}"))

    assert set(found["scope"].split()) == {EMAIL, EVENTS}
