"""The promises of `connectors/base.py`, kept by the connector of a `rest` agenda."""

import threading
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from connectors.base import Connector, Creates, Item, Versions, Window
from connectors.rest.connector import RestConnector, id_for
from local.store import SqliteStore
from services.items.engine_shelf import Shelf
from sync import jscalendar
from sync.content import Content
from sync.errors import (
    AccessLost,
    ContentRefused,
    Missing,
    StaleWrite,
    SyncTokenExpired,
)
from tests.journeys.api_bench import BOTH_STORES, ApiBench, bench_on, event
from tests.twins import CountingStore

Titles = list[str]


@pytest.fixture(params=BOTH_STORES)
def bench(request: pytest.FixtureRequest) -> ApiBench:
    return bench_on(request.param, request)


def window(bench: ApiBench) -> Window:
    now = bench.clock.now()
    return Window(start=now - timedelta(days=30), end=now + timedelta(days=365))


def content(title: str = "Roof survey", uid: str = "e1@google.com") -> Content:
    return jscalendar.read(event(title=title, uid=uid), default_uid=uid)


def titled(item: Item, title: str) -> Content:
    assert item.content is not None
    details = replace(item.content.details, title=title)
    return replace(item.content, details=details)


def title_of(item: Item) -> str:
    return "" if item.content is None else item.content.details.title


def create(connector: Connector, key: str = "k1", title: str = "Roof survey") -> Item:
    made = connector.create(content(title, uid=key), key=key, ical_uid=f"{key}@g")
    return made.item


def read_all(
    bench: ApiBench, cursor: str | None, *, limit: int = 2
) -> tuple[list[Item], str, bool]:
    """Read to the end, and tell whether everything was named."""
    connector, found = bench.connector(), list[Item]()
    while True:
        page = connector.read(cursor, window=window(bench), limit=limit)
        found += page.items
        cursor = page.cursor
        if not page.more:
            return found, cursor, page.complete_read


def test_it_promises_exact_versions_and_creates_that_may_be_repeated(
    bench: ApiBench,
) -> None:
    capabilities = bench.connector().capabilities

    assert capabilities.versions is Versions.EXACT
    assert capabilities.creates is Creates.IDEMPOTENT
    assert capabilities.poll_seconds is None


def test_the_same_key_again_gives_the_item_that_it_made(bench: ApiBench) -> None:
    connector = bench.connector()

    first = connector.create(content(), key="k1", ical_uid="e1@google.com")
    second = connector.create(content("Other"), key="k1", ical_uid="e1@google.com")

    assert first.item == second.item
    assert first.sure
    assert second.sure
    assert connector.find("k1") == first.item
    assert connector.find("k2") is None
    assert first.item.id == id_for("k1")
    assert first.item.ical_uid == "e1@google.com"
    assert first.item.content is not None
    assert first.item.content.uid == "e1@google.com"


def test_the_same_key_after_a_delete_makes_nothing_new(bench: ApiBench) -> None:
    connector = bench.connector()
    item = create(connector)
    connector.delete(item.id, version=item.version)

    again = create(connector)

    assert again.id == item.id
    assert again.content is None
    assert connector.find("k1") is None


def test_what_is_written_comes_back_and_nothing_else_changes(bench: ApiBench) -> None:
    bench.put("visit-1", event(**{"vendor.example:x": 1, "color": "red"}))
    connector = bench.connector()
    item = connector.get(["visit-1"])["visit-1"]
    assert item.content is not None

    written = connector.write(
        "visit-1", titled(item, "New"), before=item.content, version=item.version
    )

    assert title_of(written.item) == "New"
    assert written.item.version != item.version
    found = bench.call("GET", f"{bench.items}/visit-1", key=bench.agenda_key).json
    assert found == {
        **event(**{"vendor.example:x": 1, "color": "red"}),
        "uid": "visit-1",
        "title": "New",
    }


def test_a_stale_version_is_refused(bench: ApiBench) -> None:
    connector = bench.connector()
    item = create(connector)
    assert item.content is not None
    path = f"{bench.items}/{item.id}"
    bench.call("PATCH", path, {"title": "Mine"}, key=bench.agenda_key)

    with pytest.raises(StaleWrite):
        connector.write(
            item.id, titled(item, "Theirs"), before=item.content, version=item.version
        )
    with pytest.raises(StaleWrite):
        connector.delete(item.id, version=item.version)
    assert title_of(connector.get([item.id])[item.id]) == "Mine"


def test_deleting_what_is_gone_succeeds_and_writing_it_does_not(
    bench: ApiBench,
) -> None:
    connector = bench.connector()
    item = create(connector)
    assert item.content is not None

    for _ in range(2):
        connector.delete(item.id, version=item.version)
    connector.delete("never-was", version=None)

    with pytest.raises(Missing):
        connector.write(
            item.id, item.content, before=item.content, version=item.version
        )
    assert connector.get([item.id]) == {}


def test_what_does_not_fit_is_refused_for_good(bench: ApiBench) -> None:
    with pytest.raises(ContentRefused):
        create(bench.connector(), title="x" * 300_000)


def test_without_a_cursor_every_item_that_is_there_is_named(bench: ApiBench) -> None:
    connector = bench.connector()
    items = [create(connector, key=str(number)) for number in range(5)]
    connector.delete(items[2].id, version=None)

    found, _, complete = read_all(bench, None)

    assert complete
    there = {item.id for item in found if item.content is not None}
    assert there == {item.id for item in items} - {items[2].id}


