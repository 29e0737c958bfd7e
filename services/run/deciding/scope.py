"""What crosses at all: the reasons why a link is not to be synced.

Only the side on which a link was born decides. Leaving scope takes our copy on the
other side away and nothing else; returning makes it anew.
"""

from services.agendas.settings import Cancelled, Declined, GoogleEvents
from services.agendas.settings_reading import AgendaSettings
from services.links.link import Link
from services.ports.values import Json
from sync.content import Answer, Content, Privacy, Status
from sync.google import event_type, is_deleted, my_answer
from sync.identity import event_link
from sync.sides import Side

TYPE = "type"
"""The application's own field that names an item's type."""

_SAYS_NO = frozenset({"", "false", "0", "no"})


def copy_of(link: Link) -> Side | None:
    """Return the side on which we made what stands there, or would make it.

    None for an event and an item that were two before they were paired.
    """
    if link.birth is Side.CALENDAR:
        return Side.AGENDA
    made = link.event_id is None or event_link(link.event_id) == link.id
    return Side.CALENDAR if made else None


def type_of(settings: AgendaSettings, link: Link, shown: Content | None) -> str:
    """Return the type that rules go by: the item's own, or what the event becomes."""
    if link.birth is Side.AGENDA:
        return _text(link.item.extra.get(TYPE)) if link.item else ""
    private = shown is not None and shown.details.privacy is not Privacy.PUBLIC
    return settings.types.private if private else settings.types.default


def out_of_scope(settings: AgendaSettings, link: Link, shown: Content | None) -> str:
    """Return why a link is not to be synced, a sentence; empty when it is.

    `shown` is what the side on which it was born shows, None when that is gone.
    """
    if shown is None:
        return ""
    if link.birth is Side.AGENDA:
        reason = _item_outside(settings, link, shown)
    else:
        reason = _event_outside(settings, link)
    return reason or _type_outside(settings, link, shown)


def _item_outside(settings: AgendaSettings, link: Link, shown: Content) -> str:
    extra = link.item.extra if link.item else {}
    if settings.hold_until and not is_set(extra.get(settings.hold_until)):
        return f'It is held until its field "{settings.hold_until}" is set.'
    gone = shown.details.status is Status.CANCELLED
    if gone and settings.cancelled is Cancelled.OUT:
        return "It is cancelled, and what is cancelled is not shown in the calendar."
    return ""


def _event_outside(settings: AgendaSettings, link: Link) -> str:
    if settings.google_events is GoogleEvents.NONE:
        return "Events that were made at Google are not shown in the agenda."
    master = link.rows.master
    if master is None or is_deleted(master):
        return ""
    if settings.declined is Declined.OUT and my_answer(master) is Answer.DECLINED:
        return "The owner declined it, and what is declined is not in the agenda."
    kind = event_type(master)
    if kind not in settings.event_types:
        return f'Events of the kind "{kind}" are not synced.'
    return ""


def _type_outside(settings: AgendaSettings, link: Link, shown: Content) -> str:
    types = settings.types
    if not types.include and not types.exclude:
        return ""
    name = type_of(settings, link, shown)
    if name in types.exclude:
        return f'Items of the type "{name}" are not synced.'
    if types.include and name not in types.include:
        said = f'the type "{name}"' if name else "no type"
        return f"Items of {said} are not among those that are synced."
    return ""


def is_set(value: Json) -> bool:
    """Return whether a field says yes: not missing, null, false, 0 or empty.

    Who fills in templates can say false only as a text.
    """
    if isinstance(value, str):
        return value.strip().lower() not in _SAYS_NO
    return bool(value)


def _text(value: Json) -> str:
    return value.strip() if isinstance(value, str) else ""
