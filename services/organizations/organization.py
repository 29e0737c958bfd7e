"""Organizations: one customer each, with its agendas and its Google credentials."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.agendas.agenda import delete_agenda
from services.documents import data_of, record_of
from services.ids import Kind, new_id
from services.organizations.google_credentials import OPERATOR, Credentials, vault_name
from services.organizations.idempotency import forget_answers
from services.organizations.keys import delete_keys_of, make_organization_key
from services.ports.store import (
    Conflict,
    Create,
    Document,
    Is,
    Query,
    Store,
    Update,
    Where,
    Write,
)
from services.refusals import InTheWay, Unknown, invalid
from services.world import World

logger = logging.getLogger(__name__)

ANOTHER_CLIENT = "The organization uses another Google project now: connect again."


@dataclass(frozen=True, kw_only=True, slots=True)
class Google:
    """How an organization reaches Google; `secret` is a name in the vault."""

    kind: str
    client_id: str = ""
    secret: str = ""
    email: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Organization:
    """One customer."""

    id: str
    name: str
    created_at: datetime
    google: Google | None = None
    administrators: tuple[str, ...] = ()


def organization_path(organization: str) -> str:
    """Return where an organization is stored."""
    return f"organizations/{organization}"


def create_organization(
    world: World, name: str, *, now: datetime
) -> tuple[Organization, str]:
    """Return a new organization and its API key, which is shown this one time."""
    organization = Organization(id=new_id(Kind.ORGANIZATION), name=name, created_at=now)
    key = make_organization_key(organization.id, now=now)
    path = organization_path(organization.id)
    world.store.commit([Create(path=path, data=data_of(organization)), key.write])
    return organization, key.secret


def get_organization(store: Store, organization: str) -> Organization:
    """Return an organization. Raises Unknown."""
    return record_of(_document(store, organization), Organization)


def list_organizations(
    store: Store, *, limit: int, after: Document | None
) -> Sequence[Document]:
    """Return documents of organizations, in the order of their ids."""
    return store.query(Query(collection="organizations", limit=limit, after=after))


def rename_organization(store: Store, organization: str, name: str) -> Organization:
    """Give an organization another name."""
    return _update(store, organization, name=name)


def set_administrators(
    store: Store, organization: str, emails: Sequence[str]
) -> Organization:
    """Say who may sign in for the organization: these and nobody else."""
    unique = list(dict.fromkeys(email.strip().lower() for email in emails))
    return _update(store, organization, administrators=unique)


def set_google(
    world: World, organization: str, credentials: Credentials, *, replace: bool
) -> Organization:
    """Give an organization the credentials with which it reaches Google.

    Another client while accounts exist is refused (InTheWay) unless `replace` is asked
    for: then their owners have to connect again, since a grant belongs to its client.
    """
    document = _document(world.store, organization)
    if credentials.kind == OPERATOR and world.operator_google is None:
        message = "The operator of this Tandem has no OAuth client."
        raise invalid("/kind", message)
    before = record_of(document, Organization).google
    google = _google(organization, credentials)
    moved = before is not None and _identity(before) != _identity(google)
    if moved:
        _see_to_accounts(world.store, organization, replace=replace)
    if google.secret:
        world.vault.write(google.secret, credentials.secret)
    updated = _update(world.store, organization, google=data_of(google))
    if before is not None and before.secret not in ("", google.secret):
        world.vault.delete(before.secret)
    return updated


def delete_organization(
    world: World, organization: str, *, leave: Callable[[str], None]
) -> None:
    """Delete an organization with its keys, agendas, accounts and secrets.

    `leave` ends one connection: nothing is deleted at Google or in the application.
    """
    google = get_organization(world.store, organization).google
    delete_keys_of(world.store, "organization", organization)
    while agendas := _of_organization(world.store, "agendas", organization):
        for agenda in agendas:
            delete_agenda(world, agenda.id, leave=leave)
    for collection in ("invitations", "accounts"):
        while found := _of_organization(world.store, collection, organization):
            for document in found:
                world.store.delete_under(document.path)
    forget_answers(world.store, organization)
    world.store.delete_under(organization_path(organization))
    if google is not None and google.secret:
        world.vault.delete(google.secret)
    fields = {"event": "organization-deleted", "organization_id": organization}
    logger.info("organization deleted", extra=fields)


def _google(organization: str, credentials: Credentials) -> Google:
    secret = vault_name(organization, credentials) if credentials.secret else ""
    return Google(
        kind=credentials.kind,
        client_id=credentials.client_id,
        secret=secret,
        email=credentials.email,
    )


def _identity(google: Google) -> tuple[str, str]:
    return google.kind, google.client_id


def _see_to_accounts(store: Store, organization: str, *, replace: bool) -> None:
    while accounts := _of_organization(store, "accounts", organization, "ok"):
        if not replace:
            raise InTheWay(
                "Accounts of this organization were connected with another client. "
                'With "replace": true their owners have to connect again.',
                kind="accounts-exist",
            )
        stop = {"state": "needs_reconnect", "reason": ANOTHER_CLIENT}
        writes: list[Write] = [
            Update(path=account.path, data=stop) for account in accounts
        ]
        store.commit(writes)


def _of_organization(
    store: Store, collection: str, organization: str, state: str | None = None
) -> Sequence[Document]:
    where = [Where(member="organization", compare=Is.EQUAL, value=organization)]
    if state is not None:
        where.append(Where(member="state", compare=Is.EQUAL, value=state))
    return store.query(Query(collection=collection, where=where))


def _update(store: Store, organization: str, **members: object) -> Organization:
    path = organization_path(organization)
    try:
        store.commit([Update(path=path, data=members)])
    except Conflict:
        raise Unknown("There is no such organization.") from None
    return get_organization(store, organization)


def _document(store: Store, organization: str) -> Document:
    document = store.get(organization_path(organization))
    if document is None:
        raise Unknown("There is no such organization.")
    return document
