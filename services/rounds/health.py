"""Health: what Tandem needs to work is asked, and how long each took to answer.

Everybody may ask, as often as they like. So what was found is told again for a few
seconds: a flood costs no more than a question now and then.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from services.environment import MARK_PATH
from services.memory import Checked, Health
from services.ports.queue import QueueError, Task
from services.ports.store import StoreError
from services.ports.vault import SecretDisabled, SecretMissing, VaultError
from services.rounds.sweep import SWEEP_PATH
from services.secrets.signing import SIGNING_KEYS
from services.world import World

TOLD_FOR = timedelta(seconds=5)


def check_health(world: World, *, now: datetime) -> Mapping[str, Checked]:
    """Return what the store, the queue and the vault answered a moment ago at most.

    `environment` tells whether the store is our own: else nothing is written outside.
    """
    with world.memory.lock_of("health"):
        known = world.memory.health
        if known is None or not timedelta(0) <= now - known.at < TOLD_FOR:
            known = Health(at=now, checks=_asked(world, now))
            world.memory.health = known
    return known.checks


def _asked(world: World, now: datetime) -> Mapping[str, Checked]:
    marks: list[str] = []
    return {
        "store": _timed(world, lambda: _reads(world, marks)),
        "queue": _timed(world, lambda: _queues(world, now)),
        "vault": _timed(world, lambda: _opens(world)),
        "environment": _timed(world, lambda: set(marks) <= {world.environment}),
    }


def _timed(world: World, check: Callable[[], bool]) -> Checked:
    began = world.clock.now()
    works = check()
    return Checked(works=works, took=world.clock.now() - began)


def _reads(world: World, marks: list[str]) -> bool:
    """Read whose store it is, and note that; nobody's yet is fine."""
    try:
        found = world.store.get(MARK_PATH)
    except StoreError:
        return False
    if found is not None:
        marks.append(str(found.data["mark"]))
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
        world.vault.read_anew(SIGNING_KEYS)
    except (SecretDisabled, VaultError, OSError):
        return False
    except SecretMissing:
        return True
    return True
