"""Which Google project an organization uses: its own, or the operator's."""

import json
from collections.abc import Mapping

from services.organizations.google_credentials import OPERATOR, SERVICE_ACCOUNT
from services.organizations.organization import Google, Organization
from services.ports.accounts import Client
from services.ports.vault import SecretDisabled, SecretMissing, VaultRefused
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


def client_of(world: World, organization: Organization) -> Client:
    """Return the OAuth client that people of this organization consent to.

    Raises OperatorFault where none is set up.
    """
    google = _google_of(organization)
    if google.kind == OPERATOR:
        return operator_client(world)
    if google.kind == SERVICE_ACCOUNT:
        raise OperatorFault(
            "This organization reaches Google with a service account: nobody has to "
            "give consent, and invitations are not needed."
        )
    return Client(id=google.client_id, secret=_read(world, google.secret).decode())


def operator_client(world: World) -> Client:
    """Return the operator's own client, kept in the vault as JSON."""
    if world.operator_google is None:
        raise OperatorFault(
            "The operator has set up no OAuth client (TANDEM_GOOGLE_CLIENT)."
        )
    found = _json(world, world.operator_google)
    if not {"client_id", "client_secret"} <= found.keys():
        raise OperatorFault(
            f'The secret "{world.operator_google}" holds no "client_id" and '
            '"client_secret" of an OAuth client.'
        )
    return Client(id=str(found["client_id"]), secret=str(found["client_secret"]))


def service_key_of(world: World, organization: Organization) -> Mapping[str, str]:
    """Return the JSON key of the organization's service account, or OperatorFault."""
    google = _google_of(organization)
    if google.kind != SERVICE_ACCOUNT:
        raise OperatorFault("This organization uses no service account (any more).")
    return _json(world, google.secret)


def _google_of(organization: Organization) -> Google:
    if organization.google is None:
        raise OperatorFault(
            "No Google project is set up for this organization yet: its administrator "
            "has to enter the client id and secret first."
        )
    return organization.google


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
    except (SecretDisabled, VaultRefused) as error:
        raise OperatorFault(str(error)) from error
    except SecretMissing as error:
        raise OperatorFault(f'The vault holds no secret "{name}".') from error
