"""Names under which links are found whose event or item got an id of another kind."""

from collections.abc import Sequence

from connectors.base import Creates
from services.links.link import link_path
from services.ports.store import Replace, Write
from services.run.session import Session
from services.run.staged import Staged
from services.run.writing.steps import Step
from sync.identity import event_link, item_link
from sync.plan import Act
from sync.sides import Side


def names_of(session: Session, steps: Sequence[Step]) -> list[Write]:
    """Return what makes the ids of events that are to be created lead to their links.

    An instance carries no marker when it is cancelled, only the id of its series; and
    an id of ours names another link than one that was born at Google.
    """
    names = {
        event_link(step.intent.target): step.link.id
        for step in steps
        if step.intent.act == Act.CREATE and step.intent.side is Side.CALENDAR
    }
    return [
        Replace(path=link_path(session.connection.id, name), data={"same_as": link})
        for name, link in names.items()
        if name != link
    ]


def names_of_items(session: Session, links: Sequence[Staged]) -> list[Write]:
    """Return what makes the ids of items that were just created lead to their links.

    Where an application keeps no key of ours, nothing on the item tells whose it is.
    """
    if session.connector.capabilities.creates is not Creates.BLIND:
        return []
    names = {
        item_link(session.identity, each.link.item_id): each.link.id
        for each in links
        if each.link.item_id and each.link.item_id != _known_item(each)
    }
    return [
        Replace(path=link_path(session.connection.id, name), data={"same_as": link})
        for name, link in names.items()
        if name != link
    ]


def _known_item(each: Staged) -> str | None:
    return each.stored.item_id if each.stored else None
