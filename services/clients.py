"""Which Google project an organization uses: its own, or the operator's."""

import json
from collections.abc import Mapping

from services.ports import Client, Document, Json, SecretMissing
from services.world import World
from sync.errors import OperatorFault

SCOPES = (
    "openid",
    "email",
    "https://www.googleapis.com/auth/calendar.events",
    "https://www.googleapis.com/auth/calendar.calendarlist.readonly",
)
"""The least that a two-way sync needs; `openid email` tells whose account it is."""

CALENDAR_SCOPES = SCOPES[2:]

_OAUTH_CLIENT = "oauth_client"
_OPERATOR = "operator"
_SERVICE_ACCOUNT = "service_account"


def client_of(world: World, organization: Document) -> Client:
    """Return the OAuth client that people of this organization consent to.

    Raises OperatorFault where none is set up.
    """
    google = _google_of(organization)
    if google["kind"] == _OPERATOR:
        return operator_client(world)
    if google["kind"] == _SERVICE_ACCOUNT:
        raise OperatorFault(
            "This organization reaches Google with a service account: nobody has to "
            "give consent, and invitations are not needed."
        )
    secret = _read(world, str(google["secret"])).decode()
    return Client(id=str(google["client_id"]), secret=secret)


def operator_client(world: World) -> Client:
    """Return the operator's own client, kept in the vault as JSON."""
    if world.operator_google is None:
        raise OperatorFault(
            "The operator has set up no OAuth client of his own (TANDEM_GOOGLE_CLIENT)."
        )
    found = _json(world, world.operator_google)
    if not {"client_id", "client_secret"} <= found.keys():
        raise OperatorFault(
            f'The secret "{world.operator_google}" holds no "client_id" and '
            '"client_secret" of an OAuth client.'
        )
    return Client(id=str(found["client_id"]), secret=str(found["client_secret"]))


def service_key_of(world: World, organization: Document) -> Mapping[str, str]:
    """Return the JSON key of the organization's service account, or OperatorFault."""
    google = _google_of(organization)
    if google["kind"] != _SERVICE_ACCOUNT:
        raise OperatorFault("This organization uses no service account (any more).")
    return _json(world, str(google["secret"]))


def _google_of(organization: Document) -> Mapping[str, Json]:
    google = organization.data.get("google")
    if google is None:
        raise OperatorFault(
            "No Google project is set up for this organization yet: its administrator "
            "gives the client id and secret first."
        )
    found: Mapping[str, Json] = google
    return found


def _json(world: World, name: str) -> Mapping[str, str]:
    try:
        found = json.loads(_read(world, name))
    except ValueError as error:
        raise OperatorFault(f'The secret "{name}" is not JSON.') from error
    if not isinstance(found, dict):
        raise OperatorFault(f'The secret "{name}" is not a JSON object.')
    return found


def _read(world: World, name: str) -> bytes:
    try:
        return world.vault.read(name)
    except SecretMissing as error:
        raise OperatorFault(f'The vault holds no secret "{name}".') from error
