"""Connecting through a service account: an administrator does it for the owner."""

from dataclasses import dataclass
from datetime import datetime

from services.agendas.agenda import Agenda
from services.agendas.settings import Direction
from services.agendas.settings_reading import read_settings
from services.connections.connection import Connection, State, of_agenda
from services.connections.opening import Joining, open_connection
from services.consent.addresses import is_among
from services.documents import record_of
from services.google import accounts
from services.google.access import access_token, forget
from services.google.accounts import SERVICE_ACCOUNT, Account, service_account_id
from services.google.calendars import find_entry, suffices
from services.google.channels import try_to_open
from services.organizations.clients import CALENDAR_SCOPES, service_key_of
from services.organizations.organization import get_organization
from services.ports.accounts import AccessToken
from services.ports.calendar import CalendarEntry
from services.ports.store import Conflict
from services.refusals import Forbidden, InTheWay, Unknown, invalid
from services.world import World

MENDED_AGAIN = frozenset({State.NEEDS_RECONNECT, State.FAILING})
"""A connection that does not work may be connected once more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Delegated:
    """Whose calendar is to be connected; `calendar_id` None is the agenda's setting."""

    email: str
    calendar_id: str | None = None
    shared: bool = False


def connect(
    world: World, agenda: Agenda, wanted: Delegated, *, now: datetime
) -> Connection:
    """Open the connection of an agenda with a calendar that we act for.

    Raises Forbidden outside `allowed_accounts`, CalendarTaken, InTheWay for another
    account than the agenda has, OperatorFault where the delegation does not work.
    """
    settings = read_settings(agenda.settings)
    email = wanted.email.strip().lower()
    if not is_among(email, settings.allowed_accounts or (agenda.owner_email,)):
        raise Forbidden("This account is not among the agenda's allowed accounts.")
    _refuse_another(world, agenda, email)
    token, client_id = _token(world, agenda.organization, email)
    asked = wanted.calendar_id or settings.calendar_id
    entry = _entry(world, token, asked, settings.direction)
    _refuse_again(world, agenda, entry.id)
    account = _kept(world, agenda.organization, email, client_id=client_id, now=now)
    joining = Joining(
        organization=agenda.organization,
        agenda=agenda.id,
        account=account.id,
        email=email,
        entry=entry,
        shared=wanted.shared,
    )
    connection = open_connection(world, joining, now=now)
    try_to_open(world, connection, now=now)
    return connection


def calendars_of(
    world: World, organization: str, account_id: str, *, now: datetime
) -> list[CalendarEntry]:
    """Return the calendars to choose from. Raises Unknown."""
    document = world.store.get(accounts.path_of(account_id))
    if document is None or document.data.get("organization") != organization:
        raise Unknown("There is no such account.")
    return list(world.accounts.calendars(access_token(world, account_id, now=now)))


def _refuse_another(world: World, agenda: Agenda, email: str) -> None:
    account_id = service_account_id(agenda.organization, email)
    if any(one.account != account_id for one in of_agenda(world.store, agenda.id)):
        raise InTheWay(
            "The agenda is connected with another Google account: disconnect it or "
            "reset it first.",
            kind="account-changed",
        )


def _refuse_again(world: World, agenda: Agenda, calendar_id: str) -> None:
    """See to it that the two are not joined already, unless it is to be mended."""
    for one in of_agenda(world.store, agenda.id):
        if one.calendar_id == calendar_id and one.state not in MENDED_AGAIN:
            raise InTheWay(
                "This calendar is connected with this agenda already.",
                kind="calendar-taken",
            )


def _token(world: World, organization: str, email: str) -> tuple[AccessToken, str]:
    known = get_organization(world.store, organization)
    key = service_key_of(world, known)
    token = world.accounts.impersonate(key, subject=email, scopes=CALENDAR_SCOPES)
    return token, known.google.client_id if known.google else ""


def _entry(
    world: World, token: AccessToken, wanted: str, direction: Direction
) -> CalendarEntry:
    entry = find_entry(world.accounts.calendars(token), wanted)
    if entry is None:
        raise invalid("/calendar_id", "This account has no such calendar.")
    if not suffices(entry.access_role, direction):
        message = "This account may only read the calendar."
        raise InTheWay(message, kind="calendar-read-only")
    return entry


def _kept(
    world: World, organization: str, email: str, *, client_id: str, now: datetime
) -> Account:
    """Return the account as stored, open again if it was not."""
    account_id = service_account_id(organization, email)
    while True:
        document = world.store.get(accounts.path_of(account_id))
        created_at = (
            now if document is None else record_of(document, Account).created_at
        )
        account = Account(
            id=account_id,
            organization=organization,
            subject=email,
            email=email,
            client_id=client_id,
            kind=SERVICE_ACCOUNT,
            scopes=CALENDAR_SCOPES,
            created_at=created_at,
        )
        try:
            world.store.commit([accounts.saved(account, over=document)])
        except Conflict:
            continue
        forget(world, account_id)
        return account
