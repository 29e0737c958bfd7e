"""Agendas: the business application's side, as Tandem knows it."""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from services.agendas.settings_reading import read_settings
from services.documents import data_of, record_of
from services.ids import Kind, new_id
from services.items.records import agenda_path
from services.json_values import merge_patch
from services.limits import NotAllowed, check_size
from services.organizations.keys import delete_keys_of
from services.paging import every
from services.ports.store import (
    Conflict,
    Create,
    Delete,
    Document,
    Is,
    Query,
    Store,
    Update,
    Where,
)
from services.ports.values import Json
from services.refusals import Invalid, Unavailable, Unknown, invalid
from services.world import World

logger = logging.getLogger(__name__)

CONNECTORS = ("rest",)
MAX_BYTES = 50_000

_TRIES = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Webhook:
    """Where we tell of changes, and under which name the vault keeps the secret."""

    url: str
    secret_name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Agenda:
    """One agenda of a business application.

    `settings` are as they were given; `last_number` counts the changes of its items.
    """

    id: str
    organization: str
    name: str
    owner_email: str
    connector: str
    created_at: datetime
    application: Mapping[str, Json] = field(default_factory=dict)
    settings: Mapping[str, Json] = field(default_factory=dict)
    time_zone: str = "UTC"
    webhook: Webhook | None = None
    last_number: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What an administrator says of an agenda."""

    name: str
    owner_email: str
    connector: str = "rest"
    application: Mapping[str, Json] = field(default_factory=dict)
    settings: Mapping[str, Json] = field(default_factory=dict)


def create_agenda(
    world: World, wanted: Wanted, *, organization: str, now: datetime
) -> Agenda:
    """Return a new agenda. Raises Invalid, with each bad member; Unknown."""
    if world.store.get(f"organizations/{organization}") is None:
        raise Unknown("There is no such organization.")
    if wanted.connector not in CONNECTORS:
        message = f"There is no such connector; there is {', '.join(CONNECTORS)}."
        raise invalid("/connector", message)
    agenda = Agenda(
        id=new_id(Kind.AGENDA),
        organization=organization,
        name=wanted.name,
        owner_email=wanted.owner_email.lower(),
        connector=wanted.connector,
        application=_storable("application", wanted.application),
        settings=_storable("settings", wanted.settings),
        time_zone=_zone_of(wanted.settings),
        created_at=now,
    )
    world.store.commit([Create(path=agenda_path(agenda.id), data=data_of(agenda))])
    return agenda


def get_agenda(store: Store, agenda: str) -> Agenda:
    """Return an agenda. Raises Unknown."""
    return record_of(_document(store, agenda), Agenda)


def list_agendas(
    store: Store, *, organization: str | None, limit: int, after: Document | None
) -> Sequence[Document]:
    """Return documents of agendas, all or those of one organization, by their ids."""
    where = [Where(member="organization", compare=Is.EQUAL, value=organization)]
    query = Query(
        collection="agendas",
        where=where if organization else (),
        limit=limit,
        after=after,
    )
    return store.query(query)


def change_agenda(store: Store, agenda: str, patch: Mapping[str, Json]) -> Agenda:
    """Change what a merge patch names: name, owner_email, application, settings."""

    def changed(known: Agenda) -> Mapping[str, Json]:
        members: dict[str, Json] = {}
        for name in ("name", "owner_email"):
            if name in patch:
                members[name] = patch[name]
        if "application" in patch:
            given = merge_patch(known.application, patch["application"] or {})
            members["application"] = _storable("application", given)
        if "settings" in patch:
            settings = merge_patch(known.settings, patch["settings"] or {})
            members["time_zone"] = _zone_of(settings)
            members["settings"] = _storable("settings", settings)
        return members

    return _updated(store, agenda, changed)


def set_webhook(store: Store, agenda: str, webhook: Webhook | None) -> Agenda:
    """Say where changes of this agenda are told of, if anywhere."""
    data = None if webhook is None else data_of(webhook)
    return _updated(store, agenda, lambda _: {"webhook": data})


def delete_agenda(world: World, agenda: str, *, leave: Callable[[str], None]) -> None:
    """Delete an agenda with its items and keys, and end its connections by `leave`.

    The agenda goes first and the items after it: a run that comes in between finds no
    agenda, and not an agenda in which everything was deleted.
    """
    known = get_agenda(world.store, agenda)
    for connection in _connections(world.store, agenda):
        leave(connection)
    world.store.commit([Delete(path=agenda_path(agenda))])
    world.store.delete_under(agenda_path(agenda))
    delete_keys_of(world.store, "agenda", agenda)
    if known.webhook is not None:
        world.vault.delete(known.webhook.secret_name)
    logger.info(
        "agenda deleted", extra={"event": "agenda-deleted", "agenda_id": agenda}
    )


def _connections(store: Store, agenda: str) -> list[str]:
    where = [Where(member="agenda", compare=Is.EQUAL, value=agenda)]
    query = Query(collection="connections", where=where)
    return [document.id for document in every(store, query)]


def _updated(
    store: Store, agenda: str, changed: Callable[[Agenda], Mapping[str, Json]]
) -> Agenda:
    """Save some members, however often its counter moves meanwhile."""
    for _ in range(_TRIES):
        document = _document(store, agenda)
        data = changed(record_of(document, Agenda))
        write = Update(path=document.path, data=data, version=document.version)
        try:
            store.commit([write])
        except Conflict:
            continue
        return get_agenda(store, agenda)
    raise Unavailable("Too many changes to this agenda at once; please try again.")


def _document(store: Store, agenda: str) -> Document:
    document = store.get(agenda_path(agenda))
    if document is None:
        raise Unknown("There is no such agenda.")
    return document


def _zone_of(settings: Mapping[str, Json]) -> str:
    """Return the zone that these settings name. Raises Invalid, from /settings down."""
    try:
        return read_settings(settings).time_zone
    except Invalid as refused:
        raise refused.under("/settings") from None


def _storable(name: str, value: Mapping[str, Json]) -> Mapping[str, Json]:
    """Return the value, if every store takes it. Raises Invalid."""
    if len(json.dumps(value)) > MAX_BYTES:
        raise invalid(f"/{name}", f"May have {MAX_BYTES} bytes at most.")
    try:
        check_size("agendas/a", {name: value})
    except NotAllowed:
        message = "Holds a list in a list, an empty name or too large a number."
        raise invalid(f"/{name}", message) from None
    return value
