"""Everything that an organization keeps of one owner, found by the mail address."""

from collections.abc import Iterator
from dataclasses import dataclass

from services.agendas.agenda import Agenda
from services.connections.connection import Connection
from services.consent.invitations import Invitation
from services.documents import record_of
from services.google.accounts import Account
from services.organizations.organization import get_organization
from services.paging import every
from services.ports.store import Document, Is, Query, Store, Where


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """An owner as one organization knows it: what is found here is theirs alone.

    Where somebody else invited them to a meeting, their address stands in the other's
    appointment. That is the other's, and not among this.
    """

    organization: str
    email: str
    administrator: bool
    accounts: tuple[Account, ...]
    agendas: tuple[Agenda, ...]
    connections: tuple[Connection, ...]
    invitations: tuple[Invitation, ...]

    @property
    def is_known(self) -> bool:
        """Whether anything at all is kept of them."""
        found = (*self.accounts, *self.agendas, *self.connections, *self.invitations)
        return self.administrator or bool(found)


def find_person(store: Store, organization: str, email: str) -> Person:
    """Return what an organization keeps of the owner with this address.

    Raises Unknown where there is no such organization.
    """
    email = email.strip().lower()
    administrators = get_organization(store, organization).administrators
    accounts = _accounts(store, organization, email)
    agendas = tuple(
        one
        for one in agendas_of(store, organization)
        if one.owner_email.lower() == email
    )
    ids = {one.id for one in accounts} | {one.id for one in agendas}
    return Person(
        organization=organization,
        email=email,
        administrator=email in administrators,
        accounts=accounts,
        agendas=agendas,
        connections=tuple(
            one
            for one in connections_of(store, organization)
            if email in (one.email.lower(), one.calendar_id.lower())
            or ids & {one.account, one.agenda}
        ),
        invitations=tuple(
            one
            for one in _invitations(store, organization)
            if one.email.lower() == email or one.agenda in ids
        ),
    )


def agendas_of(store: Store, organization: str) -> Iterator[Agenda]:
    """Yield the agendas of an organization."""
    found = _of(store, "agendas", organization)
    return (record_of(document, Agenda) for document in found)


def _accounts(store: Store, organization: str, email: str) -> tuple[Account, ...]:
    found = _of(store, "accounts", organization)
    accounts = (record_of(document, Account) for document in found)
    return tuple(one for one in accounts if one.email.lower() == email)


def connections_of(store: Store, organization: str) -> Iterator[Connection]:
    """Yield the connections of an organization, ended ones too."""
    found = _of(store, "connections", organization)
    return (record_of(document, Connection) for document in found)


def _invitations(store: Store, organization: str) -> Iterator[Invitation]:
    found = _of(store, "invitations", organization)
    return (record_of(document, Invitation) for document in found)


def _of(store: Store, collection: str, organization: str) -> Iterator[Document]:
    where = Where(member="organization", compare=Is.EQUAL, value=organization)
    return every(store, Query(collection=collection, where=[where]))
