"""Names under which links are found whose event or item got an id of another kind."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from connectors.base import Creates
from services.documents import save_over
from services.links.link import link_path
from services.ports.store import Replace, Write
from services.run.session import Session
from services.run.staged import Staged, link_staged
from services.run.writing.steps import Step
from sync.identity import event_link, item_link
from sync.plan import Act
from sync.sides import Side


@dataclass(frozen=True, kw_only=True, slots=True)
class Naming:
    """What makes names lead to links, and the links that had these names before."""

    writes: Sequence[Write] = ()
    displaced: Sequence[Staged] = ()


def naming_of(session: Session, steps: Sequence[Step]) -> Naming:
    """Return what makes the ids of events that are to be created lead to their links.

    An instance carries no marker when it is cancelled, only the id of its series; and
    an id of ours names another link than one that was born at Google. Where a name was
    lost with the store, such an instance may have got a link of its own by it.
    """
    connection = session.connection.id
    names = {
        link_path(connection, event_link(step.intent.target)): step.link.id
        for step in steps
        if step.intent.act == Act.CREATE and step.intent.side is Side.CALENDAR
    }
    names = {
        path: link
        for path, link in names.items()
        if path != link_path(connection, link)
    }
    if not names:
        return Naming()
    known = session.world.store.get_many(list(names))
    return Naming(
        writes=[
            save_over(known.get(path), path, {"same_as": link})
            for path, link in names.items()
        ],
        displaced=[
            replace(link_staged(document), gone=True)
            for document in known.values()
            if "same_as" not in document.data
        ],
    )


def names_of_items(session: Session, links: Sequence[Staged]) -> list[Write]:
    """Return what makes the ids of items that were just created lead to their links.

    Where an application keeps no key of ours, nothing on the item tells whose it is;
    where it keeps it on the item, nothing does any more once that is gone.
    """
    capable = session.connector.capabilities
    if capable.keeps_keys and capable.creates is not Creates.BLIND:
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
