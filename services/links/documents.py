"""How links are kept: a document for each, and what it takes to read it again.

What people wrote is packed into one compressed blob; beside it lie only ids, hashes and
marks, by which links are found.
"""

import json
import zlib
from datetime import datetime

from connectors.base import Json
from services.links.baselines import unread_of
from services.links.decided import decided_json, decided_of
from services.links.link import (
    Fight,
    Intent,
    ItemNow,
    Link,
    Parked,
    Part,
    Rank,
    Waiting,
    link_path,
)
from services.orders.order import order_json, order_of
from services.ports.store import Create, Document, Replace, Write
from sync.content import Content
from sync.google import rows_json, rows_of
from sync.packing import (
    CODEC,
    packed,
    packed_atom,
    unpacked,
    unpacked_atom,
)
from sync.sides import Side
from sync.troubles import Cause, Reply

MAX_BLOB = 200_000


class TooLarge(Exception):
    """A link's contents do not fit into a document."""


def alias(connection_id: str, name: str, link_id: str) -> Create:
    """Return the write by which another name leads to a link."""
    return Create(path=link_path(connection_id, name), data={"same_as": link_id})


def saved(connection_id: str, link: Link, *, over: Document | None) -> Write:
    """Return the write that saves a link over the version that was read.

    Raises TooLarge.
    """
    path, data = link_path(connection_id, link.id), _data(link)
    if over is None:
        return Create(path=path, data=data)
    return Replace(path=path, data=data, version=over.version)


def bytes_of(write: Write) -> int:
    """Return about how large a link's write is."""
    return len(write.data["blob"]) if isinstance(write, Create | Replace) else 0


def check_room(link: Link) -> None:
    """See to it that a link still fits when it has both sides. Raises TooLarge.

    Then it holds four contents, so it is refused before anything is created.
    """
    size = len(zlib.compress(_blob(link), 1))
    if size * 4 > MAX_BLOB:
        message = f"It is too large to be kept on both sides: {size:,} bytes, packed."
        raise TooLarge(message)


def link_of(document: Document) -> Link:
    """Return the link that a document holds."""
    data = document.data
    inside = json.loads(zlib.decompress(data["blob"]))
    return Link(
        id=data["id"],
        birth=Side(data["birth"]),
        event_id=data.get("event_id"),
        item_id=data.get("item_id"),
        ical_uid=data.get("ical_uid", ""),
        generation=data.get("generation", 0),
        rank=Rank(data.get("rank", 0)),
        due_at=data.get("due_at"),
        waiting=Waiting(data["waiting"]) if data.get("waiting") else None,
        why=data.get("why", ""),
        tries=data.get("tries", 0),
        span=data.get("span", ""),
        marks={side: data.get(f"mark_{side}", 0) for side in Side},
        suspect=data.get("suspect", 0),
        ended_at=data.get("ended_at"),
        expires_at=data.get("expires_at"),
        part=_part_of(data.get("series", ""), inside),
        **_inside(inside),
    )


def _data(link: Link) -> dict[str, Json]:
    blob = zlib.compress(_blob(link), 1)
    if len(blob) > MAX_BLOB:
        raise TooLarge(f"It is too large to be kept: {len(blob):,} bytes, packed.")
    return {
        "id": link.id,
        "birth": str(link.birth),
        "event_id": link.event_id,
        "item_id": link.item_id,
        "ical_uid": link.ical_uid,
        "generation": link.generation,
        "alone": str(link.alone or ""),
        "span": link.span if link.alone else "",
        "rank": int(link.rank),
        "due_at": link.due_at,
        "waiting": link.waiting and str(link.waiting),
        "series": link.part.series if link.part else "",
        "why": link.why,
        "tries": link.tries,
        "mark_calendar": link.marks.get(Side.CALENDAR, 0),
        "mark_agenda": link.marks.get(Side.AGENDA, 0),
        "suspect": link.suspect,
        "ended_at": link.ended_at,
        "expires_at": link.expires_at,
        "order": link.order and link.order.id,
        "blob": blob,
    }


def _blob(link: Link) -> bytes:
    seen = {
        str(side): packed(content)
        for side, content in link.seen.items()
        if content is not None
    }
    inside = {
        "codec": CODEC,
        "rows": rows_json(link.rows),
        "item": link.item and _item_json(link.item),
        "rows_were": link.rows_were and rows_json(link.rows_were),
        "item_was": link.item_was and _item_json(link.item_was),
        "seen": seen,
        "unread": dict(link.unread),
        "intent": link.intent and intent_json(link.intent),
        "missed": link.missed and intent_json(link.missed),
        "reread": sorted(link.reread),
        "fights": [_fight_json(fight) for fight in link.fights],
        "foreign": link.foreign,
        "orphan": link.orphan,
        "decided": decided_json(link.decided),
        "order": link.order and order_json(link.order),
        "key": link.part.key if link.part else "",
        "of_item": bool(link.part and link.part.of_item),
        "follows": link.follows,
        "spread": link.spread,
        "homes": dict(link.homes),
        "unheld": link.unheld,
        "last_write": link.last_write,
        "pages": list(link.pages),
        "parked": link.parked and _parked_json(link.parked),
        "live_at": link.live_at and link.live_at.isoformat(),
        "note": link.note,
        "removed": link.removed,
    }
    return json.dumps(inside, separators=(",", ":"), ensure_ascii=False).encode()


