"""The API's routes for connections."""

from msgspec import UNSET

from functions.routes.bodies import ConnectionPatch, NewConnection, body_as
from functions.routes.call import Call
from functions.routes.scope import organization_for, own_agenda, own_connection
from functions.views.links import explained_view, link_view
from functions.views.runs import checked_run, last_run_view, run_view, written_run_view
from functions.views.things import STATES, WAITING, connection_view, list_view
from services.agendas.agenda import get_agenda
from services.connections import journal, steering
from services.connections.asked_runs import find
from services.connections.connection import loaded
from services.connections.steering import ask_for_run, look_anew, set_settings
from services.consent.delegation import Delegated, calendars_of, connect
from services.ids import Kind, is_id
from services.links.documents import link_of
from services.links.explaining import explain
from services.links.link import links_of
from services.orders.repair import link_document, repair, repair_parked
from services.organizations.idempotency import Answer
from services.ports.store import Is, Query, Where
from services.ports.values import Json
from services.refusals import Unknown, invalid

NOBODYS = "-"
"""An id that no agenda has."""

LINK_FILTERS = {"item": "item_id", "event": "event_id", "waiting": "waiting"}


def create(call: Call) -> Answer:
    """Connect a calendar through the organization's service account."""
    agenda = own_agenda(call)
    body = body_as(call, NewConnection)
    wanted = Delegated(
        email=body.account, calendar_id=body.calendar_id, shared=body.shared
    )
    connection = connect(call.world, agenda, wanted, now=call.now)
    return Answer(status=201, body=connection_view(connection, now=call.now))


def list_calendars(call: Call) -> Answer:
    """List the calendars of an account, to choose from."""
    agenda = own_agenda(call)
    found = calendars_of(
        call.world, agenda.organization, call.path["account"], now=call.now
    )
    entries = [
        {
            "id": entry.id,
            "summary": entry.summary,
            "access_role": entry.access_role,
            "time_zone": entry.time_zone,
            "primary": entry.primary,
        }
        for entry in found
    ]
    return Answer(status=200, body={"items": entries, "next_page_token": None})


def list_all(call: Call) -> Answer:
    """List connections by their ids, of one agenda or in one state if asked for."""
    limit, after = call.limit(), call.page("connections")
    where = _connections_as_asked(call)
    shown: list[Json] = []
    while True:
        query = Query(collection="connections", where=where, limit=limit, after=after)
        documents = call.world.store.query(query)
        for after in documents:
            entry = connection_view(loaded(after), now=call.now)
            # Which of those at work are busy just now, no document says.
            if entry["state"] == call.query.get("state", entry["state"]):
                shown.append(entry)
            if len(shown) == limit:
                return Answer(
                    status=200, body={"items": shown, "next_page_token": after.id}
                )
        if len(documents) < limit:
            return Answer(status=200, body={"items": shown, "next_page_token": None})


def _connections_as_asked(call: Call) -> list[Where]:
    organization = organization_for(call, call.query.get("organization"))
    asked = {"organization": organization}
    if "agenda" in call.query:
        asked = {"agenda": _agenda_of(call, organization)}
    if "state" in call.query:
        state = call.query["state"]
        if state not in STATES:
            raise invalid("/state", f"Must be one of {', '.join(STATES)}.")
        asked["state"] = "active" if state == "syncing" else state
    return [
        Where(member=member, compare=Is.EQUAL, value=value)
        for member, value in asked.items()
    ]


def _agenda_of(call: Call, organization: str) -> str:
    """Return the agenda that is asked for; one of somebody else has no connections."""
    name = call.query["agenda"]
    if not is_id(name, Kind.AGENDA):
        return NOBODYS
    try:
        agenda = get_agenda(call.world.store, name)
    except Unknown:
        return NOBODYS
    return agenda.id if agenda.organization == organization else NOBODYS


def get(call: Call) -> Answer:
    """Show a connection."""
    return Answer(status=200, body=connection_view(own_connection(call), now=call.now))


