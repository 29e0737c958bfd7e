"""Webhooks out: an agenda's application is told that something changed.

After Standard Webhooks (https://www.standardwebhooks.com): one message id for all tries
of a message, the time of the try, and an HMAC over id, time and body.
"""

import base64
import hashlib
import hmac
import json
import logging
import math
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Protocol

from services.agendas.agenda import Webhook, get_agenda, set_webhook
from services.ids import Kind, new_id
from services.items import cursors
from services.ports.outgoing import AddressRefused, NotDelivered
from services.ports.queue import Queue, Task
from services.ports.values import Json
from services.ports.vault import SecretMissing
from services.refusals import Unknown, invalid
from services.world import World

logger = logging.getLogger(__name__)

DELIVER_PATH = "/tasks/deliver-hook"
BUCKET = timedelta(seconds=1)
SETTLE = timedelta(milliseconds=200)
"""Clocks of several machines differ a little; all of a second's changes go in one."""

RETRIES = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 30, 120, 600, 1800, 3600, 7200, 14400, 28800, 28800)
)
"""A day, give or take: what was not heard by then was found by the cursor instead."""

SECRET_PREFIX = "whsec_"  # noqa: S105  because it is the standard's mark of a secret
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def set_hook(world: World, agenda: str, url: str) -> str:
    """Tell this address of changes from now on; return the secret, shown this once.

    Raises Invalid where we would not send anything.
    """
    get_agenda(world.store, agenda)
    if world.outgoing is not None:
        try:
            world.outgoing.check(url)
        except AddressRefused as error:
            raise invalid("/url", str(error)) from None
    name = f"hook-{agenda}"
    secret = SECRET_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()
    world.vault.write(name, secret.encode())
    set_webhook(world.store, agenda, Webhook(url=url, secret_name=name))
    return secret


def remove_hook(world: World, agenda: str) -> None:
    """Tell nobody any more; nobody to tell is fine."""
    known = get_agenda(world.store, agenda).webhook
    set_webhook(world.store, agenda, None)
    if known is not None:
        world.vault.delete(known.secret_name)


class Told(Protocol):
    """What a message is about: an agenda, its first change, and where to tell of it."""

    @property
    def agenda(self) -> str: ...

    @property
    def number(self) -> int: ...

    @property
    def webhook(self) -> Mapping[str, Json] | None: ...


def queue_hook(queue: Queue, told: Told, *, now: datetime) -> None:
    """Queue a message about a change, one for all changes of the same second.

    Its cursor lies before the first of them. Raises QueueError.
    """
    if not told.webhook:
        return
    bucket = (now - _EPOCH) // BUCKET
    body = {
        "agenda": told.agenda,
        "cursor": cursors.text_of(told.number - 1, now=now),
        "message": new_id(Kind.WEBHOOK_MESSAGE),
        "tries": 0,
    }
    ends_at = _EPOCH + (bucket + 1) * BUCKET
    name = f"hook-{told.agenda}-{bucket}"
    task = Task(path=DELIVER_PATH, body=body, name=name, at=ends_at + SETTLE)
    queue.enqueue(task)


def deliver(world: World, body: Mapping[str, Json], *, now: datetime) -> bool:
    """Send a queued message; tell whether it was taken. Later tries are queued here.

    Raises QueueError when even that is not possible: then the task itself is repeated.
    """
    try:
        webhook = get_agenda(world.store, str(body["agenda"])).webhook
    except Unknown:
        return False
    if webhook is None or world.outgoing is None:
        return False
    status = _sent(world, webhook, body, now=now)
    if 200 <= status < 300:
        return True
    fields = {"event": "hook-failed", "agenda_id": body["agenda"], "status": status}
    logger.info("webhook failed", extra=fields)
    _queue_next(world, body, now=now)
    return False


def _sent(
    world: World, webhook: Webhook, body: Mapping[str, Json], *, now: datetime
) -> int:
    """Return the status of the answer, 0 where there is none."""
    message = {"agenda": body["agenda"], "cursor": body["cursor"]}
    payload = json.dumps(message, separators=(",", ":")).encode()
    if world.outgoing is None:
        return 0
    try:
        secret = world.vault.read(webhook.secret_name).decode()
    except SecretMissing:
        return 0
    headers = signed_headers(secret, str(body["message"]), payload, now=now)
    try:
        return world.outgoing.post(webhook.url, body=payload, headers=headers)
    except (AddressRefused, NotDelivered):
        return 0


def signed_headers(
    secret: str, message_id: str, payload: bytes, *, now: datetime
) -> dict[str, str]:
    """Return the headers of a message after Standard Webhooks."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    timestamp = str(math.floor(now.timestamp()))
    signed = b".".join((message_id.encode(), timestamp.encode(), payload))
    mac = hmac.new(key, signed, hashlib.sha256).digest()
    return {
        "Content-Type": "application/json",
        "User-Agent": "Tandem",
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{base64.b64encode(mac).decode()}",
    }


def _queue_next(world: World, body: Mapping[str, Json], *, now: datetime) -> None:
    tries = int(body.get("tries", 0))
    if tries >= len(RETRIES):
        fields = {"event": "hook-given-up", "agenda_id": body["agenda"]}
        logger.warning("webhook given up", extra=fields)
        return
    again = {**body, "tries": tries + 1}
    name = f"hook-{body['message']}-{tries + 1}"
    at = now + RETRIES[tries]
    world.queue.enqueue(Task(path=DELIVER_PATH, body=again, name=name, at=at))
