"""The API's routes for items, as JSCalendar and in the flat form."""

from collections.abc import Mapping

from functions.routes.call import Call
from functions.routes.scope import item_id, rest_agenda
from services.agendas.agenda import Agenda
from services.items.appointments import (
    delete_appointment,
    find_appointment,
    flat_item,
    put_appointment,
)
from services.items.items import (
    Condition,
    delete_item,
    get_item,
    patch_item,
    put_item,
    tag_of,
)
from services.items.listing import Listed, Stretch, list_items, list_occurrences
from services.items.records import StoredItem
from services.organizations.idempotency import Answer
from services.ports.values import Json
from services.refusals import invalid


def list_all(call: Call) -> Answer:
    """List items, or what happens in a stretch of time."""
    agenda = rest_agenda(call)
    stretch = _stretch(call, agenda)
    store, page, limit = call.world.store, call.query.get("page_token"), call.limit()
    if not call.flag("expand"):
        listed = list_items(store, agenda.id, stretch=stretch, limit=limit, page=page)
    elif stretch is None:
        raise invalid("/expand", "Occurrences need a start and an end.")
    else:
        listed = list_occurrences(
            store, agenda.id, stretch=stretch, limit=limit, page=page
        )
    return Answer(status=200, body=_listed(listed))


def get(call: Call) -> Answer:
    """Show an item."""
    agenda = rest_agenda(call)
    return _shown(get_item(call.world, agenda.id, item_id(call)))


def put(call: Call) -> Answer:
    """Keep an item as stated, and answer with it as it now is."""
    agenda = rest_agenda(call)
    answered = put_item(
        call.desk(agenda.id), item_id(call), call.body, condition=call.condition()
    )
    return _shown(answered.item, created=answered.created)


def patch(call: Call) -> Answer:
    """Change the members that a merge patch names."""
    agenda = rest_agenda(call)
    answered = patch_item(
        call.desk(agenda.id), item_id(call), call.body, condition=_if_match(call)
    )
    return _shown(answered.item)


def delete(call: Call) -> Answer:
    """Delete an item; deleted already is success."""
    agenda = rest_agenda(call)
    delete_item(call.desk(agenda.id), item_id(call), condition=_if_match(call))
    return Answer(status=204)


# --- Flat ----------------------------------------------------------------------------


def get_flat(call: Call) -> Answer:
    """Show an appointment in its flat form."""
    agenda = rest_agenda(call)
    appointment = find_appointment(call.world.store, agenda.id, item_id(call))
    item = get_item(call.world, agenda.id, appointment.item)
    flat = flat_item(item, appointment, zone=agenda.time_zone)
    return Answer(status=200, body=flat, headers=_tag(item))


def put_flat(call: Call) -> Answer:
    """Change the members that are named, and answer with all of them."""
    agenda, condition = rest_agenda(call), call.condition()
    desk = call.desk(agenda.id)
    appointment = find_appointment(call.world.store, agenda.id, item_id(call))
    answered = put_appointment(
        desk, appointment, call.body, zone=agenda.time_zone, condition=condition
    )
    flat = flat_item(answered.item, appointment, zone=agenda.time_zone)
    status = 201 if answered.created else 200
    return Answer(status=status, body=flat, headers=_tag(answered.item))


def delete_flat(call: Call) -> Answer:
    """Delete an appointment, or take one occurrence out of its series."""
    agenda = rest_agenda(call)
    appointment = find_appointment(call.world.store, agenda.id, item_id(call))
    desk = call.desk(agenda.id)
    delete_appointment(desk, appointment, condition=_if_match(call))
    return Answer(status=204)


# --- Shared --------------------------------------------------------------------------


def _shown(item: StoredItem, *, created: bool = False) -> Answer:
    return Answer(status=201 if created else 200, body=item.json, headers=_tag(item))


def _tag(item: StoredItem) -> Mapping[str, str]:
    return {"ETag": tag_of(item)}


def _if_match(call: Call) -> Condition:
    return Condition(tags=call.condition().tags)


def _listed(listed: Listed) -> dict[str, Json]:
    return {"items": list(listed.items), "next_page_token": listed.next_page}


def _stretch(call: Call, agenda: Agenda) -> Stretch | None:
    start, end = call.moment("start"), call.moment("end")
    if start is None and end is None:
        return None
    if start is None or end is None:
        name = "start" if start is None else "end"
        raise invalid(f"/{name}", "A stretch of time has a start and an end.")
    if end <= start:
        raise invalid("/end", "The end must lie after the start.")
    return Stretch(start=start, end=end, zone=agenda.time_zone)
