"""Agendas: the business application's side, as Tandem knows it."""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.agendas.applications import (
    Given,
    accepted,
    changed,
    definition_of,
    forget,
    kept_in_vault,
)
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
from services.refusals import (
    InTheWay,
    Invalid,
    Refusal,
    Unavailable,
    Unknown,
    invalid,
)
from services.world import Application, World

logger = logging.getLogger(__name__)

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
    `application` holds what may be shown; the vault has the rest as `secret_name`.
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
    secret_name: str = ""


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
    """Return a new agenda, whose application was tried and answers.

    Raises Invalid, with each bad member and wrong credential; Unknown.
    """
    if world.store.get(f"organizations/{organization}") is None:
        raise Unknown("There is no such organization.")
    definition = definition_of(world, wanted.connector)
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
    given = accepted(world, application_of(agenda))
    following = merge_patch({}, definition.settings(given.shown))
    settings = merge_patch(following, wanted.settings)
    agenda = replace(agenda, application=given.shown, settings=settings)
    return _kept(world, agenda, given)


def _kept(world: World, agenda: Agenda, given: Given) -> Agenda:
    """Store a new agenda, its secrets first: a document must not name what is not."""
    secret_name = kept_in_vault(world, agenda.id, given.secrets)
    agenda = replace(agenda, secret_name=secret_name)
    world.store.commit([Create(path=agenda_path(agenda.id), data=data_of(agenda))])
    return agenda


def application_of(agenda: Agenda) -> Application:
    """Return what it takes to open an agenda."""
    return Application(
        agenda=agenda.id,
        connector=agenda.connector,
        members=agenda.application,
        secret_name=agenda.secret_name,
        last_number=agenda.last_number,
        time_zone=agenda.time_zone,
    )


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


def change_agenda(world: World, agenda: str, patch: Mapping[str, Json]) -> Agenda:
    """Change what a merge patch names: name, owner_email, application, settings.

    A changed application is tried first, with the secrets that are not changed. Raises
    Invalid, Unknown.
    """
    members = {name: patch[name] for name in ("name", "owner_email") if name in patch}
    if "application" in patch:
        return _with_application(world, agenda, patch, members)
    return _updated(
        world.store, agenda, lambda known: {**members, **_settings(known, patch)}
    )


def _with_application(
    world: World,
    agenda: str,
    patch: Mapping[str, Json],
    members: Mapping[str, Json],
) -> Agenda:
    known = get_agenda(world.store, agenda)
    wanted = _storable("application", patch["application"] or {})
    given = changed(world, application_of(known), wanted)
    secret_name = kept_in_vault(world, agenda, given.secrets)
    tried = {"application": given.shown, "secret_name": secret_name}
    following = _following(world, known, given)

    def change(now: Agenda) -> Mapping[str, Json]:
        if (now.application, now.secret_name) != (known.application, known.secret_name):
            raise InTheWay("Somebody else changed the application at the same moment.")
        follows = replace(now, settings=merge_patch(now.settings, following))
        asked = {"settings": patch.get("settings") or {}}
        return {**members, **_settings(follows, asked), **tried}

    try:
        after = _updated(world.store, agenda, change)
    except Refusal:
        forget(world, secret_name)
        raise
    forget(world, known.secret_name)
    return after


def _following(world: World, known: Agenda, given: Given) -> Mapping[str, Json]:
    """Return the settings that follow from what changed in the application."""
    settings = definition_of(world, known.connector).settings
    before, after = settings(known.application), settings(given.shown)
    return {name: after[name] for name in after if after[name] != before.get(name)}


def _settings(known: Agenda, patch: Mapping[str, Json]) -> Mapping[str, Json]:
    """Return the members that change with the settings, if the patch names them."""
    if "settings" not in patch:
        return {}
    settings = merge_patch(known.settings, patch["settings"] or {})
    zone = _zone_of(settings)
    return {"time_zone": zone, "settings": _storable("settings", settings)}


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
    forget(world, known.secret_name)
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
