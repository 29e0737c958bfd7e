"""How fast Google is called: for each account, and for the Google project behind it.

Google allows a person 600 calls a minute through a project, and the project 10,000
(https://developers.google.com/workspace/calendar/api/guides/quota). Small runs call as
they like. A run that has much to do reserves its calls, a slice at a time, in a
document that all workers and connections of the account share. When Google says that
the project is too fast, all its accounts go at half their pace, and recover over twenty
minutes.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.connections.connection import (
    RUNNING,
    Connection,
    State,
    change,
    of_account,
)
from services.documents import data_of, record_of, save_over
from services.google import accounts
from services.ports.store import Conflict, Document, Store
from services.world import World

PER_MINUTE = 540
AT_ONCE = 60
"""As many may come at once after a quiet time: with these, no minute has over 600."""

RECOVERS_IN = timedelta(minutes=20)
SLOWEST = 1 / 16
KEPT = timedelta(days=2)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """The pace of an account, or of a project.

    `next_at` is when the calls that were reserved will have been worth their time.
    `share` is the part of the full pace that was allowed at `share_at`. Until
    `rests_until` nothing is written at all, for the reason `why`.
    """

    expires_at: datetime
    next_at: datetime | None = None
    share: float = 1.0
    share_at: datetime | None = None
    rests_until: datetime | None = None
    why: str = ""

    def share_now(self, now: datetime) -> float:
        """Return the part of the full pace that is allowed by now."""
        if self.share_at is None:
            return 1.0
        return min(1.0, self.share + (now - self.share_at) / RECOVERS_IN)

    def slower(self, now: datetime) -> "Pace":
        """Return half the pace."""
        share = max(SLOWEST, self.share_now(now) / 2)
        return replace(self, share=share, share_at=now)

    def after(self, calls: int, *, share: float, now: datetime) -> "Pace":
        """Return the pace with so many calls more reserved, at a share of it."""
        each = MINUTE / (PER_MINUTE * share)
        full = now - AT_ONCE * each
        begins = max(self.next_at or full, full)
        return replace(self, next_at=begins + calls * each)

    def wait(self, now: datetime) -> timedelta:
        """Return how long to wait before the reserved calls may be made."""
        return max((self.next_at or now) - now, timedelta(0))


def path_of(name: str) -> str:
    """Return where the pace of an account or project is stored."""
    return f"paces/{name}"


def project_of(world: World, account_id: str) -> str:
    """Return the name of the Google project's pace; a process asks once."""
    known = world.memory.projects.get(account_id)
    if known is None:
        document = world.store.get(accounts.path_of(account_id))
        client = "" if document is None else str(document.data.get("client_id", ""))
        known = f"project-{hashlib.sha256(client.encode()).hexdigest()[:20]}"
        world.memory.projects[account_id] = known
    return known


def reserve(
    world: World, account_id: str, calls: int, *, longest: timedelta, now: datetime
) -> timedelta:
    """Reserve calls, and return how long to wait before making them.

    Nothing is reserved where that is longer than `longest`.
    """
    project = path_of(project_of(world, account_id))
    path = path_of(account_id)
    while True:
        found = world.store.get_many([path, project])
        pace, slowed = _pace(found.get(path), now), _pace(found.get(project), now)
        share = max(SLOWEST, pace.share_now(now) * slowed.share_now(now))
        after = pace.after(calls, share=share, now=now)
        wait = after.wait(now)
        if wait > longest:
            return wait
        try:
            world.store.commit([save_over(found.get(path), path, _kept(after, now))])
        except Conflict:
            continue
        return wait


def slow_down(world: World, name: str, *, now: datetime) -> None:
    """Halve the pace of an account or a project."""

    def slower(pace: Pace) -> Pace:
        return pace.slower(now)

    _change(world.store, name, slower, now=now)


def rest_account(
    world: World, account_id: str, *, until: datetime, why: str, now: datetime
) -> None:
    """Have nothing written in an account until then, by whichever connection.

    Each says so in its reason; reading goes on, and so does all that is written to the
    agendas.
    """

    def resting(pace: Pace) -> Pace:
        return replace(pace, rests_until=until, why=why)

    _change(world.store, account_id, resting, now=now)
    for connection in of_account(world.store, account_id):
        if connection.state in RUNNING:
            change(
                world.store,
                connection.id,
                lambda one: resting_connection(one, until=until, why=why),
            )


def resting_connection(
    connection: Connection, *, until: datetime, why: str
) -> Connection:
    """Return the connection as it says until when nothing is written to Google."""
    if connection.until is not None and connection.until >= until:
        return connection
    reason = why if connection.state is State.ACTIVE else connection.reason
    return replace(connection, until=until, reason=reason)


def rested(store: Store, connection: Connection, *, now: datetime) -> Connection:
    """Return a new or woken connection, told of its account's rest if there is one."""
    document = store.get(path_of(connection.account))
    pace = _pace(document, now)
    if pace.rests_until is None or pace.rests_until <= now:
        return connection
    return resting_connection(connection, until=pace.rests_until, why=pace.why)


def _change(
    store: Store, name: str, how: Callable[[Pace], Pace], *, now: datetime
) -> None:
    path = path_of(name)
    while True:
        document = store.get(path)
        after = how(_pace(document, now))
        try:
            store.commit([save_over(document, path, _kept(after, now))])
        except Conflict:
            continue
        return


def _pace(document: Document | None, now: datetime) -> Pace:
    if document is None:
        return Pace(expires_at=now + KEPT)
    return record_of(document, Pace)


def _kept(pace: Pace, now: datetime) -> dict[str, object]:
    last = max(now, pace.rests_until or now)
    return data_of(replace(pace, expires_at=last + KEPT))
