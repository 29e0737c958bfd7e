"""Telling others of a change in an agenda: Google's side, and the agenda's webhook."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from services.agendas.agenda_hooks import queue_agenda_hint
from services.agendas.webhooks import queue_hook
from services.items.records import ENGINE, Saved
from services.ports.queue import QueueError
from services.ports.values import Json
from services.world import World

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Announcement:
    """Something changed in an agenda; `number` is the first of its changes."""

    agenda: str
    number: int
    author: str
    webhook: Mapping[str, Json] | None


Announce = Callable[[Announcement], None]


def announcement_of(saved: Saved, *, author: str) -> Announcement | None:
    """Return what is to be told, None where nobody can see a difference."""
    if not saved.changed:
        return None
    return Announcement(
        agenda=saved.agenda.id,
        number=min(item.number for item in saved.items),
        author=author,
        webhook=saved.agenda.data.get("webhook"),
    )


def announce(world: World, told: Announcement, *, now: datetime) -> None:
    """Queue what follows from a change: a run for each connection, and the webhook.

    What the engine wrote came from Google, so no run follows from that. The change is
    kept already: a queue that is down must not make its sender think otherwise, and the
    sweep finds what was not hinted.
    """
    world.memory.ring(told.agenda)
    try:
        queue_hook(world.queue, told, now=now)
        if told.author != ENGINE:
            queue_agenda_hint(world, told.agenda, now)
    except QueueError:
        fields = {"event": "hint-lost", "agenda_id": told.agenda}
        logger.warning("change not announced", extra=fields)
