"""The API's routes for changes: a page at a time, or one."""

from datetime import timedelta

from functions.routes.call import Call
from functions.routes.scope import rest_agenda
from services.agendas.settings_reading import read_settings
from services.items import cursors
from services.items.changes import wait_for_changes
from services.items.items import tag_of
from services.items.next_change import Reader, acknowledge, next_change
from services.items.records import StoredItem
from services.organizations.idempotency import Answer
from services.ports.values import Json


def list_changes(call: Call) -> Answer:
    """List what others than this key's application did since a cursor."""
    agenda = rest_agenda(call)
    text = call.query.get("cursor", "")
    after = cursors.cursor_of(text, now=call.now).number if text else 0
    seconds = call.number("wait", default=0, least=0, most=25)
    changes = wait_for_changes(
        call.world,
        agenda.id,
        after=after,
        reader=None if call.flag("all") else call.key.id,
        limit=call.limit(),
        wait=timedelta(seconds=seconds),
    )
    body = {
        "changes": [_change(item) for item in changes.items],
        "cursor": cursors.text_of(changes.number, now=call.world.clock.now()),
        "more": changes.more,
    }
    return Answer(status=200, body=body)


def get_next(call: Call) -> Answer:
    """Show the next change that this key has not acknowledged, flat."""
    return Answer(status=200, body=dict(next_change(call.world.store, _reader(call))))


def post_ack(call: Call) -> Answer:
    """Take it that the change was understood; twice is fine."""
    acknowledge(call.world.store, _reader(call), call.path["ack"])
    return Answer(status=200, body={"acknowledged": True})


def _change(item: StoredItem) -> dict[str, Json]:
    if item.deleted:
        return {"item": item.id, "deleted": True}
    return {
        "item": item.id,
        "deleted": False,
        "etag": tag_of(item),
        "value": item.json,
    }


def _reader(call: Call) -> Reader:
    agenda = rest_agenda(call)
    return Reader(
        agenda=agenda.id,
        key=call.key.id,
        settings=read_settings(agenda.settings),
        now=call.now,
    )
