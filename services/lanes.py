"""Lanes and shards: who waits behind whom in the queue.

What a person waits for goes through the live lane, what takes long through the other.
Within a lane, each organization has a shard, and the queue serves them in turn.
"""

import base64
import hashlib
from enum import StrEnum

from services.ids import Kind, new_id

MARK_LETTERS = 4


class Lane(StrEnum):
    """How urgent a task is.

    Pushes, hints and what people ask for are live. First syncs, later slices of what
    takes long, and the rounds of the sweep are backfill.
    """

    LIVE = "live"
    BACKFILL = "backfill"


def new_connection_id(organization: str) -> str:
    """Return an id for a connection, whose last letters name its organization's shard.

    So a push, which may read nothing, knows its shard. 80 bits of it are random.
    """
    digest = hashlib.sha256(organization.encode()).digest()
    mark = base64.b32encode(digest).decode().lower()[:MARK_LETTERS]
    return new_id(Kind.CONNECTION)[:-MARK_LETTERS] + mark


def shard_of(name: str) -> int:
    """Return the shard, of 65,536, of a connection by its id, or of anything else."""
    mark = name[-MARK_LETTERS:]
    return int.from_bytes(hashlib.sha256(mark.encode()).digest()[:2])
