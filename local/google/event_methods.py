"""The methods of `events`.

https://developers.google.com/workspace/calendar/api/v3/reference/events
"""

import html
import re

from local.google import events, scopes
from local.google.calls import Call, Handler, Method
from local.google.errors import invalid, required
from local.google.expansion import key_of
from local.google.instances import list_instances
from local.google.list_query import most_attendees, read_query, zone_argument
from local.google.listing import Quirks, list_events, view_of
from local.google.model import Resource, Row
from local.google.rendering import resource_of
from local.google.times import day_of, instant_of
from local.google.visit import Visit, open_visit
from local.google.writing import write_options

EVENTS = "/calendars/<calendar_id>/events"
EVENT = f"{EVENTS}/<event_id>"
BARE_LINK = re.compile(r"(?<![\"'>=])(https?://[^\s<>\"]+)")


def _shown(call: Call, visit: Visit, row: Row) -> Resource:
    view = view_of(
        visit,
        zone_name=zone_argument(call.arguments),
        most_attendees=most_attendees(call.arguments),
    )
    return resource_of(visit.table, row, view=view)


def _list(call: Call) -> Resource:
    visit = call.visit()
    query = read_query(call.arguments)
    shuffles = call.strike("shuffle") is not None
    quirks = Quirks(
        empty_page=call.strike("empty_page") is not None,
        short_page=call.strike("short_page") is not None,
        shuffle=call.world.faults.luck if shuffles else None,
    )
    return list_events(visit, query, quirks)


def _get(call: Call) -> Resource:
    visit = call.visit()
    return _shown(call, visit, events.get_row(visit, call.path["event_id"]))


def _instances(call: Call) -> Resource:
    visit = call.visit()
    master = events.get_row(visit, call.path["event_id"])
    return list_instances(
        visit,
        master,
        query=read_query(call.arguments),
        original_start=_original_start(call),
    )


def _original_start(call: Call) -> str | None:
    text = call.arguments.get("originalStart")
    if text is None:
        return None
    try:
        moment = day_of(text) if len(text) == 10 else instant_of(text.replace(" ", "+"))
    except ValueError:
        raise invalid("Invalid value for originalStart.") from None
    return key_of(moment)


def _sent_event(call: Call) -> Resource:
    body = call.body
    text = body.get("description")
    if isinstance(text, str) and call.strike("rewrite_text"):
        return {**body, "description": rewritten(text)}
    return body


def rewritten(text: str) -> str:
    """Return a description as Google's editor would leave it: as HTML."""
    plain = text if "<" in text else html.escape(text, quote=False)
    linked = BARE_LINK.sub(r'<a href="\1">\1</a>', plain)
    return linked.replace("\n", "<br>")


def _insert(call: Call) -> Resource:
    visit = call.visit(at_least="writerWithoutPrivateAccess")
    options = write_options(call.arguments, None)
    return _shown(call, visit, events.insert(visit, _sent_event(call), options))


def _import(call: Call) -> Resource:
    visit = call.visit(at_least="writerWithoutPrivateAccess")
    options = write_options(call.arguments, None)
    return _shown(call, visit, events.import_event(visit, _sent_event(call), options))


def _patch(call: Call) -> Resource:
    visit = call.visit(at_least="writerWithoutPrivateAccess")
    options = write_options(call.arguments, call.if_match)
    row = events.patch(visit, call.path["event_id"], _sent_event(call), options=options)
    return _shown(call, visit, row)


def _update(call: Call) -> Resource:
    visit = call.visit(at_least="writerWithoutPrivateAccess")
    options = write_options(call.arguments, call.if_match)
    row = events.update(
        visit, call.path["event_id"], _sent_event(call), options=options
    )
    return _shown(call, visit, row)


def _delete(call: Call) -> None:
    visit = call.visit(at_least="writerWithoutPrivateAccess")
    options = write_options(call.arguments, call.if_match)
    events.delete(visit, call.path["event_id"], options)


def _move(call: Call) -> Resource:
    visit = call.visit(at_least="writerWithoutPrivateAccess")
    destination = call.arguments.get("destination")
    if not destination:
        raise required("Required parameter: destination")
    target = open_visit(
        call.state, call.viewer, destination, at_least="writerWithoutPrivateAccess"
    )
    options = write_options(call.arguments, call.if_match)
    row = events.move(visit, call.path["event_id"], target, options)
    return _shown(call, target, row)


def _quick_add(call: Call) -> Resource:
    visit = call.visit(at_least="writerWithoutPrivateAccess")
    options = write_options(call.arguments, None)
    row = events.quick_add(visit, call.arguments.get("text", ""), options)
    return _shown(call, visit, row)


def _method(
    name: str, verb: str, path: str, *, handler: Handler, opened_by: tuple[str, ...]
) -> Method:
    return Method(
        name=f"calendar.events.{name}",
        verb=verb,
        path=path,
        scopes=opened_by,
        handler=handler,
    )


READ, WRITE = scopes.READ_EVENTS, scopes.WRITE_EVENTS
METHODS = (
    _method("list", "GET", EVENTS, handler=_list, opened_by=READ),
    _method("insert", "POST", EVENTS, handler=_insert, opened_by=WRITE),
    _method("import", "POST", f"{EVENTS}/import", handler=_import, opened_by=WRITE),
    _method(
        "quickAdd", "POST", f"{EVENTS}/quickAdd", handler=_quick_add, opened_by=WRITE
    ),
    _method("get", "GET", EVENT, handler=_get, opened_by=READ),
    _method("patch", "PATCH", EVENT, handler=_patch, opened_by=WRITE),
    _method("update", "PUT", EVENT, handler=_update, opened_by=WRITE),
    _method("delete", "DELETE", EVENT, handler=_delete, opened_by=WRITE),
    _method(
        "instances", "GET", f"{EVENT}/instances", handler=_instances, opened_by=READ
    ),
    _method(
        "move", "POST", f"{EVENT}/move", handler=_move, opened_by=scopes.MOVE_EVENTS
    ),
)
