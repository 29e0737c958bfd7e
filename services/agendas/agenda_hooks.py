"""The address at which a business application says that its agenda changed."""

from datetime import datetime

from services.connections.connection import RUNNING, of_agenda
from services.google.push import queue_hint
from services.world import World

HOOK_PATH = "/push/agenda"

_PURPOSE = "agenda-hook"


def hook_url(world: World, agenda_id: str) -> str:
    """Return the address that an application calls; whoever knows it may call it."""
    mac = world.signer.sign(_PURPOSE, [agenda_id])
    return world.addresses.at("agenda_webhook", f"{HOOK_PATH}/{agenda_id}/{mac}")


def is_genuine(world: World, agenda_id: str, mac: str) -> bool:
    """Return whether the address is one that we gave out; nothing is read for that."""
    return world.signer.verify(_PURPOSE, [agenda_id], mac)


def queue_agenda_hint(world: World, agenda_id: str, now: datetime) -> None:
    """Ask for a run of each connection of an agenda that changed. Raises QueueError."""
    for connection in of_agenda(world.store, agenda_id):
        if connection.state in RUNNING:
            queue_hint(world, connection.id, now)
