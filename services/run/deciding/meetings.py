"""One meeting of several owners is one event: its organizer's connection inserts it.

The others find its copy in their own calendars by the uid of the item, which our event
names to its guests. While the organizer's connection keeps them waiting they wait a
little, and then show the meeting in their own calendar alone, without any guests; that
event goes when the organizer's copy comes after all.
"""

import hashlib
from dataclasses import replace
from datetime import timedelta

from services.agendas.settings import Participants
from services.connections.connection import (
    RUNNING,
    ConnectionMissing,
    State,
    load,
    loaded,
)
from services.documents import save_over
from services.links.decided import Decided
from services.links.link import Link, Rank, link_path, links_of
from services.ports.store import Conflict, Is, Query, Where
from services.run.deciding.ranking import waiting_until
from services.run.session import Session
from services.run.staged import Staged, link_staged
from sync.google import Rows, organizer_is_self
from sync.guests import hosts, organizer_of, others
from sync.identity import event_link
from sync.plan import Act, Plan
from sync.plan_hash import plan_marks
from sync.sides import Side

WAITS = timedelta(minutes=10)
WAITED_FOR = "It waits for the organizer's own connection, which invites its guests."
HANDED_OVER = "the organizer's own invitation has come instead"
LEAVES = Plan(act=Act.DELETE, side=Side.CALENDAR)


def put_off(session: Session, link: Link) -> Link:
    """Return the link of a new item, waiting where another connection inserts it.

    Asked once its partner was looked for in vain.
    """
    content = link.item.content if link.item else None
    own = session.own_addresses
    if session.settings.participants is not Participants.GUESTS or content is None:
        return link
    if not others(content, own):
        return link
    if not organizer_of(content):
        first = _claimed(session, link, content.uid)
        return link if first else _waiting(session, link)
    waited = link.note == WAITED_FOR
    if hosts(content, own) or waited or not _connected(session, organizer_of(content)):
        return replace(link, note="") if waited else link
    return replace(_waiting(session, link), note=WAITED_FOR)


def _waiting(session: Session, link: Link) -> Link:
    return waiting_until(link, session.now() + WAITS, WAITED_FOR)


def _connected(session: Session, organizer: str) -> bool:
    """Whether the organizer's own connection is there to insert the meeting."""
    query = Query(
        collection="connections",
        where=[
            Where(member="email", compare=Is.EQUAL, value=organizer),
            Where(
                member="organization",
                compare=Is.EQUAL,
                value=session.connection.organization,
            ),
        ],
    )
    found = [loaded(document) for document in session.world.store.query(query)]
    return any(one.state is not State.DISCONNECTED for one in found)


# --- a meeting without an organizer --------------------------------------------------


def _claimed(session: Session, link: Link, uid: str) -> bool:
    """Whether this connection is the one that inserts a meeting nobody organizes.

    The first that asks; another one takes over where that one left, or lost the item.
    """
    store, connection = session.world.store, session.connection
    digest = hashlib.sha256(uid.encode()).hexdigest()[:40]
    path = f"organizations/{connection.organization}/meetings/{digest}"
    document = store.get(path)
    mine = {"connection": connection.id, "link": link.id}
    known = document.data if document else {}
    if {name: known.get(name) for name in mine} == mine:
        return True
    if document and _inserts(session, str(known["connection"]), str(known["link"])):
        return False
    try:
        store.commit([save_over(document, path, mine)])
    except Conflict:
        return False
    return True


def _inserts(session: Session, connection: str, link: str) -> bool:
    try:
        one, _ = load(session.world.store, connection)
    except ConnectionMissing:
        return False
    document = session.world.store.get(link_path(connection, link))
    if one.state not in RUNNING:
        return False
    return document is None or document.data.get("ended_at") is None


# --- handing over --------------------------------------------------------------------


def handed_over(session: Session, copy: Staged) -> list[Staged]:
    """Return the links after an organizer's copy came for an item that has an event.

    The item goes with the copy; the event that we had made for it alone is deleted.
    None where there is no such item.
    """
    known = _with_event_of_ours(session, copy.link)
    if known is None:
        return []
    link, now = known.link, session.now()
    known.link = replace(
        link,
        rows=copy.link.rows,
        event_id=copy.link.event_id,
        seen={},
        fights=(),
        generation=link.generation + 1,
        rank=Rank.EDIT,
        due_at=now,
        waiting=None,
        why="",
        note="",
    )
    copy.gone, copy.same_as = True, link.id
    return [known, _left(session, link)]


def _with_event_of_ours(session: Session, copy: Link) -> Staged | None:
    query = Query(
        collection=links_of(session.connection.id),
        where=[
            Where(member="alone", compare=Is.EQUAL, value=""),
            Where(member="ical_uid", compare=Is.EQUAL, value=copy.ical_uid),
        ],
        limit=2,
    )
    found = [link_staged(each) for each in session.world.store.query(query)]
    fitting = [each for each in found if _is_for_us_alone(session, each.link)]
    return fitting[0] if len(fitting) == 1 else None


def _is_for_us_alone(session: Session, link: Link) -> bool:
    master, item = link.rows.master, link.item
    if master is None or item is None or link.birth is not Side.AGENDA:
        return False
    alone = organizer_is_self(master) and not master.get("attendees")
    return link.has_event and alone and not hosts(item.content, session.own_addresses)


def _left(session: Session, link: Link) -> Staged:
    """Return the link of the event that is to go; nobody else ever saw it."""
    shown = session.rules.shown(link, Side.CALENDAR)
    left = Link(
        id=event_link(f"left {link.event_id}"),
        birth=Side.AGENDA,
        event_id=link.event_id,
        generation=link.generation,
        rows=Rows(master=link.rows.master, exceptions=link.rows.exceptions),
        seen=dict.fromkeys(Side, shown),
        rank=Rank.DELETE,
        due_at=session.now(),
        decided=Decided(yes=plan_marks(LEAVES)),
        note=HANDED_OVER,
    )
    return Staged(link=left)
