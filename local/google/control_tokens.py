"""Control calls that hand out what otherwise takes a walk through consent."""

from flask import request

from local.google.consent import project_of
from local.google.grants import give, new_access_token, new_refresh_token
from local.google.keys import new_private_key, public_key_of
from local.google.model import Client, Resource, ServiceAccount
from local.google.scopes import AUTH
from local.google.service_accounts import register
from local.google.world import World

DEFAULT_SCOPES = (f"{AUTH}calendar",)


def make_tokens(world: World, body: Resource) -> Resource:
    """Return an access and a refresh token of an account, consent taken for granted."""
    state = world.state
    account = state.accounts.get(str(body.get("email", "")).lower())
    if account is None:
        raise ValueError("email: no such account")
    client_id = str(body.get("client_id", "control"))
    client = state.clients.get(client_id)
    if client is None:
        client = Client(
            client_id=client_id, project=project_of(client_id), any_redirect=True
        )
        state.clients.put(client_id, client)
    scopes = tuple(body.get("scopes") or DEFAULT_SCOPES)
    give(state, account, client, scopes)
    refresh_token = new_refresh_token(state, account.email, client, scopes)
    access_token = new_access_token(
        state,
        account.email,
        client_id=client.client_id,
        project=client.project,
        scopes=scopes,
        refresh_token=refresh_token,
    )
    return {"access_token": access_token, "refresh_token": refresh_token}


def make_service_account(world: World, body: Resource) -> Resource:
    """Register a service account; without a public key one is made.

    The answer is the JSON key file, with `private_key` where it was made here.
    """
    email = str(body.get("client_email") or "robot@project.iam.gserviceaccount.com")
    private_key = None
    public_key = body.get("public_key")
    if not public_key:
        private_key = new_private_key()
        public_key = public_key_of(private_key)
    service = ServiceAccount(
        email=email,
        client_id=str(body.get("client_id") or "100000000000000000001"),
        key_id=str(body.get("private_key_id") or "key-1"),
        public_key=str(public_key),
        scopes=tuple(body.get("scopes") or ()),
        domains=tuple(body.get("domains") or ()),
    )
    register(world.state, service)
    key_file = {
        "type": "service_account",
        "project_id": email.partition("@")[2].partition(".")[0],
        "private_key_id": service.key_id,
        "private_key": private_key,
        "client_email": service.email,
        "client_id": service.client_id,
        "token_uri": f"{request.host_url}token",
    }
    return {name: value for name, value in key_file.items() if value is not None}
