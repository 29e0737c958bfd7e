"""From a push to a queued run, without touching a document.

The function that the whole internet can call does only this, so a stranger's request
costs one MAC. How a burst becomes a few runs: the first push of a connection in each
stretch of two seconds is run at once. Those that follow in that stretch share one
tail, run one second after its end, when all of them have been heard, even by machines
whose clocks differ a little. In the last half second of the stretch, a push that finds
the tail taken as well asks for the tail of the next stretch: should this clock be slow,
the tail may have run already.
"""

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from services.ports import Json, Task
from services.signing import Signer
from services.world import World

logger = logging.getLogger(__name__)

BUCKET = timedelta(seconds=2)
TAIL_AFTER = timedelta(seconds=1)
LATE = timedelta(milliseconds=500)

PUSH_PATH = "/push/google"
RUN_PATH = "/tasks/sync"
SYNC = "sync"

_PURPOSE = "channel"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Headers(Protocol):
    """The headers of a request, whose names are found in any case."""

    def get(self, key: str, default: str, /) -> str: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Push:
    """A push that Google really sent: for which connection, over which channel.

    `opening` marks Google's first message of a channel, which tells of no change.
    """

    connection: str
    channel: str
    resource: str
    opening: bool = False


def channel_token(signer: Signer, *, channel: str, connection: str) -> str:
    """Return what Google is to bring back with every push of this channel.

    Under Google's limit of 256 characters: an id of 22, a key id and a MAC.
    """
    return f"{connection}.{signer.sign(_PURPOSE, [channel, connection])}"


def prove(world: World, headers: Headers) -> Push | None:
    """Return the push when its token is one of ours; nothing is read for that."""
    channel = headers.get("X-Goog-Channel-ID", "")
    token = headers.get("X-Goog-Channel-Token", "")
    connection, _, signature = token.partition(".")
    if not world.signer.verify(_PURPOSE, [channel, connection], signature):
        return None
    return Push(
        connection=connection,
        channel=channel,
        resource=headers.get("X-Goog-Resource-ID", "")[:1000],
        opening=headers.get("X-Goog-Resource-State", "") == SYNC,
    )


def queue_push(world: World, push: Push, now: datetime) -> None:
    """Ask for a run because Google told of a change. Raises QueueError.

    The first message of a channel says that changes are told from now on. What changed
    before is not told any more, so it asks for a look too, though not at once.
    """
    body = {"channel": push.channel, "resource": push.resource}
    if push.opening:
        _queue(world, push.connection, body, now, tail_only=True)
        return
    _queue(world, push.connection, body | _received(now), now)


def queue_hint(
    world: World, connection_id: str, now: datetime, *, tail_only: bool = False
) -> None:
    """Ask for a run because the agenda changed. Raises QueueError.

    `tail_only` is for hints that may come before the sender's commit: a run at once
    could look too early, and then the change would wait for the next one.
    """
    _queue(world, connection_id, _received(now), now, tail_only=tail_only)


def queue_look(world: World, connection_id: str, now: datetime) -> None:
    """Ask for a run although nobody told of a change. Raises QueueError."""
    _queue(world, connection_id, {}, now)


def _received(now: datetime) -> dict[str, Json]:
    return {"received_at": now.isoformat()}


def _queue(
    world: World,
    connection: str,
    body: Mapping[str, Json],
    now: datetime,
    *,
    tail_only: bool = False,
) -> None:
    bucket = (now - _EPOCH) // BUCKET
    ends_at = _EPOCH + (bucket + 1) * BUCKET
    body = {"connection": connection, **body}
    if not tail_only:
        head = Task(path=RUN_PATH, body=body, name=_name(connection, bucket, "head"))
        if world.queue.enqueue(head):
            return
    if world.queue.enqueue(_tail(connection, body, bucket)):
        return
    if ends_at - now < LATE:
        world.queue.enqueue(_tail(connection, body, bucket + 1))


def _tail(connection: str, body: Mapping[str, Json], bucket: int) -> Task:
    return Task(
        path=RUN_PATH,
        body=body,
        name=_name(connection, bucket, "tail"),
        at=_EPOCH + (bucket + 1) * BUCKET + TAIL_AFTER,
    )


def _name(connection: str, bucket: int, part: str) -> str:
    # A hash spreads the names, as Cloud Tasks wants it: names in a row slow it down.
    plain = f"{connection}:{bucket}:{part}"
    return "sync-" + hashlib.sha256(plain.encode()).hexdigest()[:40]
