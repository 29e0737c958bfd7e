"""An item that stands for a link: a whole one, or one occurrence of a series.

Where Google cannot hold a series, each of its occurrences is a link of its own; writing
to it writes an exception into the item's series.
"""

from collections.abc import Mapping
from dataclasses import replace

from connectors.base import NO_FIELDS, Item, Json, Written
from services.links.link import Link
from services.run.session import Session
from sync.content import Content, Slot
from sync.errors import Missing, StaleWrite
from sync.singles import single, slot_of_key, with_single


def found_item(session: Session, link: Link, item_id: str) -> Item | None:
    """Return the item, or the occurrence of it that the link is about."""
    found = session.connector.get([item_id]).get(item_id)
    slot = slot_of(link)
    return found if found is None or slot is None else _occurrence(found, slot)


def write_item(
    session: Session,
    link: Link,
    item_id: str,
    content: Content,
    *,
    before: Content,
    version: str,
    fields: Mapping[str, Json] = NO_FIELDS,
) -> Written:
    """Bring the item, or its occurrence, from `before` to `content`.

    `fields` are set among the application's own, in a whole item alone. Raises
    StaleWrite where it no longer shows `before`.
    """
    slot = slot_of(link)
    if slot is None:
        return session.connector.write(
            item_id, content, before=before, version=version, fields=fields
        )
    return _with_occurrence(session, item_id, slot, before=before, wanted=content)


def delete_item(session: Session, link: Link, item_id: str, *, version: str) -> None:
    """Delete the item, or take the occurrence out of its series."""
    slot = slot_of(link)
    if slot is None:
        session.connector.delete(item_id, version=version or None)
        return
    before = link.item.content if link.item else None
    try:
        _with_occurrence(session, item_id, slot, before=before, wanted=None)
    except Missing:
        return


def slot_of(link: Link) -> Slot | None:
    """Return the slot of an item's series that the link is about, if it is one."""
    part = link.part
    return slot_of_key(part.key) if part and part.of_item else None


def _occurrence(item: Item, slot: Slot) -> Item:
    content = item.content and single(item.content, slot)
    return replace(item, content=content)


def _with_occurrence(
    session: Session,
    item_id: str,
    slot: Slot,
    *,
    before: Content | None,
    wanted: Content | None,
) -> Written:
    fresh = session.connector.get([item_id]).get(item_id)
    if fresh is None or fresh.content is None:
        raise Missing("The application no longer has this series.")
    if single(fresh.content, slot) != before:
        raise StaleWrite("The occurrence was changed meanwhile.")
    answer = session.connector.write(
        item_id,
        with_single(fresh.content, slot, wanted),
        before=fresh.content,
        version=fresh.version,
    )
    return replace(answer, item=_occurrence(answer.item, slot))
