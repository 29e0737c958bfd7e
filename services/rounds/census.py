"""The census: how everything stands, counted once in half an hour, for the log.

It goes through all connections and accounts, so a task does a bounded piece of it and
hands what it counted to the next one. Only numbers are handed on.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime, timedelta

from services.connections.connection import RUNNING, Connection, State
from services.connections.connection import loaded as loaded_connection
from services.documents import record_of
from services.google.accounts import OAUTH, Account, AccountState
from services.lanes import Lane
from services.ports.queue import Task
from services.ports.store import Document, Query
from services.ports.values import Json
from services.world import World

logger = logging.getLogger(__name__)

CENSUS_PATH = "/tasks/census"
EVERY = timedelta(minutes=30)
PAGE = 200
MOST_PAGES = 5
DYING_AFTER = timedelta(days=1)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """What was counted so far; `overdue_seconds` is the worst of all."""

    links: int = 0
    dirty: int = 0
    parked: int = 0
    channels_silent: int = 0
    channels_missing: int = 0
    tokens_dead: int = 0
    tokens_dying: int = 0
    overdue_seconds: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class _Census:
    """A census under way: where it is, and what it found so far."""

    collection: str = "connections"
    after: str = ""
    counted: Counted = Counted()
    states: Mapping[str, int]


def begin(world: World, now: datetime) -> None:
    """Ask for the census of this half hour; whoever asks again changes nothing."""
    name = f"census-{(now - _EPOCH) // EVERY}"
    world.queue.enqueue(Task(path=CENSUS_PATH, body={}, name=name, lane=Lane.BACKFILL))


def go_on(world: World, body: Mapping[str, Json], *, now: datetime) -> bool:
    """Count a piece, and return whether a task was queued for more; else log it all."""
    census = _read(body)
    for _ in range(MOST_PAGES):
        page = _page(world, census)
        for document in page:
            census = _COUNT[census.collection](census, document, now)
        if len(page) == PAGE:
            census = replace(census, after=page[-1].path)
        elif census.collection == "connections":
            census = replace(census, collection="accounts", after="")
        else:
            _tell(census)
            return False
    body = asdict(census)
    world.queue.enqueue(Task(path=CENSUS_PATH, body=body, lane=Lane.BACKFILL))
    return True


def _page(world: World, census: _Census) -> list[Document]:
    behind = Document(path=census.after, data={}, version="") if census.after else None
    query = Query(collection=census.collection, limit=PAGE, after=behind)
    return list(world.store.query(query))


def _read(body: Mapping[str, Json]) -> _Census:
    if not body:
        return _Census(states={str(state): 0 for state in State})
    names = {field.name for field in fields(Counted)}
    counted = {name: n for name, n in body["counted"].items() if name in names}
    return _Census(
        collection=str(body["collection"]),
        after=str(body["after"]),
        counted=Counted(**counted),
        states=body["states"],
    )


def _with_connection(census: _Census, document: Document, now: datetime) -> _Census:
    one = loaded_connection(document)
    state = str(one.state)
    states = {**census.states, state: census.states.get(state, 0) + 1}
    if one.state is State.DISCONNECTED:
        return replace(census, states=states)
    counted, runs = census.counted, one.state in RUNNING
    missing = runs and one.watchable and one.channel is None
    counted = replace(
        counted,
        links=counted.links + one.counts.links,
        dirty=counted.dirty + one.counts.dirty,
        parked=counted.parked + one.counts.parked,
        channels_silent=counted.channels_silent + (runs and one.silent),
        channels_missing=counted.channels_missing + missing,
        overdue_seconds=max(counted.overdue_seconds, _overdue(one, now)),
    )
    return replace(census, states=states, counted=counted)


def _overdue(connection: Connection, now: datetime) -> int:
    if connection.due_at is None or connection.state not in RUNNING:
        return 0
    return max(0, int((now - connection.due_at).total_seconds()))


def _with_account(census: _Census, document: Document, now: datetime) -> _Census:
    """Count an account whose grant is dead, or seems to die.

    What is used gets a new access token each hour, at the sweep's looks at the latest.
    """
    account, counted = record_of(document, Account), census.counted
    if account.state is not AccountState.OK:
        counted = replace(counted, tokens_dead=counted.tokens_dead + 1)
    elif account.kind == OAUTH and account.access_ends_at is not None:
        dying = now - account.access_ends_at > DYING_AFTER
        counted = replace(counted, tokens_dying=counted.tokens_dying + dying)
    return replace(census, counted=counted)


_COUNT: Mapping[str, Callable[[_Census, Document, datetime], _Census]] = {
    "connections": _with_connection,
    "accounts": _with_account,
}


def _tell(census: _Census) -> None:
    logger.info("counted", extra={"event": "census"} | asdict(census.counted))
    for state, connections in census.states.items():
        fields = {"event": "census-state", "state": state, "connections": connections}
        logger.info("connections in a state", extra=fields)
