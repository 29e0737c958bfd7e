"""One change at a time, for clients that can only fill in a template.

Each key has a position of its own, and for each item what it was told. A step is given
again until it is acknowledged.
"""

from collections.abc import Callable, Mapping

from services.documents import data_of, record_of, save_over
from services.items.change_steps import (
    NOTHING,
    Reader,
    Told,
    after,
    next_step,
    passed,
    shown,
    step_of,
)
from services.items.changes import read_changes
from services.items.records import StoredItem, find_items
from services.ports.store import Conflict, Document, Is, Query, Store, Where
from services.ports.values import Json
from services.refusals import Unavailable

__all__ = ["Reader", "acknowledge", "next_change"]

PAGE = 50
LOOKED_AT = 10
_TRIES = 20


def next_change(store: Store, reader: Reader) -> Mapping[str, Json]:
    """Return the next change that this key has not acknowledged, flat, or NOTHING.

    When there is none, occurrences of series that have come inside the horizon are.
    """
    position = store.get(_position_path(reader))
    number = int(position.data["number"]) if position else 0
    more = True
    while more:
        changes = read_changes(
            store, reader.agenda, after=number, reader=reader.key, limit=PAGE
        )
        for item in changes.items:
            answer = _answer_about(store, reader, item)
            if answer is not None:
                _save_position(store, reader, position, number)
                return answer
            number = item.number
        number, more = changes.number, changes.more
    _save_position(store, reader, position, number)
    return _come_inside(store, reader) or NOTHING


def acknowledge(store: Store, reader: Reader, ack: str) -> None:
    """Take it that the key has understood a change; twice is fine. Raises Invalid."""
    step = step_of(ack)
    _change_told(store, reader, step.item, lambda told: after(told, step))


def _answer_about(
    store: Store, reader: Reader, item: StoredItem
) -> Mapping[str, Json] | None:
    """Return what is to be told of an item; None, and that noted, when it is known."""
    document = store.get(_told_path(reader, item.id))
    told = _told_of(document, item.id)
    step = next_step(item, told, reader)
    if step is not None:
        return shown(item, step, reader)
    if passed(item, told, reader).look_at != told.look_at:
        _change_told(store, reader, item.id, lambda one: passed(item, one, reader))
    return None


def _come_inside(store: Store, reader: Reader) -> Mapping[str, Json] | None:
    """Return the first occurrence that came inside the horizon since the last look."""
    query = Query(
        collection=f"{_position_path(reader)}/told",
        where=[Where(member="look_at", compare=Is.AT_MOST, value=reader.now)],
        order_by="look_at",
        limit=LOOKED_AT,
    )
    while due := [record_of(found, Told).item for found in store.query(query)]:
        items = find_items(store, reader.agenda, due)
        for item_id in due:
            if item_id not in items:
                store.delete_under(_told_path(reader, item_id))
                continue
            answer = _answer_about(store, reader, items[item_id])
            if answer is not None:
                return answer
    return None


def _change_told(
    store: Store, reader: Reader, item: str, how: Callable[[Told], Told]
) -> None:
    """Save what is made of what a key knows of an item, however many do so at once."""
    path = _told_path(reader, item)
    for _ in range(_TRIES):
        document = store.get(path)
        told = _told_of(document, item)
        changed = how(told)
        if changed == told:
            return
        try:
            store.commit([save_over(document, path, data_of(changed))])
        except Conflict:
            continue
        return
    raise Unavailable("Too many acknowledgements at once; please try again.")


def _save_position(
    store: Store, reader: Reader, position: Document | None, number: int
) -> None:
    """Remember how far everything is understood; somebody else may have done so."""
    if number == (int(position.data["number"]) if position else 0):
        return
    try:
        store.commit([save_over(position, _position_path(reader), {"number": number})])
    except Conflict:
        return


def _told_of(document: Document | None, item: str) -> Told:
    return Told(item=item) if document is None else record_of(document, Told)


def _position_path(reader: Reader) -> str:
    return f"agendas/{reader.agenda}/positions/{reader.key}"


def _told_path(reader: Reader, item: str) -> str:
    return f"{_position_path(reader)}/told/i.{item}"
