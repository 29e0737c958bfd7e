"""From a grant to a connection: keep the account, join the calendar, queue a run."""

import logging
from dataclasses import replace
from datetime import datetime

from services.agendas.agenda import Agenda
from services.agendas.settings import AgendaSettings
from services.agendas.settings_reading import read_settings
from services.connections.connection import (
    RUNNING,
    Connection,
    State,
    at_work,
    change,
    of_account,
    of_agenda,
)
from services.connections.opening import CalendarTaken, Joining, open_connection
from services.consent.endings import Ended, Ending, Outcome
from services.consent.invitations import Invitation, path_of
from services.documents import record_of
from services.google import accounts
from services.google.access import forget
from services.google.accounts import Account, oauth_account_id
from services.google.calendars import find_entry, suffices
from services.google.channels import try_to_open
from services.ports.accounts import Grant
from services.ports.calendar import CalendarEntry
from services.ports.store import Conflict, Update
from services.queueing import queue_run
from services.world import World

logger = logging.getLogger(__name__)


def join(
    world: World, agenda: Agenda, grant: Grant, *, client_id: str, now: datetime
) -> Ending:
    """Keep what the owner gave and open the agenda's connection, or wake it.

    The same Google account again keeps its connection with all its links. Raises Ended
    where the calendar or the account does not fit; then nothing of the grant is kept.
    """
    account_id = oauth_account_id(agenda.organization, grant.subject)
    before = of_agenda(world.store, agenda.id)
    if any(one.account != account_id for one in before):
        raise Ended(Outcome.ACCOUNT_CHANGED, given=grant.email)
    entry = _entry(world, grant, read_settings(agenda.settings))
    account = _kept(world, agenda.organization, grant, client_id=client_id, now=now)
    connection = _opened(world, agenda, account, entry, now=now)
    _wake_others(world, account, opened=connection.id)
    try_to_open(world, connection, now=now)
    was_running = any(
        one.id == connection.id and one.state in RUNNING for one in before
    )
    outcome = Outcome.ALREADY_CONNECTED if was_running else Outcome.DONE
    return Ending(outcome=outcome, connection=connection.id, given=grant.email)


def use_up(world: World, invitation: Invitation, *, now: datetime) -> None:
    """Mark an invitation as used, after its success."""
    write = Update(path=path_of(invitation.id), data={"used_at": now})
    try:
        world.store.commit([write])
    except Conflict:
        # It was removed in these seconds; the connection stands all the same.
        ids = {"event": "invitation-gone", "invitation_id": invitation.id}
        logger.info("invitation gone", extra=ids)


def _entry(world: World, grant: Grant, settings: AgendaSettings) -> CalendarEntry:
    """Return the calendar that the agenda wants, if it may be written as it must be."""
    wanted = settings.calendar_id
    entry = find_entry(world.accounts.calendars(grant.access), wanted)
    if entry is None:
        raise Ended(Outcome.CALENDAR_MISSING, wanted=wanted)
    if not suffices(entry.access_role, settings.direction):
        raise Ended(Outcome.CALENDAR_READ_ONLY, wanted=entry.summary)
    return entry


def _kept(
    world: World, organization: str, grant: Grant, *, client_id: str, now: datetime
) -> Account:
    """Return the account with this grant, stored over whatever was known of it."""
    account_id = oauth_account_id(organization, grant.subject)
    while True:
        document = world.store.get(accounts.path_of(account_id))
        if document is None:
            known = Account(
                id=account_id,
                organization=organization,
                subject=grant.subject,
                email=grant.email,
                client_id=client_id,
                created_at=now,
            )
        else:
            known = _of_client(record_of(document, Account), client_id)
        account = accounts.granted(known, grant, sealer=world.sealer)
        if account.refresh is None:
            raise Ended(Outcome.TRY_AGAIN)
        try:
            world.store.commit([accounts.saved(account, over=document)])
        except Conflict:
            continue
        forget(world, account_id)
        return account


def _of_client(known: Account, client_id: str) -> Account:
    """Return the account as this client's; a token of another one opens nothing."""
    if known.client_id == client_id:
        return known
    return replace(known, client_id=client_id, refresh=None)


def _opened(
    world: World, agenda: Agenda, account: Account, entry: CalendarEntry, now: datetime
) -> Connection:
    joining = Joining(
        organization=agenda.organization,
        agenda=agenda.id,
        account=account.id,
        email=account.email,
        entry=entry,
    )
    try:
        return open_connection(world, joining, now=now)
    except CalendarTaken as error:
        raise Ended(Outcome.CALENDAR_TAKEN, wanted=entry.summary) from error


def _wake_others(world: World, account: Account, *, opened: str) -> None:
    """Let the account's other connections go on, which the dead grant had stopped."""
    for one in of_account(world.store, account.id):
        if one.id != opened and one.state is State.NEEDS_RECONNECT:
            change(world.store, one.id, _awake)
            queue_run(world, one.id)


def _awake(connection: Connection) -> Connection:
    if connection.state is not State.NEEDS_RECONNECT:
        return connection
    return replace(at_work(connection), channel=None)
