"""How long a preview of many changes takes, and how much memory.

The store is filled with links whose items were edited; nobody at Google is asked. The
figures are of one process, with SQLite in memory.
"""

import resource
import sys
import time
from dataclasses import replace
from datetime import datetime, timedelta

from connectors.base import Connector
from connectors.rest.connector import RestConnector
from services.connections.connection import Connection, change
from services.items.engine_shelf import Shelf
from services.links.documents import saved
from services.links.link import ItemNow, Link, Rank, links_of
from services.ports.store import Is, Query, Where
from services.previews.applying import apply
from services.previews.making import preview_next_run
from services.previews.pages import entries_from
from services.previews.preview import Preview
from services.world import Application
from sync.content import Content, Details, Duration, When
from sync.google import Rows, insert_body, with_row
from sync.identity import event_id
from sync.sides import Side
from tests.worlds import Stage

CHANGES = 5_000
NINE = datetime.fromisoformat("2027-03-29T09:00:00")


def stage() -> Stage:
    """Return a world whose agendas can be opened."""
    made = Stage()

    def connect(application: Application) -> Connector:
        return RestConnector(application.agenda, Shelf(made.world, application.agenda))

    made.world = replace(made.world, connect=connect)
    return made


def fill(world: Stage, *, changes: int, unchanged: int = 0) -> str:
    """Store links of which some have an edit to be carried; return the connection."""
    connection = world.connection(token="t", cursor="0", backlog=True).id
    links = [
        link(world, number, dirty=number < changes)
        for number in range(changes + unchanged)
    ]
    for first in range(0, len(links), 400):
        some = links[first : first + 400]
        world.store.commit([saved(connection, one, over=None) for one in some])

    def counted(one: Connection) -> Connection:
        counts = replace(one.counts, links=len(links), dirty=changes)
        return replace(one, counts=counts)

    change(world.store, connection, counted)
    return connection


def link(world: Stage, number: int, *, dirty: bool) -> Link:
    """Return the link of a visit that is an hour long; a dirty one was renamed."""
    when = When(start=NINE + timedelta(hours=number), zone="Europe/Amsterdam")
    details = Details(
        title=f"Visit {number}", when=when, duration=Duration(seconds=3600)
    )
    before = Content(uid=f"visit-{number}", details=details)
    after = replace(before, details=replace(details, title=f"Renamed {number}"))
    name = f"l{number:06}"
    event = event_id(name, 0)
    row = {
        **insert_body(
            before, event_id=event, marker={}, participants=False, zone="UTC"
        ),
        "etag": '"1"',
        "status": "confirmed",
    }
    return Link(
        id=name,
        birth=Side.AGENDA,
        event_id=event,
        item_id=f"visit-{number}",
        rows=with_row(Rows(), row),
        item=ItemNow(
            id=f"visit-{number}", version="1", content=after if dirty else before
        ),
        seen={Side.AGENDA: before, Side.CALENDAR: before},
        rank=Rank.EDIT if dirty else Rank.CLEAN,
        due_at=world.now if dirty else None,
    )


def approved(world: Stage, connection: str) -> int:
    """Return how many links somebody said yes to and are due."""
    where = [
        Where(member="rank", compare=Is.EQUAL, value=int(Rank.EDIT)),
        Where(member="due_at", compare=Is.AT_MOST, value=world.now),
    ]
    query = Query(
        collection=links_of(connection), where=where, order_by="due_at", limit=10_000
    )
    return len(world.store.query(query))


def made(world: Stage, connection: str) -> Preview:
    """Return a preview of what the next run would do."""
    return preview_next_run(world.world, connection, now=world.now)


def main(changes: int) -> None:
    """Print what a preview of so many changes takes."""
    world = stage()
    connection = fill(world, changes=changes)
    before = _peak()
    began = time.process_time()
    preview = made(world, connection)
    seconds = time.process_time() - began
    print(f"preview of {preview.entries:,} changes: {seconds:.2f} s of CPU")
    print(f"peak memory: {before:.0f} MiB before, {_peak():.0f} MiB after")
    began = time.process_time()
    page = list(
        zip(
            range(100),
            entries_from(world.store, preview.shelf, first=2_000),
            strict=False,
        )
    )
    print(f"a page of {len(page)}: {1000 * (time.process_time() - began):.0f} ms")
    began = time.process_time()
    applied = apply(world.world, connection, preview.id, now=world.now)
    seconds = time.process_time() - began
    print(f"apply of {applied.passed:,}: {seconds:.2f} s of CPU")
    print(f"peak memory: {_peak():.0f} MiB; due: {approved(world, connection):,}")


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else CHANGES)
