"""Reading what applications send as an item, and what of it is not JSCalendar's."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from services.items.records import MAX_ITEM_BYTES, StoredItem
from services.ports.values import Json
from services.refusals import Invalid, Problem, TooLarge, invalid
from sync import jscalendar
from sync.content import Content
from sync.recurrence import ends
from sync.slots import last_slot
from sync.times import shifted
from sync.values import naive

LISTED = ("id", "etag")
"""The members of a list's entry that are not the item's own."""

FOREVER = datetime(9998, 12, 31, tzinfo=UTC)
_MARGIN = timedelta(days=2)
_ENTITY_TAG = re.compile(r'(W/)?"[\x21\x23-\x7e]*"')


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadItem:
    """An item as an application sent it (`said`), as it is kept, and what it means.

    `ends_at` lies at or after the end of its last occurrence.
    """

    said: Mapping[str, Json]
    json: Mapping[str, Json]
    content: Content
    ends_at: datetime


def read_item(body: Json, item_id: str) -> ReadItem:
    """Return a JSCalendar Event, checked: the item's id is its uid where it has none.

    Raises Invalid, with the JSON pointer of each bad member, and TooLarge.
    """
    if not isinstance(body, Mapping):
        raise invalid("", "An item is an object.")
    size = len(json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode())
    if size > MAX_ITEM_BYTES:
        raise TooLarge(f"An item may have {MAX_ITEM_BYTES} bytes; this one has {size}.")
    value = body if "uid" in body else {"uid": item_id, **body}
    try:
        content = jscalendar.read(value, default_uid=item_id)
    except jscalendar.ContentInvalid as error:
        message = "This is not a JSCalendar Event that can be kept."
        raise Invalid(message, problems=error.problems) from error
    return ReadItem(said=body, json=value, content=content, ends_at=end_of(content))


def without_listed(body: Json, item_id: str) -> Json:
    """Return a body without what lists add to an item, should it come from one.

    Raises Invalid where `id` or `etag` are not what a list would have shown.
    """
    if not isinstance(body, Mapping):
        return body
    problems = []
    if "id" in body and body["id"] != item_id:
        message = f'"id" may be left out, or be "{item_id}" as in the address.'
        problems.append(Problem(pointer="/id", message=message))
    if "etag" in body and not _is_tag(body["etag"]):
        message = '"etag" may be left out, or be what a list of items showed.'
        problems.append(Problem(pointer="/etag", message=message))
    if problems:
        raise Invalid("This is not an item as lists show it.", problems=problems)
    return {name: body[name] for name in body if name not in LISTED}


def _is_tag(value: Json) -> bool:
    return isinstance(value, str) and _ENTITY_TAG.fullmatch(value) is not None


def content_of(item: StoredItem) -> Content:
    """Return what a stored item means."""
    return jscalendar.read(item.json, default_uid=item.id)


def end_of(content: Content) -> datetime:
    """Return a moment at or after the end of the last occurrence."""
    details = content.details
    last = [ends(details, zone="UTC")]
    last += [
        ends(override, zone="UTC")
        for override in content.overrides.values()
        if override is not None
    ]
    start = naive(details.when.start)
    for rule in content.rules:
        slot = last_slot(rule, start)
        if slot is None:
            return FOREVER
        last.append(last[0] + (slot - start))
    return min(shifted(max(last), _MARGIN), FOREVER)
