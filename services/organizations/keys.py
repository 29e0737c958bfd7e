"""API keys: who asks, and what that one may see."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
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
    """An API key as stored, without the key itself.

    `by_operator` tells that it was made with the operator's key, or one made with that.
    """

    id: str
    kind: Scope
    organization: str | None = None
    agenda: str | None = None
    name: str = ""
    created_at: datetime | None = None
    expires_at: datetime | None = None
    by_operator: bool = False

    @property
    def is_an_operators(self) -> bool:
        """Whether an operator uses it: one for good was made for somebody else."""
        for_a_while = self.by_operator and self.expires_at is not None
        return self.kind is Scope.OPERATOR or for_a_while


@dataclass(frozen=True, kw_only=True, slots=True)
class MadeKey:
    """A new key, in the clear this one time, and the write that keeps its hash."""

    key: Key
    secret: str = field(repr=False)
    write: Create


OPERATOR = Key(id="operator", kind=Scope.OPERATOR, name="operator")


def authenticate(
    store: Store, secret: str, *, operator_key: str | None, now: datetime
) -> Key:
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
    key = record_of(document, Key)
    if key.expires_at is not None and key.expires_at <= now:
        raise Unauthorized("This key was made for a while, which is over.")
    return key


def make_organization_key(
    organization: str,
    *,
    now: datetime,
    name: str = "organization",
    lasts: timedelta | None = None,
    by: Key | None = None,
) -> MadeKey:
    """Return a new key that opens one organization, for ever or for a while.

    `by` is the key with which it is asked for.
    """
    key = Key(
        id=new_id(Kind.KEY),
        kind=Scope.ORGANIZATION,
        organization=organization,
        name=name,
        created_at=now,
        expires_at=None if lasts is None else now + lasts,
    )
    key = _as_made_by(by, key)
    return _made(key)


def _as_made_by(maker: Key | None, key: Key) -> Key:
    """Return the key as its maker may make it: none outlives a key for a while."""
    if maker is None or not (maker.by_operator or maker.kind is Scope.OPERATOR):
        return key
    ends = [end for end in (key.expires_at, maker.expires_at) if end is not None]
    return replace(key, by_operator=True, expires_at=min(ends, default=None))


def make_agenda_key(
    agenda: str,
    *,
    organization: str,
    name: str,
    now: datetime,
    by: Key | None = None,
) -> MadeKey:
    """Return a new key that opens an agenda's items and changes and nothing else.

    `by` is the key with which it is asked for.
    """
    key = Key(
        id=new_id(Kind.KEY),
        kind=Scope.AGENDA,
        organization=organization,
        agenda=agenda,
        name=name,
        created_at=now,
    )
    return _made(_as_made_by(by, key))


def organization_keys(
    store: Store, organization: str, *, limit: int, after: Document | None
) -> Sequence[Document]:
    """Return documents of the keys that open all of one organization."""
    where = [
        Where(member="organization", compare=Is.EQUAL, value=organization),
        Where(member="kind", compare=Is.EQUAL, value=Scope.ORGANIZATION.value),
    ]
    query = Query(collection="api_keys", where=where, limit=limit, after=after)
    return store.query(query)


def delete_organization_key(store: Store, organization: str, key_id: str) -> None:
    """Close an organization to one of its keys, at once. Raises Unknown."""
    found = _found(store, key_id)
    if found.data.get("organization") != organization or found.data.get("agenda"):
        raise Unknown("There is no such key of this organization.")
    store.commit([Delete(path=found.path)])


def agenda_keys(
    store: Store, agenda: str, *, limit: int, after: Document | None
) -> Sequence[Document]:
    """Return documents of the keys that open one agenda."""
    where = [Where(member="agenda", compare=Is.EQUAL, value=agenda)]
    query = Query(collection="api_keys", where=where, limit=limit, after=after)
    return store.query(query)


def delete_agenda_key(store: Store, agenda: str, key_id: str) -> None:
    """Close an agenda to one of its keys, at once. Raises Unknown."""
    found = _found(store, key_id)
    if found.data.get("agenda") != agenda:
        raise Unknown("There is no such key of this agenda.")
    store.commit([Delete(path=found.path)])


def delete_keys_of(store: Store, member: str, value: str) -> None:
    """Close an agenda or organization ("agenda", "organization") to all its keys."""
    where = [Where(member=member, compare=Is.EQUAL, value=value)]
    while found := store.query(Query(collection="api_keys", where=where)):
        store.commit([Delete(path=document.path) for document in found])


def _found(store: Store, key_id: str) -> Document:
    where = [Where(member="id", compare=Is.EQUAL, value=key_id)]
    found = store.query(Query(collection="api_keys", where=where, limit=1))
    if not found:
        raise Unknown("There is no such key.")
    return found[0]


def _made(key: Key) -> MadeKey:
    secret = new_key()
    write = Create(path=_path_of(secret), data=data_of(key))
    return MadeKey(key=key, secret=secret, write=write)


def _path_of(secret: str) -> str:
    return f"api_keys/{hash_of(secret)}"