def _inside(inside: Json) -> dict[str, Json]:
    item, was = inside["item"], inside.get("item_was")
    were, rows = inside.get("rows_were"), rows_of(inside["rows"])
    return {
        "rows": rows,
        "item": item and _item_of(item),
        "rows_were": were and rows_of(were),
        "item_was": was and _item_of(was),
        "seen": _seen_of(inside["seen"]),
        "unread": unread_of(inside, rows),
        "intent": inside["intent"] and intent_of(inside["intent"]),
        "missed": intent_of(inside["missed"]) if inside.get("missed") else None,
        "reread": frozenset(Side(side) for side in inside["reread"]),
        "fights": tuple(_fight_of(fight) for fight in inside["fights"]),
        "foreign": inside["foreign"],
        "orphan": inside["orphan"],
        "decided": decided_of(inside.get("decided")),
        "order": order_of(inside["order"]) if inside.get("order") else None,
        "follows": inside.get("follows", ""),
        "spread": inside.get("spread", False),
        "homes": inside.get("homes", {}),
        "unheld": inside.get("unheld", ""),
        "last_write": inside["last_write"],
        "pages": tuple(inside.get("pages", ())),
        "parked": _parked_of(inside.get("parked")),
        "live_at": _moment(inside.get("live_at")),
        "note": inside.get("note", ""),
        "removed": inside.get("removed", False),
    }


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _part_of(series: str, inside: Json) -> Part | None:
    if not series:
        return None
    return Part(series=series, key=inside["key"], of_item=inside["of_item"])


def _seen_of(seen: Json) -> dict[Side, Content | None]:
    return {
        side: None if seen.get(side) is None else unpacked(seen[side]) for side in Side
    }


def _item_json(item: ItemNow) -> Json:
    return {
        "id": item.id,
        "version": item.version,
        "content": packed(item.content),
        "changed_at": item.changed_at and item.changed_at.isoformat(),
        "extra": dict(item.extra),
    }


def _item_of(json: Json) -> ItemNow:
    changed_at = json["changed_at"]
    return ItemNow(
        id=json["id"],
        version=json["version"],
        content=unpacked(json["content"]),
        changed_at=changed_at and datetime.fromisoformat(changed_at),
        extra=json.get("extra", {}),
    )


def intent_json(intent: Intent) -> Json:
    """Return an intent as JSON."""
    return {
        "id": intent.id,
        "link": intent.link,
        "side": str(intent.side),
        "act": intent.act,
        "target": intent.target,
        "at": intent.at.isoformat(),
        "epoch": intent.epoch,
        "why": intent.why,
        "version": intent.version,
        "atoms": [packed_atom(atom) for atom in sorted(intent.atoms, key=str)],
        "origin": intent.origin and packed(intent.origin),
        "before": intent.before and packed(intent.before),
        "sent": intent.sent and packed(intent.sent),
        "lost": dict(intent.lost),
        "outcome": intent.outcome,
        "answer": intent.answer,
        "mails": intent.mails,
        "order": intent.order,
        "restores": intent.restores,
        "after": intent.after,
        "shown": intent.shown and packed(intent.shown),
    }


def intent_of(json: Json) -> Intent:
    """Return the intent that `intent_json` made."""
    return Intent(
        **{
            **json,
            "side": Side(json["side"]),
            "at": datetime.fromisoformat(json["at"]),
            "atoms": frozenset(unpacked_atom(atom) for atom in json["atoms"]),
            "origin": json["origin"] and unpacked(json["origin"]),
            "before": json["before"] and unpacked(json["before"]),
            "sent": json["sent"] and unpacked(json["sent"]),
            "shown": unpacked(json["shown"]) if json.get("shown") else None,
        }
    )


def _fight_json(fight: Fight) -> Json:
    return {
        "side": str(fight.side),
        "atom": packed_atom(fight.atom),
        "before": fight.before,
        "times": fight.times,
        "counted": fight.counted,
        "written_at": fight.written_at.isoformat(),
    }


def _fight_of(json: Json) -> Fight:
    return Fight(
        side=Side(json["side"]),
        atom=unpacked_atom(json["atom"]),
        before=json["before"],
        times=json["times"],
        counted=json.get("counted", False),
        written_at=datetime.fromisoformat(json["written_at"]),
    )


def _parked_json(parked: Parked) -> Json:
    reply = parked.reply
    return {
        "cause": str(parked.cause),
        "since": parked.since.isoformat(),
        "field": parked.field,
        "reply": reply and [reply.status, reply.reason, reply.message],
    }


def _parked_of(json: Json) -> Parked | None:
    if json is None:
        return None
    status, reason, message = json["reply"] or (0, "", "")
    reply = Reply(status=status, reason=reason, message=message)
    return Parked(
        cause=Cause(json["cause"]),
        since=datetime.fromisoformat(json["since"]),
        field=json["field"],
        reply=reply if json["reply"] else None,
    )