def test_a_cursor_never_skips_a_change(bench: ApiBench) -> None:
    connector = bench.connector()
    items = [create(connector, key=str(number)) for number in range(4)]
    first = connector.read(None, window=window(bench), limit=2)
    path = f"{bench.items}/{items[0].id}"
    bench.call("PATCH", path, {"title": "Mine"}, key=bench.agenda_key)
    connector.delete(items[1].id, version=None)

    rest, cursor, complete = read_all(bench, first.cursor)
    after, _, complete_again = read_all(bench, cursor)

    latest = {item.id: title_of(item) for item in (*first.items, *rest)}
    assert latest[items[0].id] == "Mine"
    assert complete
    assert after == []
    assert not complete_again


def test_a_delete_is_read_after_a_cursor(bench: ApiBench) -> None:
    connector = bench.connector()
    item = create(connector)
    _, cursor, _ = read_all(bench, None)
    connector.delete(item.id, version=None)

    found, _, _ = read_all(bench, cursor)

    assert [(one.id, one.content, one.problem) for one in found] == [
        (item.id, None, None)
    ]


@pytest.mark.parametrize("cursor", ["", "x", "since.1", "since.-1.5", "all.1.1"])
def test_a_lost_cursor_asks_for_everything(bench: ApiBench, cursor: str) -> None:
    with pytest.raises(SyncTokenExpired):
        bench.connector().read(cursor, window=window(bench), limit=10)


def test_an_old_cursor_asks_for_everything(bench: ApiBench) -> None:
    _, cursor, _ = read_all(bench, None)
    bench.clock.advance(timedelta(days=91))

    with pytest.raises(SyncTokenExpired):
        bench.connector().read(cursor, window=window(bench), limit=10)


def test_an_agenda_that_is_gone_is_no_agenda_without_items(bench: ApiBench) -> None:
    connector = bench.connector()
    item = create(connector)
    path = f"/v1/agendas/{bench.agenda}"
    bench.call("DELETE", path, key=bench.organization_key)

    with pytest.raises(AccessLost):
        connector.read(None, window=window(bench), limit=10)
    with pytest.raises(AccessLost):
        connector.get([item.id])
    with pytest.raises(AccessLost):
        create(connector, key="k2")


def test_the_engine_asks_for_no_run_but_tells_the_webhook(bench: ApiBench) -> None:
    hook = f"/v1/agendas/{bench.agenda}/webhook"
    bench.call("PUT", hook, {"url": "https://a.example/"}, key=bench.organization_key)

    create(bench.connector())

    assert bench.queue.paths() == ["/tasks/deliver-hook"]


def test_a_change_costs_at_most_two_reads_and_two_writes() -> None:
    counting = CountingStore(SqliteStore(":memory:"))
    bench = ApiBench(store=counting)
    connector = bench.connector()

    with counting.counting() as counted:
        item = create(connector)
        assert (counted().reads, counted().writes) == (2, 2)
    with counting.counting() as counted:
        assert item.content is not None
        connector.write(
            item.id, titled(item, "New"), before=item.content, version=item.version
        )
        # One read more: what is there now, on which the patch is made.
        assert (counted().reads, counted().writes) == (2, 2)
    with counting.counting() as counted:
        connector.read(f"since.2.{stamp(bench)}", window=window(bench), limit=10)
        assert (counted().reads, counted().writes) == (1, 0)


def stamp(bench: ApiBench) -> int:
    now: datetime = bench.clock.now()
    return int(now.timestamp())


def test_many_at_once_leave_no_hole_in_the_order_of_changes(tmp_path: Path) -> None:
    bench = ApiBench(store=SqliteStore(tmp_path / "store.db"))
    shelf = Shelf(bench.world, bench.agenda)

    def work(worker: int) -> None:
        connector = RestConnector(bench.agenda, shelf)
        for number in range(10):
            create(connector, key=f"{worker}-{number}")

    workers = [threading.Thread(target=work, args=[worker]) for worker in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    page = shelf.changed_since(0, limit=500)
    assert [item.number for item in page.items] == list(range(1, 61))


def test_the_cursor_goes_behind_our_own_writes(bench: ApiBench) -> None:
    connector = bench.connector()
    cursor = read_all(bench, None)[1]

    first = create(connector, "k1")
    create(connector, "k2")
    connector.delete(first.id, version=first.version)
    behind = connector.behind_own_writes(cursor)

    assert read_all(bench, behind)[0] == []


def test_the_cursor_stops_before_what_somebody_else_changed(bench: ApiBench) -> None:
    connector = bench.connector()
    cursor = read_all(bench, None)[1]

    create(connector, "k1")
    bench.put("visit-1", event())
    create(connector, "k2")
    behind = connector.behind_own_writes(cursor)

    assert [item.id for item in read_all(bench, behind)[0]] == ["visit-1", id_for("k2")]


def test_a_creation_that_finds_an_edited_item_is_not_sure(bench: ApiBench) -> None:
    create(bench.connector(), "k1")
    bench.put(id_for("k1"), event(title="Edited meanwhile"))

    again = bench.connector().create(content(), key="k1", ical_uid=None)

    assert title_of(again.item) == "Edited meanwhile"
    assert not again.sure
