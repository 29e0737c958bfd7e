"""What the API shows of links and of the journal: contents as JSCalendar."""

from functions.views.things import plain, time_text
from services.links.explaining import Explained
from services.links.link import Intent, Link, Waiting
from services.ports.values import Json
from sync import jscalendar
from sync.content import Content
from sync.google import Unreadable, content_of
from sync.sides import Atom, Side
from sync.troubles import NEXT_STEPS
from sync.values import slot_text


def content_view(content: Content | None) -> Json:
    """Return a content as JSCalendar, null where there is none."""
    return None if content is None else jscalendar.write(content)


def link_view(link: Link, *, zone: str) -> dict[str, Json]:
    """Return a link: both nows, both seens, and what it waits for."""
    event = _event_of(link, zone=zone)
    item = None if link.item is None else link.item.content
    seen = {str(side): content_view(link.seen.get(side)) for side in Side}
    return {
        "id": link.id,
        "born_at": str(link.birth),
        "series": link.part.series if link.part else None,
        "follows": link.follows or None,
        "event": link.event_id,
        "item": link.item_id,
        "now": {"calendar": content_view(event), "agenda": content_view(item)},
        "seen": seen,
        "dirty": link.rank.name.lower() if link.rank else None,
        "waiting": None if link.waiting is None else str(link.waiting),
        "why": link.why,
        "note": link.note,
        "parked": parked_view(link),
        "tries": link.tries,
        "ended_at": time_text(link.ended_at),
        "intent": None if link.intent is None else intent_view(link.intent),
    }


def explained_view(explained: Explained) -> dict[str, Json]:
    """Return a link in words: how it stands, what differs, what was decided."""
    return {
        "story": list(explained.sentences),
        "differs": {
            "calendar": _fields(explained.news.get(Side.CALENDAR, frozenset())),
            "agenda": _fields(explained.news.get(Side.AGENDA, frozenset())),
            "between": _fields(explained.apart),
        },
        "decisions": [intent_view(intent) for intent in explained.writes],
    }


def _fields(atoms: frozenset[Atom]) -> list[str]:
    return sorted(field_name(atom) for atom in atoms)


def _event_of(link: Link, *, zone: str) -> Content | None:
    """Return what the event shows, None also where that cannot be read."""
    try:
        return content_of(link.rows, zone=zone) if link.has_event else None
    except Unreadable:
        return None


def parked_view(link: Link) -> dict[str, Json] | None:
    """Return why a link is set aside, what its side said, and what a person can do."""
    note = link.parked
    if link.waiting is not Waiting.PARKED or note is None:
        return None
    reply = note.reply
    answer = reply and {
        "status": reply.status or None,
        "reason": reply.reason,
        "message": reply.message,
    }
    return {
        "cause": str(note.cause),
        "field": note.field or None,
        "answer": answer,
        "next_step": NEXT_STEPS[note.cause],
        "since": time_text(note.since),
    }


def intent_view(intent: Intent) -> dict[str, Json]:
    """Return a write: what was found before, what was sent, what came of it."""
    return {
        "id": intent.id,
        "link": intent.link,
        "side": str(intent.side),
        "act": intent.act,
        "target": intent.target,
        "at": time_text(intent.at),
        "why": intent.why,
        "fields": sorted(field_name(atom) for atom in intent.atoms),
        "before": content_view(intent.before),
        "sent": content_view(intent.sent),
        "lost": plain(intent.lost),
        "outcome": intent.outcome,
    }


def field_name(atom: Atom) -> str:
    """Return an atom as people read it: its field, and the slot it belongs to."""
    place = "" if atom.slot is None else f"{slot_text(atom.slot)}/"
    return place + atom.name
