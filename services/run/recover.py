"""Look before trying again: did a write whose answer we never saw land?"""

from collections.abc import Iterable
from dataclasses import replace

from connectors.base import Written
from services.journal import load
from services.links import Intent, Link
from services.run.arrivals import Staged, fetched, item_now, pair_of, with_zone
from services.run.session import Session
from services.run.steps import ended, inserted, item_created, read_rows
from sync.content import Content
from sync.errors import Missing
from sync.facets import facets_on, value_of
from sync.google import content_of, etag_of, is_deleted
from sync.merge import Policy
from sync.plan import Act
from sync.seen import after_write
from sync.sides import THERE, Atom, Pair, Side


def with_open_intents(session: Session) -> list[Staged]:
    """Return the links whose last run ended between its intents and its answers.

    Each has its intent back, so that planning starts with looking.
    """
    page_id = session.connection.work
    page = page_id and load(session.world.store, session.connection.id, page_id)
    if not page:
        return []
    links = fetched(session, [entry.link for entry in page.entries])
    found = []
    for entry in page.entries:
        known = links.get(entry.link) or _unborn(session, entry)
        if known.link.last_write != entry.id:
            known.link = replace(known.link, intent=entry, due_at=session.now())
            found.append(known)
    return found


def _unborn(session: Session, entry: Intent) -> Staged:
    """Return a link that was never stored, as far as its intent tells of it."""
    birth = entry.side.other
    return Staged(link=Link(id=entry.link, birth=birth, due_at=session.now()))


def resolved(session: Session, policy: Policy, link: Link) -> Link:
    """Return the link after finding out what came of its open intent."""
    intent = link.intent
    if intent is None:
        return link
    free = replace(link, intent=None)
    if intent.side is Side.CALENDAR:
        return _resolved_event(session, policy, free, intent)
    return _resolved_item(session, policy, free, intent)


# --- at Google -----------------------------------------------------------------------


def _resolved_event(
    session: Session, policy: Policy, link: Link, intent: Intent
) -> Link:
    zone = session.connection.zone
    try:
        row = session.calendar.get(intent.target)
    except Missing:
        return link if intent.act != Act.DELETE else ended(link, now=session.now())
    if intent.act == Act.DELETE:
        return ended(link, now=session.now()) if is_deleted(row) else link
    rows = read_rows(session, with_zone(row, zone))
    if intent.act == Act.CREATE:
        if is_deleted(row) or intent.sent is None:
            return link
        held = policy.project[Side.CALENDAR](intent.sent)
        pair = _with_origin(pair_of(link, zone=zone), intent)
        return inserted(link, intent, pair, rows, zone=zone, trusted=held)
    answer = content_of(rows, zone=zone)
    fresh = replace(link, rows=rows)
    if answer is None:
        return fresh
    stands = etag_of(row) == intent.version
    return _after(session, policy, fresh, intent, answer, stands=stands)


def _with_origin(pair: Pair, intent: Intent) -> Pair:
    """Return the pair, its origin as it was when the copy was made if it is unknown."""
    source = intent.side.other
    if pair.now[source] is not None:
        return pair
    return replace(pair, now={**pair.now, source: intent.sent})


# --- in the application --------------------------------------------------------------


def _resolved_item(
    session: Session, policy: Policy, link: Link, intent: Intent
) -> Link:
    if intent.act == Act.CREATE:
        return _resolved_creation(session, policy, link, intent)
    item = session.connector.get([intent.target]).get(intent.target)
    content = item.content if item else None
    if intent.act == Act.DELETE:
        return link if content else ended(link, now=session.now())
    if item is None or content is None:
        return replace(link, item=None)
    fresh = replace(link, item=item_now(item, content))
    stands = bool(intent.version) and item.version == intent.version
    return _after(session, policy, fresh, intent, content, stands=stands)


def _resolved_creation(
    session: Session, policy: Policy, link: Link, intent: Intent
) -> Link:
    item = session.connector.find(intent.target)
    if item is None or item.content is None or intent.sent is None:
        return link
    held = policy.project[Side.AGENDA](intent.sent)
    pair = _with_origin(pair_of(link, zone=session.connection.zone), intent)
    answer = Written(item=item, sure=False)
    return item_created(link, intent, pair, answer, held=held)


# --- was it written? -----------------------------------------------------------------


def _after(
    session: Session,
    policy: Policy,
    link: Link,
    intent: Intent,
    answer: Content,
    *,
    stands: bool,
) -> Link:
    """Return the link after a change whose answer was lost.

    As found before: it did not land. As sent: it landed. Anything else: it landed, and
    somebody edited since; what differs from what was sent is that side's own change.
    """
    sent, before, side = intent.sent, intent.before, intent.side
    if stands or sent is None or before is None:
        return link
    held = policy.project[side](sent)
    if _shows(answer, before, intent.atoms) and not _shows(answer, held, intent.atoms):
        return link
    pair = pair_of(link, zone=session.connection.zone)
    if pair.now[side.other] is None or not pair.linked:
        return link
    landed = _landed_atoms(side, intent.atoms, answer, before, held)
    after = after_write(pair, side, atoms=landed, answer=answer, trusted=held)
    return replace(link, seen=after.seen, last_write=intent.id)


def _landed_atoms(
    side: Side,
    atoms: frozenset[Atom],
    answer: Content,
    before: Content,
    held: Content,
) -> frozenset[Atom]:
    """Return what of the intent was written: at Google a series goes row by row."""
    if side is Side.AGENDA:
        return atoms
    rows = {atom.slot for atom in atoms}
    return frozenset(
        atom
        for slot in rows
        for atom in _of_row(atoms, slot)
        if not _shows(answer, before, _of_row(atoms, slot))
        or _shows(answer, held, _of_row(atoms, slot))
    )


def _of_row(atoms: frozenset[Atom], slot: object) -> frozenset[Atom]:
    return frozenset(atom for atom in atoms if atom.slot == slot)


def _shows(answer: Content, content: Content, atoms: Iterable[Atom]) -> bool:
    """Return whether two contents show these atoms alike."""
    asked = list(atoms)
    slots = [atom.slot for atom in asked if atom.slot is not None]
    ours = facets_on(answer, answer, slots)
    theirs = facets_on(content, answer, slots)
    return all(
        (ours.get(atom.slot) is None) == (theirs.get(atom.slot) is None)
        if atom.name == THERE
        else value_of(ours, atom) == value_of(theirs, atom)
        for atom in asked
    )
