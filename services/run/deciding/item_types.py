"""Which type an item is given that was made from an event of Google's."""

from collections.abc import Mapping

from connectors.base import Json
from services.agendas.settings_reading import AgendaSettings
from services.links.link import Link
from sync.content import Content, Privacy
from sync.sides import Side

TYPE = "type"
"""The application's own field that says what kind of appointment an item is."""


def type_fields(
    settings: AgendaSettings, link: Link, wanted: Content
) -> Mapping[str, Json]:
    """Return the type to be set in an item, when Google bore it and it needs another.

    A type that is no longer the one we gave is the application's own affair. An item
    that is made again gets back all own fields that it had.
    """
    if link.item is None and link.item_was is not None:
        return link.item_was.extra
    if link.birth is Side.AGENDA:
        return {}
    given = _type_of(settings, wanted.details.privacy)
    if link.item is None:
        return {TYPE: given} if given else {}
    known = _type_of(settings, link.item.content.details.privacy)
    still_ours = (link.item.extra.get(TYPE) or "") == known
    return {TYPE: given or None} if still_ours and given != known else {}


def _type_of(settings: AgendaSettings, privacy: Privacy) -> str:
    public = privacy is Privacy.PUBLIC
    return settings.types.default if public else settings.types.private
