"""From a push to a queued run, without touching a document.

The function that the whole internet can call does only this, so a stranger's request
costs one MAC. How a burst becomes a few runs: time is cut into buckets, and each bucket
has one run of a connection, by its name. A push asks for the run of its own bucket, at
once. If that name is taken, the run may be over already, so it asks for the next
bucket's, at the beginning of that bucket. If that is taken too, it lies ahead.

For no run starts before its bucket begins. That is all the proof there is, but for
clocks that differ: near the end of a bucket the next one may have begun elsewhere, and
its run with it. There a push that finds both taken asks for the run after them as well.
"""

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from services.lanes import Lane, shard_of
from services.ports.queue import Task
from services.ports.values import Json
from services.queueing import RUN_PATH, in_lane
from services.secrets.signing import Signer
from services.world import World

logger = logging.getLogger(__name__)

BUCKET = timedelta(milliseconds=650)
SKEW = timedelta(milliseconds=250)
"""By how much the clocks of machines, the queue's among them, may differ."""

COMMITTED_WITHIN = timedelta(milliseconds=600)
"""How long the sender of a hint may take to commit what it hints at."""

PUSH_PATH = "/push/google"
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
        _queue_tail(world, push.connection, body, now)
        return
    _queue(world, push.connection, body | _received(now), now)


def queue_hint(world: World, connection_id: str, now: datetime) -> None:
    """Ask for a run because the agenda changed. Raises QueueError."""
    _queue(world, connection_id, _received(now), now)


def queue_late_hint(world: World, connection_id: str, now: datetime) -> None:
    """Ask for a run because the agenda is about to change. Raises QueueError.

    For hints that may come before the sender's commit: a run at once could look too
    early, and then the change would wait for the next one. It waits COMMITTED_WITHIN at
    least.
    """
    _queue_tail(world, connection_id, _received(now), now)


def queue_look(world: World, connection_id: str, now: datetime) -> None:
    """Ask for a run although nobody told of a change. Raises QueueError.

    Nobody waits for it, so it lets all others pass; one in each bucket is enough.
    """
    bucket = (now - _EPOCH) // BUCKET
    body = in_lane({"connection": connection_id, "quiet": True}, Lane.BACKFILL)
    name = _name(f"look:{connection_id}", bucket)
    task = _run(connection_id, body, name=name)
    world.queue.enqueue(replace(task, lane=Lane.BACKFILL))


def _received(now: datetime) -> dict[str, Json]:
    return {"received_at": now.isoformat()}


def _queue(
    world: World, connection: str, body: Mapping[str, Json], now: datetime
) -> None:
    """Ask for the run of this bucket, or else for the next one's."""
    bucket = (now - _EPOCH) // BUCKET
    at_once = _run(connection, body, name=_name(connection, bucket))
    if world.queue.enqueue(at_once):
        return
    if world.queue.enqueue(_later(connection, body, bucket + 1)):
        return
    if _beginning(bucket + 1) - now <= SKEW:
        world.queue.enqueue(_later(connection, body, bucket + 2))


def _queue_tail(
    world: World, connection: str, body: Mapping[str, Json], now: datetime
) -> None:
    """Ask for a run that begins COMMITTED_WITHIN from now, or soon after."""
    bucket = _first_from(now + COMMITTED_WITHIN)
    world.queue.enqueue(_later(connection, body, bucket))


def _run(connection: str, body: Mapping[str, Json], *, name: str) -> Task:
    return Task(
        path=RUN_PATH,
        body={"connection": connection, **body},
        name=name,
        shard=shard_of(connection),
    )


def _later(connection: str, body: Mapping[str, Json], bucket: int) -> Task:
    task = _run(connection, body, name=_name(connection, bucket))
    return replace(task, at=_beginning(bucket))


def _beginning(bucket: int) -> datetime:
    return _EPOCH + bucket * BUCKET


def _first_from(moment: datetime) -> int:
    """Return the first bucket that does not begin before a moment."""
    return -((_EPOCH - moment) // BUCKET)


def _name(connection: str, bucket: int) -> str:
    # A hash spreads the names, as Cloud Tasks wants it: names in a row slow it down.
    plain = f"{connection}:{bucket}"
    return "sync-" + hashlib.sha256(plain.encode()).hexdigest()[:40]
