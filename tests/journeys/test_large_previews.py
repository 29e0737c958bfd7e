"""Large previews: bounded pages, and just what was shown is said yes to."""

from benchmarks.previews import approved, fill, made, stage
from services.connections.connection import load
from services.links.documents import link_of
from services.links.link import links_of
from services.ports.store import Query
from services.previews.applying import apply
from services.previews.pages import MOST_ENTRIES, entries_from
from tests.worlds import Stage

CHANGES, UNCHANGED = 350, 150


def said_yes(world: Stage, connection: str) -> int:
    query = Query(collection=links_of(connection), limit=1_000)
    links = [link_of(one) for one in world.store.query(query)]
    return sum(bool(link.decided.yes) for link in links)


def test_a_preview_of_many_changes_holds_each_once_in_pages_of_bounded_size() -> None:
    world = stage()
    connection = fill(world, changes=CHANGES, unchanged=UNCHANGED)

    preview = made(world, connection)

    found = list(entries_from(world.store, preview.shelf, first=0))
    assert preview.counts == {"edits": CHANGES}
    assert len({one.link for one in found}) == preview.entries == CHANGES
    assert len(preview.starts) == -(-CHANGES // MOST_ENTRIES)
    assert preview.calls == CHANGES


def test_the_yes_to_a_large_preview_is_said_to_just_those_links() -> None:
    world = stage()
    connection = fill(world, changes=CHANGES, unchanged=UNCHANGED)
    preview = made(world, connection)

    applied = apply(world.world, connection, preview.id, now=world.now)

    assert (applied.passed, applied.replanned) == (CHANGES, 0)
    assert said_yes(world, connection) == CHANGES
    assert approved(world, connection) == CHANGES
    assert load(world.store, connection)[0].counts.held == 0
