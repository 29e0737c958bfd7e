"""Health: what Tandem needs to work is asked, and how long each took to answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.environment import MARK_PATH
from services.ports.queue import QueueError, Task
from services.ports.store import StoreError
from services.ports.vault import SecretDisabled, SecretMissing, VaultError
from services.rounds.sweep import SWEEP_PATH
from services.secrets.signing import SIGNING_KEYS
from services.world import World


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """Whether something answered, and after how long."""

    works: bool
    took: timedelta


def check_health(world: World, *, now: datetime) -> Mapping[str, Checked]:
    """Return what the store, the queue and the vault answered just now."""
    return {
        "store": _timed(world, lambda: _reads(world)),
        "queue": _timed(world, lambda: _queues(world, now)),
        "vault": _timed(world, lambda: _opens(world)),
    }


def _timed(world: World, check: Callable[[], bool]) -> Checked:
    began = world.clock.now()
    works = check()
    return Checked(works=works, took=world.clock.now() - began)


def _reads(world: World) -> bool:
    try:
        world.store.get(MARK_PATH)
    except StoreError:
        return False
    return True


def _queues(world: World, now: datetime) -> bool:
    """Queue a sweep under the name of this hour.

    Only the first of an hour is taken; that the others are refused proves as much, and
    a sweep may always be repeated. A queue that somebody paused takes tasks as ever, so
    it is asked too.
    """
    name = f"health-{now:%Y%m%d%H}"
    try:
        world.queue.check()
        world.queue.enqueue(Task(path=SWEEP_PATH, body={}, name=name))
    except QueueError:
        return False
    return True


def _opens(world: World) -> bool:
    try:
        world.vault.read(SIGNING_KEYS)
    except (SecretDisabled, VaultError, OSError):
        return False
    except SecretMissing:
        return True
    return True
