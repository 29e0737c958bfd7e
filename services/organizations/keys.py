"""API keys: who asks, and what that one may see."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from services.documents import data_of, record_of
from services.ids import Kind, hash_of, new_id, new_key
from services.ports.store import Create, Delete, Document, Is, Query, Store, Where
from services.refusals import Unauthorized, Unknown


class Scope(StrEnum):
    """What a key opens: everything that is no appointment, one customer, one agenda."""

    OPERATOR = "operator"
    ORGANIZATION = "organization"
    AGENDA = "agenda"


@dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    """An API key as stored, without the key itself."""

    id: str
    kind: Scope
    organization: str | None = None
    agenda: str | None = None
    name: str = ""
    created_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class MadeKey:
    """A new key, in the clear this one time, and the write that keeps its hash."""

    key: Key
    secret: str = field(repr=False)
    write: Create


OPERATOR = Key(id="operator", kind=Scope.OPERATOR, name="operator")


def authenticate(store: Store, secret: str, *, operator_key: str | None) -> Key:
    """Return the key that opens with this secret. Raises Unauthorized.

    The operator's key is compared in constant time. The others are found by their
    hash, so the time that it takes tells nothing about them.
    """
    given = secret.encode("utf-8", "surrogatepass")
    if operator_key and hmac.compare_digest(given, operator_key.encode()):
        return OPERATOR
    document = store.get(_path_of(secret)) if secret.isascii() and secret else None
    if document is None:
        raise Unauthorized("This key is not known here.")
    return record_of(document, Key)


def make_organization_key(organization: str, *, now: datetime) -> MadeKey:
    """Return a new key that opens one organization."""
    key = Key(
        id=new_id(Kind.KEY),
        kind=Scope.ORGANIZATION,
        organization=organization,
        name="organization",
        created_at=now,
    )
    return _made(key)


def make_agenda_key(
    agenda: str, *, organization: str, name: str, now: datetime
) -> MadeKey:
    """Return a new key that opens an agenda's items and changes and nothing else."""
    key = Key(
        id=new_id(Kind.KEY),
        kind=Scope.AGENDA,
        organization=organization,
        agenda=agenda,
        name=name,
        created_at=now,
    )
    return _made(key)


def agenda_keys(
    store: Store, agenda: str, *, limit: int, after: Document | None
) -> Sequence[Document]:
    """Return documents of the keys that open one agenda."""
    where = [Where(member="agenda", compare=Is.EQUAL, value=agenda)]
    query = Query(collection="api_keys", where=where, limit=limit, after=after)
    return store.query(query)


def delete_agenda_key(store: Store, agenda: str, key_id: str) -> None:
    """Close an agenda to one of its keys, at once. Raises Unknown."""
    where = [Where(member="id", compare=Is.EQUAL, value=key_id)]
    found = store.query(Query(collection="api_keys", where=where, limit=1))
    if not found or found[0].data.get("agenda") != agenda:
        raise Unknown("There is no such key of this agenda.")
    store.commit([Delete(path=found[0].path)])


def delete_keys_of(store: Store, member: str, value: str) -> None:
    """Close an agenda or organization ("agenda", "organization") to all its keys."""
    where = [Where(member=member, compare=Is.EQUAL, value=value)]
    while found := store.query(Query(collection="api_keys", where=where)):
        store.commit([Delete(path=document.path) for document in found])


def _made(key: Key) -> MadeKey:
    secret = new_key()
    write = Create(path=_path_of(secret), data=data_of(key))
    return MadeKey(key=key, secret=secret, write=write)


def _path_of(secret: str) -> str:
    return f"api_keys/{hash_of(secret)}"
