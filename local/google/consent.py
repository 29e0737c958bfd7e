"""The consent flow: who asks, who signs in, what they allow.

https://developers.google.com/identity/protocols/oauth2/web-server
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit, urlunsplit

from werkzeug.datastructures import MultiDict

from local.google.grants import give, grant_of
from local.google.model import Account, Client, Code
from local.google.push import is_local
from local.google.scopes import IDENTITY, granted_names
from local.google.state import State
from local.google.world import World

CODE_SECONDS = 600
ORDINARY_DOMAINS = ("gmail.com", "googlemail.com")


class ConsentError(Exception):
    """An error that Google shows itself, without going back to the application."""

    def __init__(self, error: str, explanation: str, status: int = 400) -> None:
        super().__init__(error)
        self.error = error
        self.explanation = explanation
        self.status = status


@dataclass(frozen=True, kw_only=True, slots=True)
class ConsentRequest:
    """What an application asks for at the authorization endpoint."""

    client: Client
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str | None
    offline: bool
    prompts: frozenset[str]
    login_hint: str
    include_granted: bool
    nonce: str | None
    challenge: str | None
    challenge_method: str


def read_request(world: World, arguments: MultiDict[str, str]) -> ConsentRequest:
    """Return what is asked for, or raise what Google shows instead."""
    client = _client(world, arguments)
    redirect_uri = _redirect_uri(client, arguments.get("redirect_uri"))
    if arguments.get("response_type") != "code":
        raise ConsentError("invalid_request", "Required parameter: response_type=code")
    scopes = granted_names(arguments.get("scope", "").split())
    if not scopes:
        raise ConsentError("invalid_request", "Missing required parameter: scope")
    prompts = frozenset(arguments.get("prompt", "").split())
    if "none" in prompts and len(prompts) > 1:
        raise ConsentError("invalid_request", "prompt=none excludes the others")
    method = arguments.get("code_challenge_method") or "plain"
    if method not in ("S256", "plain"):
        raise ConsentError("invalid_request", "Invalid code_challenge_method")
    return ConsentRequest(
        client=client,
        redirect_uri=redirect_uri,
        scopes=tuple(scopes),
        state=arguments.get("state"),
        offline=arguments.get("access_type") == "offline",
        prompts=prompts,
        login_hint=arguments.get("login_hint", ""),
        include_granted=arguments.get("include_granted_scopes") == "true",
        nonce=arguments.get("nonce"),
        challenge=arguments.get("code_challenge"),
        challenge_method=method,
    )


def _client(world: World, arguments: MultiDict[str, str]) -> Client:
    client_id = arguments.get("client_id", "")
    if not client_id:
        raise ConsentError("invalid_request", "Missing required parameter: client_id")
    client = world.state.clients.get(client_id)
    if client is None and world.any_client:
        client = Client(
            client_id=client_id, project=project_of(client_id), any_redirect=True
        )
        world.state.clients.put(client_id, client)
    if client is None:
        raise ConsentError("invalid_client", "The OAuth client was not found.", 401)
    if client.status == "deleted":
        raise ConsentError("deleted_client", "The OAuth client was deleted.", 401)
    return client


def project_of(client_id: str) -> str:
    """Return the project of a client id: the number before its dash."""
    number, dash, _ = client_id.partition("-")
    return number if dash and number.isdigit() else client_id


def _redirect_uri(client: Client, uri: str | None) -> str:
    if not uri:
        raise ConsentError(
            "invalid_request", "Missing required parameter: redirect_uri"
        )
    if uri in client.redirect_uris:
        return uri
    loopback = is_local(uri) and urlsplit(uri).scheme == "http"
    if (client.any_redirect or client.kind == "desktop") and loopback:
        return uri
    raise ConsentError(
        "redirect_uri_mismatch",
        f"The redirect URI in the request, {uri}, does not match the ones authorized"
        " for the OAuth client.",
    )


def hinted_account(state: State, hint: str) -> Account | None:
    """Return the account that a login hint names, by mail or by `sub`."""
    found = state.accounts.get(hint.lower())
    if found is not None:
        return found
    by_subject = [one for one in state.accounts.all() if one.subject == hint]
    return by_subject[0] if by_subject and hint else None


def check_allowed(client: Client, account: Account) -> None:
    """Raise the page for an account that this client may not serve."""
    domain = account.email.partition("@")[2]
    if client.status == "internal":
        organization = client.organization
        outside = domain in ORDINARY_DOMAINS
        if (organization and domain != organization) or (not organization and outside):
            raise ConsentError(
                "org_internal",
                "This client is restricted to users within its organization.",
                403,
            )
    refused = account.test_user is not True
    if client.status == "unspecified":
        refused = account.test_user is False
    if client.status in ("testing", "unspecified") and refused:
        raise ConsentError(
            "access_denied",
            "The app has not completed the Google verification process. It is being"
            " tested, and can only be accessed by developer-approved testers.",
            403,
        )


def boxes_of(request: ConsentRequest) -> list[str]:
    """Return the scopes that get a tick box of their own."""
    return [scope for scope in request.scopes if scope not in IDENTITY]


def needs_consent(state: State, request: ConsentRequest, account: Account) -> bool:
    """Say whether the person has to be asked."""
    if "consent" in request.prompts:
        return True
    granted = grant_of(state, account.email, request.client).scopes
    return not set(request.scopes) <= set(granted)


def allow(
    state: State,
    request: ConsentRequest,
    account: Account,
    *,
    ticked: Sequence[str],
) -> str:
    """Grant the ticked scopes and return the address to go back to."""
    identity = [scope for scope in request.scopes if scope in IDENTITY]
    boxes = [scope for scope in boxes_of(request) if scope in ticked]
    granted = [*boxes, *identity]
    if not granted:
        return refusal_url(request, "access_denied")
    before = grant_of(state, account.email, request.client)
    first_time = request.client.client_id not in before.offline
    give(state, account, request.client, granted)
    if request.include_granted:
        granted = list(dict.fromkeys((*granted, *before.scopes)))
    renewed = first_time or "consent" in request.prompts
    code = Code(
        client_id=request.client.client_id,
        email=account.email,
        redirect_uri=request.redirect_uri,
        scopes=tuple(granted),
        expires_at=state.seconds() + CODE_SECONDS,
        offline=request.client.kind == "desktop" or (request.offline and renewed),
        challenge=request.challenge,
        challenge_method=request.challenge_method,
        nonce=request.nonce,
    )
    text = f"4/0A{secrets.token_urlsafe(54)}"
    state.codes.put(text, code)
    return _success_url(request, account, code=text, scopes=granted)


def _success_url(
    request: ConsentRequest, account: Account, *, code: str, scopes: list[str]
) -> str:
    parameters = {"state": request.state} if request.state is not None else {}
    parameters.update({"code": code, "scope": " ".join(scopes), "authuser": "0"})
    domain = account.email.partition("@")[2]
    if domain not in ORDINARY_DOMAINS:
        parameters["hd"] = domain
    parameters["prompt"] = "consent" if "consent" in request.prompts else "none"
    return _with_query(request.redirect_uri, parameters)


def refusal_url(request: ConsentRequest, error: str) -> str:
    """Return the address to go back to with an error."""
    parameters = {"error": error}
    if request.state is not None:
        parameters["state"] = request.state
    return _with_query(request.redirect_uri, parameters)


def _with_query(uri: str, parameters: dict[str, str]) -> str:
    parts = urlsplit(uri)
    query = "&".join(text for text in (parts.query, urlencode(parameters)) if text)
    return urlunsplit(parts._replace(query=query))
