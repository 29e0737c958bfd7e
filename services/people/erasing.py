"""Erase a person: what is theirs goes, at Google our access too; others' things stay.

Every step may be repeated, and what the others are found by goes last: an erasure that
was interrupted is finished by asking for it again.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.agendas.agenda import Agenda, change_agenda, delete_agenda
from services.connections.connection import Connection, change
from services.connections.leaving import give_back, leave
from services.connections.opening import claim_path
from services.consent.invitations import path_of as invitation_path
from services.items.records import items_path
from services.json_values import merge_patch
from services.limits import MAX_WRITES
from services.organizations.idempotency import forget_answers
from services.organizations.organization import get_organization, set_administrators
from services.paging import every
from services.people.person import (
    Person,
    agendas_of,
    connections_of,
    find_person,
)
from services.ports.store import Delete, Is, Query, Store, Where
from services.ports.values import Json
from services.refusals import Unknown
from services.world import World

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Erased:
    """What went, by kind.

    `revoked` grants were given back to Google. Those that could not be have no copy
    here any more either; their owners can end them in their Google account.
    """

    connections: int
    agendas: int
    invitations: int
    accounts: int
    revoked: int
    not_revoked: int


def erase(world: World, organization: str, email: str, *, now: datetime) -> Erased:
    """Erase all that an organization keeps of the owner with this address.

    Nobody there is fine: then nothing was kept. Copies at Google and in applications
    stay as they are. Raises Unknown where there is no such organization.
    """
    person = find_person(world.store, organization, email)
    grants = {one.id for one in person.accounts if one.refresh is not None}
    own = {one.id for one in person.accounts}
    for connection in person.connections:
        # Grants of our own are given back below, where it can be told how that went.
        revoke = connection.account not in own
        leave(world, connection.id, revoke=revoke, now=now)
        _forget_calendar(world.store, connection)
    revoked = sum(give_back(world, one.id) for one in person.accounts)
    for agenda in person.agendas:
        _erase_agenda(world, agenda, now=now)
    _delete(world.store, [invitation_path(one.id) for one in person.invitations])
    forget_answers(world.store, organization)
    _forget_mentions(world, person)
    logger.info("person erased", extra={"event": "person-erased"})
    return Erased(
        connections=len(person.connections),
        agendas=len(person.agendas),
        invitations=len(person.invitations),
        accounts=len(person.accounts),
        revoked=revoked,
        not_revoked=len(grants) - revoked,
    )


def _forget_calendar(store: Store, connection: Connection) -> None:
    """Forget the channels of a connection that ended, and who kept its calendar."""
    where = Where(member="connection", compare=Is.EQUAL, value=connection.id)
    channels = every(store, Query(collection="channels", where=[where]))
    claim = claim_path(connection.calendar_id)
    known = store.get(claim)
    claimed = [claim] if known and known.data in ({}, _claim_of(connection)) else []
    _delete(store, [*(one.path for one in channels), *claimed])


def _claim_of(connection: Connection) -> Mapping[str, Json]:
    return {"connection": connection.id, "organization": connection.organization}


def _erase_agenda(world: World, agenda: Agenda, *, now: datetime) -> None:
    """Delete an agenda, its items first: without it nobody would find them again."""
    items = Query(collection=items_path(agenda.id), limit=MAX_WRITES)
    while page := world.store.query(items):
        _delete(world.store, [document.path for document in page])
    try:
        delete_agenda(world, agenda.id, leave=lambda one: leave(world, one, now=now))
    except Unknown:
        return


def _forget_mentions(world: World, person: Person) -> None:
    """Take the address out of what others set: who may sign in, which accounts fit."""
    store, organization, email = world.store, person.organization, person.email
    known = get_organization(store, organization).administrators
    if email in known:
        others = [one for one in known if one != email]
        set_administrators(store, organization, others)
    for agenda in agendas_of(store, organization):
        patch = _without(agenda.settings, email)
        if patch:
            change_agenda(world, agenda.id, {"settings": patch})
    for connection in connections_of(store, organization):
        if _without(connection.settings, email):
            change(store, connection.id, lambda one: _unmentioned(one, email))


def _unmentioned(connection: Connection, email: str) -> Connection:
    patch = _without(connection.settings, email)
    return replace(connection, settings=merge_patch(connection.settings, patch))


def _without(settings: Mapping[str, Json], email: str) -> dict[str, Json]:
    """Return the merge patch that takes an address out of settings."""
    patch: dict[str, Json] = {}
    if str(settings.get("calendar_id") or "").lower() == email:
        patch["calendar_id"] = None
    allowed = settings.get("allowed_accounts")
    if isinstance(allowed, list) and email in [str(one).lower() for one in allowed]:
        others = [one for one in allowed if str(one).lower() != email]
        patch["allowed_accounts"] = others or None
    return patch


def _delete(store: Store, paths: Sequence[str]) -> None:
    for start in range(0, len(paths), MAX_WRITES):
        some = paths[start : start + MAX_WRITES]
        store.commit([Delete(path=path) for path in some])
