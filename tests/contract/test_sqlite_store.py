"""What only the store on one machine promises: no scans, kill -9, many processes."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from local.finding import statements
from local.packing import packed, unpacked
from local.store import SqliteStore
from services.indexes import INDEXES, Index, covering
from services.ports.store import (
    Conflict,
    Create,
    Document,
    Is,
    Query,
    Replace,
    StoreError,
    Update,
    Where,
)

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
LINKS = (
    Index(collection="links", members=("dirty", "due_at")),
    Index(collection="links", members=("due_at",), descending=True, everywhere=True),
)


def questions(index: Index) -> list[Query]:
    """Return queries that an index is for: one value, a range, and the next page."""
    *first, last = index.members
    place = index.collection if index.everywhere else f"a/b/{index.collection}"
    equal = [Where(member=name, compare=Is.EQUAL, value=True) for name in first]
    ranged = [Where(member=last, compare=Is.MORE, value=NOON)]
    after = Document(path=f"a/b/{index.collection}/x", data={last: NOON}, version="1")
    return [
        Query(
            collection=place,
            where=where,
            order_by=last,
            descending=index.descending,
            everywhere=index.everywhere,
            after=page,
        )
        for where in (equal, [*equal, *ranged])
        for page in ((None, after) if "." not in last else (None,))
    ]


@pytest.mark.parametrize("index", [*LINKS, *INDEXES], ids=str)
def test_no_query_scans_or_sorts(index: Index, tmp_path: Path) -> None:
    SqliteStore(tmp_path / "store.db", indexes=[index]).close()
    connection = sqlite3.connect(tmp_path / "store.db")

    plans = [
        " | ".join(row[3] for row in rows)
        for query in questions(index)
        for statement in statements(query, covering(query, [index]))
        for rows in [
            connection.execute(
                f"EXPLAIN QUERY PLAN {statement.text}", [*statement.values, 10]
            ).fetchall()
        ]
    ]
    connection.close()

    for plan in plans:
        assert "USING INDEX members_" in plan
        assert "TEMP B-TREE" not in plan
        assert plan.startswith("SEARCH") or index.everywhere, plan


def test_one_query_among_many_links_touches_only_what_it_returns(
    tmp_path: Path,
) -> None:
    store = SqliteStore(tmp_path / "store.db", indexes=LINKS)
    for start in range(0, 20_000, 500):
        store.commit(
            [
                Create(
                    path=f"connections/c1/links/l{start + n}",
                    data={"dirty": start + n < 3, "due_at": NOON, "blob": b"x" * 300},
                )
                for n in range(500)
            ]
        )
    dirty = Query(
        collection="connections/c1/links",
        where=[Where(member="dirty", compare=Is.EQUAL, value=True)],
        order_by="due_at",
    )
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    with store._database.reading() as connection:
        connection.set_progress_handler(count, 100)
    found = store.query(dirty)
    with store._database.reading() as connection:
        connection.set_progress_handler(None, 0)
    store.close()

    assert [document.id for document in found] == ["l0", "l1", "l2"]
    assert steps < 20, f"{steps * 100} steps of SQLite's machine for three documents."


def test_indexes_that_are_no_longer_in_the_table_go(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    SqliteStore(path, indexes=LINKS).close()
    SqliteStore(path, indexes=LINKS[1:]).close()

    connection = sqlite3.connect(path)
    names = [
        name
        for (name,) in connection.execute("SELECT name FROM sqlite_schema")
        if name.startswith("members_")
    ]
    connection.close()

    assert names == ["members_links_everywhere_due_at"]


@pytest.mark.parametrize(
    "value",
    ["", "\x00", "\x01", "\x01t", "\x01\x02", "\\u0001", "\x00\x01\x02\x03", "é\x00"],
)
def test_no_text_passes_for_another_value(value: str) -> None:
    data = {"text": value, "list": [value], "map": {value: value}, "bytes": b"\x01"}

    assert unpacked(packed(data)) == data


def test_a_broken_file_is_a_store_error(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.write_bytes(b"this is not a database" * 1000)

    with pytest.raises(StoreError, match="not a database"):
        SqliteStore(path)


def test_only_the_owner_may_read_a_store_and_what_was_made_for_it(
    tmp_path: Path,
) -> None:
    store = SqliteStore(tmp_path / "made" / "for" / "store.db")
    store.commit([Create(path="a/b", data={})])

    files = list((tmp_path / "made" / "for").iterdir())
    modes = {file.name: file.stat().st_mode & 0o777 for file in files}
    store.close()

    assert set(modes) == {"store.db", "store.db-wal", "store.db-shm"}
    assert set(modes.values()) == {0o600}
    for folder in (tmp_path / "made", tmp_path / "made" / "for"):
        assert folder.stat().st_mode & 0o777 == 0o700


def test_a_file_that_is_there_keeps_its_rights(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.touch(mode=0o640)

    SqliteStore(path).close()

    assert path.stat().st_mode & 0o777 == 0o640


def test_a_store_in_memory_serves_many_threads() -> None:
    store = SqliteStore(":memory:")
    store.commit([Create(path="things/t", data={"n": 0})])

    def increment() -> None:
        for _ in range(50):
            while True:
                found = store.get("things/t")
                assert found is not None
                data = {"n": found.data["n"] + 1}
                try:
                    store.commit(
                        [Update(path="things/t", data=data, version=found.version)]
                    )
                except Conflict:
                    continue
                break

    threads = [threading.Thread(target=increment) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    found = store.get("things/t")
    assert found is not None
    assert found.data == {"n": 200}


def test_a_fork_opens_its_own_connections(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "store.db")
    store.commit([Create(path="things/parent", data={"n": 1})])

    script = (
        "import os, sys\n"
        "from local.store import SqliteStore\n"
        "from services.ports.store import Create\n"
        "store = SqliteStore(sys.argv[1])\n"
        "store.get('things/parent')\n"
        "child = os.fork()\n"
        "name = 'child' if child == 0 else 'fork-parent'\n"
        "store.commit([Create(path=f'things/{name}', data={'n': 1})])\n"
        "child and os.waitpid(child, 0)\n"
    )
    subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "store.db")], check=True
    )

    paths = ["things/parent", "things/child", "things/fork-parent"]
    assert list(store.get_many(paths)) == paths
    store.close()


OPENER = """
import sys
from local.store import SqliteStore
sys.stdout.write("ready\\n")
sys.stdout.flush()
sys.stdin.readline()
SqliteStore(sys.argv[1]).close()
"""


def test_processes_that_start_together_on_a_new_file_all_open_it(
    tmp_path: Path,
) -> None:
    refused = ""
    for attempt in range(6):
        processes = [
            subprocess.Popen(
                [sys.executable, "-c", OPENER, str(tmp_path / f"{attempt}.db")],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                env={**os.environ, "PYTHONPATH": "."},
            )
            for _ in range(6)
        ]
        for process in processes:
            assert process.stdout is not None
            process.stdout.readline()
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
        refused += "".join(process.communicate()[1] for process in processes)

    assert not refused


WRITER = """
import sys
from local.store import SqliteStore
from services.ports.store import Create, Replace
store = SqliteStore(sys.argv[1])
number = 0
while True:
    number += 1
    pair = [Create(path=f"things/{sys.argv[2]}-{number}-{half}", data={"n": number})
            for half in ("a", "b")]
    store.commit(pair)
    sys.stdout.write(f"{number}\\n")
    sys.stdout.flush()
