"""Names that can be worked out again after everything of ours was lost.

The stem of an item is an HMAC of the application's identity and the item's own id. It
names the link, and with a generation it names the event that we create at Google. The
link of an event that Google bore is named for that event.
"""

import base64
import hashlib
import hmac
import re

from sync.sides import Side

_STEM = 26
_OURS = re.compile(rf"tdm([0-9a-v]{{{_STEM}}})g([0-9a-v]+)")
_SPLIT = re.compile(r"(.+)_R\d{8}(?:T\d{6}Z?)?")
_HEX = frozenset("0123456789abcdef")
_FOREIGN = "e"
_ITEM = "t"


def _hash32(key: str, text: str) -> str:
    digest = hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()
    return base64.b32hexencode(digest).decode().lower()[:_STEM]


def split_from(event: str) -> str | None:
    """Return the id of the series that this one goes on from, if its id tells.

    "This and following" ends a series and begins another, whose id is the old one's
    with the moment of the cut.
    """
    found = _SPLIT.fullmatch(event)
    return found[1] if found else None


def item_link(identity: str, item_id: str) -> str:
    """Return the id of the link of an item that the application bore."""
    return _ITEM + _hash32(identity, item_id)


def event_link(event_id: str) -> str:
    """Return the id of the link of an event: ours by its stem, others by their id."""
    ours = _OURS.fullmatch(event_id)
    if ours:
        return _ITEM + ours.group(1)
    return _FOREIGN + _hash32("event", event_id)


def birth_of(link_id: str) -> Side:
    """Return the side that bore what a link is about."""
    return Side.AGENDA if link_id.startswith(_ITEM) else Side.CALENDAR


def event_id(link_id: str, generation: int) -> str:
    """Return the id under which an item's event is created (base32hex, as Google asks).

    Each generation is a new id: Google never lets a deleted one be inserted again.
    """
    stem = link_id[1:] if link_id.startswith(_ITEM) else _hash32("link", link_id)
    return f"tdm{stem}g{generation:x}"


def is_ours(event: str) -> bool:
    """Return whether an event id has the form of those that we create."""
    return _OURS.fullmatch(event) is not None


def generation_of(event: str) -> int:
    """Return which of a link's events this is; -1 for one not of our form."""
    ours = _OURS.fullmatch(event)
    if ours is None or not set(ours.group(2)) <= _HEX:
        return -1
    return int(ours.group(2), 16)


def comes_from_us(event: str, ical_uid: str) -> bool:
    """Return whether an event is one that we made, or somebody's copy of one.

    That is also what was split off one: Google puts the time of the cut behind its id.
    """
    names = (event, ical_uid.removesuffix("@google.com"))
    return any(is_ours(name.partition("_")[0]) for name in names)


def marker(event: str, link_id: str) -> str:
    """Return what marks an event of ours, good for this very id only."""
    return f"{link_id}.{_hash32(event, link_id)}"


def marked_link(event: str, mark: str | None) -> str | None:
    """Return the link that a marker names, if the marker belongs to this very event.

    A copy that a person made of our event carries the marker with it, and must not
    count as ours.
    """
    link_id, _, _ = (mark or "").partition(".")
    return (
        link_id if mark and hmac.compare_digest(mark, marker(event, link_id)) else None
    )


def item_key(agenda: str, link_id: str, generation: int) -> str:
    """Return the idempotency key with which an event's item is created."""
    return f"{agenda}:{link_id}:{generation:x}"


def keyed_link(agenda: str, key: str | None) -> str | None:
    """Return the link that an item's key names, if it is a key of this agenda."""
    whose, _, rest = (key or "").partition(":")
    return rest.partition(":")[0] if rest and whose == agenda else None