def patch(call: Call) -> Answer:
    """Change a connection's own settings by a merge patch."""
    connection = own_connection(call)
    settings = body_as(call, ConnectionPatch).settings
    if settings is not UNSET:
        changes = {} if settings is None else dict(settings)
        connection = set_settings(call.world, connection, changes)
        look_anew(call.world, [connection])
    return Answer(status=200, body=connection_view(connection, now=call.now))


def sync(call: Call) -> Answer:
    """Ask for a run."""
    return _started(ask_for_run(call.world, own_connection(call)))


def pause(call: Call) -> Answer:
    """Stop until somebody resumes."""
    return _started(steering.pause(call.world, own_connection(call).id))


def resume(call: Call) -> Answer:
    """Go on after a pause."""
    connection = own_connection(call)
    return _started(steering.resume(call.world, connection.id, now=call.now))


def cancel(call: Call) -> Answer:
    """Stop the sync that is under way."""
    return _started(steering.cancel(call.world, own_connection(call).id))


def _started(run: str) -> Answer:
    return Answer(status=202, body={"run": run})


# --- What it did ---------------------------------------------------------------------


def get_run(call: Call) -> Answer:
    """Show a run: whether it was done yet, and what it came to."""
    connection, store = own_connection(call), call.world.store
    name = checked_run(call.path["run"])
    known = find(store, connection.id, name)
    if known is not None:
        return Answer(status=200, body=run_view(known))
    last = connection.last_run
    if last is not None and last.id == name:
        return Answer(status=200, body=last_run_view(last))
    pages = journal.newest(store, connection.id, limit=1, run=name)
    if not pages:
        raise Unknown("There is no such run, or it is not kept any more.")
    return Answer(status=200, body=written_run_view(pages[0][0]))


def list_links(call: Call) -> Answer:
    """List links: both nows, both seens, and why each is as it is."""
    connection, limit = own_connection(call), call.limit()
    collection = links_of(connection.id)
    documents = call.world.store.query(
        Query(
            collection=collection,
            where=_links_as_asked(call),
            limit=limit,
            after=call.page(collection),
        )
    )
    # A link may be found by other names too; those are no links of their own.
    links = [one for one in documents if "same_as" not in one.data]
    entries = [link_view(link_of(one), zone=connection.zone) for one in links]
    return Answer(status=200, body=list_view(entries, documents, limit=limit))


def _links_as_asked(call: Call) -> list[Where]:
    asked = {name: call.query[name] for name in LINK_FILTERS if name in call.query}
    if len(asked) > 1:
        raise invalid(f"/{max(asked)}", "Ask by item, by event or by waiting.")
    waiting = asked.get("waiting")
    if waiting is not None and waiting not in WAITING:
        raise invalid("/waiting", f"Must be one of {', '.join(WAITING)}.")
    return [
        Where(member=LINK_FILTERS[name], compare=Is.EQUAL, value=value)
        for name, value in asked.items()
    ]


def get_link(call: Call) -> Answer:
    """Show a link, and tell in words why it is as it is."""
    connection = own_connection(call)
    document = link_document(call.world.store, connection.id, call.path["link"])
    link = link_of(document)
    explained = explain(call.world, connection, link)
    body = {**link_view(link, zone=connection.zone), **explained_view(explained)}
    return Answer(status=200, body=body)


def repair_all(call: Call) -> Answer:
    """Look again at the links that are set aside, at most 100 at once."""
    connection = own_connection(call)
    repaired = repair_parked(call.world, connection.id, now=call.now)
    body = {"run": repaired.run, "links": repaired.links, "more": repaired.more}
    return Answer(status=202, body=body)


def repair_link(call: Call) -> Answer:
    """Look again at both sides of a link, and plan it anew; nobody is mailed."""
    connection = own_connection(call)
    return _started(repair(call.world, connection.id, call.path["link"], now=call.now))