"""


def test_no_acknowledged_commit_is_lost_by_kill_9_and_none_is_half(
    tmp_path: Path,
) -> None:
    path = tmp_path / "store.db"
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), f"w{number}"],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": "."},
        )
        for number in range(3)
    ]
    acknowledged: dict[str, int] = {}
    for number, process in enumerate(processes):
        assert process.stdout is not None
        for _ in range(100 + 7 * number):
            acknowledged[f"w{number}"] = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
        process.communicate()

    store = SqliteStore(path)
    found = {document.id for document in walk(store)}
    store.close()

    halves = {name.rpartition("-")[0] for name in found}
    assert found == {f"{name}-{half}" for name in halves for half in "ab"}
    for writer, last in acknowledged.items():
        assert {f"{writer}-{n}" for n in range(1, last + 1)} <= halves


def walk(store: SqliteStore) -> list[Document]:
    walked: list[Document] = []
    while page := store.query(
        Query(collection="things", limit=500, after=walked[-1] if walked else None)
    ):
        walked += page
    return walked


def test_times_in_a_range_are_compared_to_the_microsecond(tmp_path: Path) -> None:
    index = Index(collection="things", members=("at",))
    store = SqliteStore(tmp_path / "store.db", indexes=[index])
    moments = [NOON + timedelta(microseconds=n) for n in range(-2, 3)]
    store.commit(
        [
            Replace(path=f"things/t{n}", data={"at": moment})
            for n, moment in enumerate(moments)
        ]
    )

    found = store.query(
        Query(
            collection="things",
            where=[Where(member="at", compare=Is.AT_LEAST, value=NOON)],
            order_by="at",
        )
    )
    store.close()

    assert [document.id for document in found] == ["t2", "t3", "t4"]
