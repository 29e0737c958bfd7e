"""What the store promises, on SQLite and on Firestore alike."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest

from local.store import SqliteStore
from services.indexes import Index, IndexMissing
from services.limits import NotAllowed, TooLarge
from services.ports.store import (
    Conflict,
    Create,
    Delete,
    Document,
    Is,
    Query,
    Replace,
    Store,
    Update,
    Where,
    Write,
)

INDEXES = (
    Index(collection="links", members=("state",)),
    Index(collection="links", members=("state", "at")),
    Index(collection="links", members=("state", "at"), descending=True),
    Index(collection="links", members=("at",)),
    Index(collection="links", members=("at",), descending=True),
    Index(collection="links", members=("state", "kind")),
    Index(collection="links", members=("lease.until",)),
    Index(collection="links", members=("state",), everywhere=True),
    Index(collection="links", members=("at",), everywhere=True),
    Index(collection="links", members=("at",), everywhere=True, descending=True),
)
NOON = datetime(2026, 11, 20, 12, 0, 0, 123456, tzinfo=UTC)
SAMPLE: dict[str, Any] = {
    "id": "o_1",
    "name": "Zwölf Boxkämpfer 🥊 \x00 \x01 \x01t2026 \\u0001 \u2028",
    "count": 2**63 - 1,
    "small": -(2**63),
    "share": 0.1,
    "whole": 2.0,
    "yes": True,
    "no": False,
    "nothing": None,
    "at": NOON,
    "early": datetime(1, 1, 1, tzinfo=UTC),
    "late": datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    "sealed": bytes(range(256)),
    "empty": {"map": {}, "list": [], "text": "", "bytes": b""},
    "nested": {"a.b": [{"at": NOON}, b"x", "\x01b", None], "ünï cödé/": {"`": 1}},
}

NewStore = Callable[[], Store]
in_links = partial(Query, collection="connections/c1/links")


@pytest.fixture(
    params=["sqlite", pytest.param("firestore", marks=pytest.mark.firestore)]
)
def new_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[NewStore]:
    """Return a way to open the same stored documents again and again."""
    if request.param == "firestore":
        factory = request.getfixturevalue("firestore_store")
        yield partial(factory, indexes=INDEXES)
        return
    opened: list[SqliteStore] = []

    def new() -> SqliteStore:
        opened.append(SqliteStore(tmp_path / "store.db", indexes=INDEXES))
        return opened[-1]

    yield new
    for store in opened:
        store.close()


@pytest.fixture
def store(new_store: NewStore) -> Store:
    return new_store()


def is_(member: str, value: object, compare: Is = Is.EQUAL) -> Where:
    return Where(member=member, compare=compare, value=value)


def put(store: Store, path: str, **data: Any) -> Document:
    store.commit([Replace(path=path, data=data)])
    return existing(store, path)


def existing(store: Store, path: str) -> Document:
    document = store.get(path)
    assert document is not None
    return document


def ids(documents: Any) -> list[str]:
    return [document.id for document in documents]


# --- What is kept --------------------------------------------------------------------


def test_every_value_comes_back_exactly(store: Store, new_store: NewStore) -> None:
    store.commit([Create(path="organizations/o_1", data=SAMPLE)])

    document = existing(new_store(), "organizations/o_1")

    assert document.data == SAMPLE
    assert document.id == "o_1"
    kinds = {name: type(value) for name, value in document.data.items()}
    assert kinds == {name: type(value) for name, value in SAMPLE.items()}


def test_a_time_in_another_zone_is_the_same_moment_in_utc(store: Store) -> None:
    zone = timezone(timedelta(hours=5, minutes=30))

    document = put(store, "things/t", at=NOON.astimezone(zone))

    assert document.data["at"] == NOON
    assert document.data["at"].tzinfo is UTC


def test_a_tuple_comes_back_as_a_list(store: Store) -> None:
    assert put(store, "things/t", pair=(1, 2)).data == {"pair": [1, 2]}


def test_what_is_not_there_is_none(store: Store) -> None:
    put(store, "connections/c1/links/l1", state="ok")

    assert store.get("connections/c1") is None
    assert store.get("connections/c1/links/l2") is None


def test_many_are_returned_by_path_and_the_missing_left_out(store: Store) -> None:
    paths = [f"things/t{number}" for number in range(400)]
    store.commit([Create(path=path, data={"path": path}) for path in paths])

    found = store.get_many([*paths, "things/none", paths[0]])

    assert list(found) == paths
    assert all(document.data["path"] == path for path, document in found.items())
    assert store.get_many([]) == {}


# --- Preconditions -------------------------------------------------------------------


def test_a_document_is_created_once(store: Store) -> None:
    store.commit([Create(path="things/t", data={"n": 1})])

    with pytest.raises(Conflict) as conflict:
        store.commit([Create(path="things/t", data={"n": 2})])

    assert conflict.value.path == "things/t"
    assert existing(store, "things/t").data == {"n": 1}


def test_replacing_leaves_nothing_of_the_old(store: Store) -> None:
    put(store, "things/t", a=1, b=2)

    assert put(store, "things/t", b=3).data == {"b": 3}


def test_updating_changes_only_the_named_members(store: Store) -> None:
    put(store, "things/t", a=1, b={"x": 1, "y": 2}, c=3)

    store.commit([Update(path="things/t", data={"b": {"z": 1}, "c": None})])

    assert existing(store, "things/t").data == {"a": 1, "b": {"z": 1}, "c": None}


@pytest.mark.parametrize(
    "write",
    [
        Update(path="things/t", data={"n": 1}),
        Update(path="things/t", data={"n": 1}, version="1795172845.081470000"),
        Replace(path="things/t", data={"n": 1}, version="1795172845.081470000"),
        Delete(path="things/t", version="1795172845.081470000"),
        Replace(path="things/t", data={"n": 1}, version=""),
        Update(path="things/t", data={"n": 1}, version="not ours"),
    ],
)
def test_what_expects_a_document_conflicts_without_one(
    store: Store, write: Write
) -> None:
    with pytest.raises(Conflict) as conflict:
        store.commit([write])

    assert conflict.value.path == "things/t"
    assert store.get("things/t") is None


@pytest.mark.parametrize(
    "write",
    [
        partial(Update, data={"n": 9}),
        partial(Replace, data={"n": 9}),
        Delete,
    ],
)
def test_a_stale_version_is_refused_and_the_current_one_is_not(
    store: Store, write: Callable[..., Write]
) -> None:
    stale = put(store, "things/t", n=1)
    current = put(store, "things/t", n=2)

    with pytest.raises(Conflict):
        store.commit([write(path="things/t", version=stale.version)])
    assert existing(store, "things/t") == current
    store.commit([write(path="things/t", version=current.version)])

    after = store.get("things/t")
    assert after is None or after.data == {"n": 9}


def test_commit_returns_the_versions_that_reads_show(store: Store) -> None:
    put(store, "things/gone", n=1)

    versions = store.commit(
        [
            Create(path="things/a", data={"n": 1}),
            Replace(path="things/b", data={"n": 1}),
            Delete(path="things/gone"),
            Delete(path="things/never"),
        ]
    )

    a, b = existing(store, "things/a"), existing(store, "things/b")
    assert versions == [a.version, b.version, "", ""]
    again = store.commit([Update(path="things/a", data={"n": 2}, version=versions[0])])
    assert again == [existing(store, "things/a").version]


def test_a_version_never_comes_back(store: Store) -> None:
    seen = set()

    for number in range(20):
        seen.add(put(store, "things/t", n=number % 2).version)
        store.commit([Delete(path="things/t")])

    assert len(seen) == 20


def test_a_write_that_changes_nothing_keeps_the_version(store: Store) -> None:
    first = put(store, "things/t", n=1, m={"a": 1, "b": [2.0]})

    versions = store.commit([Replace(path="things/t", data=dict(first.data))])
    updated = store.commit([Update(path="things/t", data={"n": 1})])
    changed = store.commit([Replace(path="things/t", data={**first.data, "n": 1.0})])

    assert versions == updated == [first.version]
    assert changed != [first.version]


def test_all_or_nothing_and_the_first_failure_is_named(store: Store) -> None:
    put(store, "things/b", n=1)
    stale = put(store, "things/c", n=1).version
    put(store, "things/c", n=2)

    with pytest.raises(Conflict) as conflict:
        store.commit(
            [
                Create(path="things/a", data={"n": 1}),
                Update(path="things/b", data={"n": 2}),
                Replace(path="things/c", data={"n": 3}, version=stale),
                Create(path="things/d", data={"n": 1}),
                Delete(path="x/y", version="1"),
            ]
        )

    assert conflict.value.path == "things/c"
    assert set(store.get_many(["things/a", "things/b", "things/d"])) == {"things/b"}
    assert existing(store, "things/b").data == {"n": 1}


def test_five_hundred_writes_are_one_commit(store: Store) -> None:
    writes = [Create(path=f"things/t{n:03}", data={"n": n}) for n in range(500)]

    versions = store.commit(writes)

    assert len(versions) == 500
    assert len(store.get_many([write.path for write in writes])) == 500
    assert store.commit([]) == []


def test_of_many_who_create_the_same_one_wins(new_store: NewStore) -> None:
    def create(store: Store, number: int) -> None:
        store.commit([Create(path="things/t", data={"winner": number})])

    won, lost = race(new_store, create)

    assert len(won) == 1
    assert lost == [Conflict] * 7


def test_no_increment_by_version_is_lost(new_store: NewStore) -> None:
    put(new_store(), "things/t", n=0)

    def increment(store: Store, number: int) -> None:
        while True:
            found = existing(store, "things/t")
            data = {"n": found.data["n"] + 1}
            write = Update(path="things/t", data=data, version=found.version)
            try:
                store.commit([write])
            except Conflict:
                continue
            return

    won, _ = race(new_store, increment)

    assert existing(new_store(), "things/t").data == {"n": len(won)} == {"n": 8}


def race(
    new_store: NewStore, deed: Callable[[Store, int], None]
) -> tuple[list[int], list[type[Exception]]]:
    """Let eight do it at once: half on stores of their own, half sharing one."""
    shared = new_store()
    stores = [shared if number % 2 else new_store() for number in range(8)]
    barrier = Barrier(8)
    won: list[int] = []
    lost: list[type[Exception]] = []

    def run(number: int) -> None:
        barrier.wait()
        try:
            deed(stores[number], number)
        except Conflict as error:
            lost.append(type(error))
        else:
            won.append(number)

    threads = [Thread(target=run, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return won, lost


# --- Queries -------------------------------------------------------------------------


def test_without_order_the_paths_are_in_order(store: Store) -> None:
    for name in ["b", "a!", "a", "é", "a-1", "B", "~"]:
        put(store, f"connections/c1/links/{name}", state="ok")
    put(store, "connections/c2/links/z", state="ok")
    put(store, "connections/c1/links/a/notes/n", state="ok")

    found = store.query(in_links())

    assert ids(found) == ["B", "a", "a!", "a-1", "b", "~", "é"]
    assert found[0].data == {"state": "ok"}
    assert found[0].version == existing(store, found[0].path).version


def test_a_collection_is_walked_page_by_page(store: Store) -> None:
    links(store, *({"state": "ok" if n % 3 else "bad"} for n in range(20)))

    for where in ([], [is_("state", "ok")]):
        whole = store.query(in_links(where=where))
        walked: list[Document] = []
        while page := store.query(
            in_links(where=where, limit=6, after=walked[-1] if walked else None)
        ):
            assert len(page) <= 6
            walked += page
        assert walked == whole


def links(store: Store, *data: dict[str, Any]) -> None:
    store.commit(
        [
            Create(path=f"connections/c1/links/l{number:02}", data=one)
            for number, one in enumerate(data)
        ]
    )


@pytest.mark.parametrize("descending", [False, True])
def test_an_ordered_walk_meets_everything_once(store: Store, descending: bool) -> None:
    times: list[Any] = [NOON + timedelta(microseconds=n // 2) for n in range(8)]
    links(store, *({"at": at} for at in [*times, None, None]), {"other": 1})
    query = partial(in_links, order_by="at", descending=descending)

    whole = store.query(query())
    walked: list[Document] = []
    while page := store.query(query(limit=3, after=walked[-1] if walked else None)):
        walked += page

    expected = ["l08", "l09", *(f"l{n:02}" for n in range(8))]
    assert ids(whole) == (expected[::-1] if descending else expected)
    assert walked == whole


@pytest.mark.parametrize(
    ("compare", "expected"),
    [
        (Is.LESS, ["l01"]),
        (Is.AT_MOST, ["l01", "l02"]),
        (Is.MORE, ["l03"]),
        (Is.AT_LEAST, ["l02", "l03"]),
        (Is.EQUAL, ["l02"]),
    ],
)
@pytest.mark.parametrize(
    "values",
    [
        (NOON, NOON + timedelta(microseconds=1), NOON + timedelta(days=9)),
        (-7, 1.5, 2**53),
        ("", "a\x00", "a\x00\x01"),
        ("A", "a", "é"),
    ],
)
def test_ranges_hold_values_of_the_same_kind_only(
    store: Store, compare: Is, expected: list[str], values: tuple[Any, ...]
) -> None:
    links(store, {"at": None}, *({"at": value} for value in values), {"state": "x"})
    strangers: list[Any] = [NOON, 1, "a", True, b"a", [1], {"a": 1}]
    others = [one for one in strangers if not same_kind(one, values[0])]
    for number, other in enumerate(others):
        put(store, f"connections/c1/links/other{number}", at=other)

    found = store.query(in_links(where=[is_("at", values[1], compare)], order_by="at"))

    assert ids(found) == expected


def same_kind(one: object, other: object) -> bool:
    numbers = (int, float)
    if isinstance(one, bool):
        return False
    if isinstance(one, numbers) and isinstance(other, numbers):
        return True
    return type(one) is type(other)


def test_a_range_has_two_ends(store: Store) -> None:
    links(store, *({"state": "ok", "at": NOON + timedelta(hours=n)} for n in range(5)))
    where = [
        is_("state", "ok"),
        is_("at", NOON, Is.MORE),
        is_("at", NOON + timedelta(hours=3), Is.AT_MOST),
    ]

    rising = store.query(in_links(where=where, order_by="at"))
    falling = store.query(in_links(where=where, order_by="at", descending=True))

    assert ids(rising) == ["l01", "l02", "l03"]
    assert list(falling) == list(rising)[::-1]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, ["l00"]),
        (False, ["l01"]),
        (1, ["l02", "l03"]),
        (1.0, ["l02", "l03"]),
        (0, ["l04"]),
        ("1", ["l05"]),
        (None, ["l06"]),
        (b"1", ["l07"]),
        (NOON, ["l08"]),
        ("\x01tx", []),
    ],
)
def test_equal_means_the_same_value_of_the_same_kind(
    store: Store, value: object, expected: list[str]
) -> None:
    values = [True, False, 1, 1.0, 0, "1", None, b"1", NOON, [1], {"a": 1}]
    links(store, *({"state": one} for one in values), {"other": 1})

    found = store.query(in_links(where=[is_("state", value)]))

    assert ids(found) == expected


def test_several_members_and_members_of_members_are_asked(store: Store) -> None:
    links(
        store,
        {"state": "ok", "kind": 1, "lease": {"until": NOON}},
        {"state": "ok", "kind": 2, "lease": {"until": None}},
        {"state": "bad", "kind": 1, "lease": "none"},
    )

    both = store.query(in_links(where=[is_("kind", 1), is_("state", "ok")]))
    leased = store.query(
        in_links(where=[is_("lease.until", NOON, Is.AT_MOST)], order_by="lease.until")
    )

    assert ids(both) == ids(leased) == ["l00"]


def test_everywhere_looks_into_all_collections_of_a_name(store: Store) -> None:
    for number, path in enumerate(["a!/links/l", "a/links/l", "b/links/l"]):
        put(store, f"connections/{path}", state="ok", at=number % 2)
    put(store, "connections/a/links/bad", state="bad", at=5)
    put(store, "links/top", state="ok", at=9)
    put(store, "connections/a/linkses/l", state="ok", at=1)
    everywhere = partial(Query, collection="links", everywhere=True)

    by_path = store.query(everywhere(where=[is_("state", "ok")]))
    by_time = store.query(everywhere(order_by="at", descending=True))
    walked: list[Document] = []
    while page := store.query(
        everywhere(limit=1, order_by="at", after=walked[-1] if walked else None)
    ):
        walked += page
    all_paths = [document.path for document in store.query(everywhere())]

    assert [document.path for document in by_path] == [
        "connections/a/links/l",
        "connections/a!/links/l",
        "connections/b/links/l",
        "links/top",
    ]
    assert [document.data["at"] for document in by_time] == [9, 5, 1, 0, 0]
    assert walked == list(by_time)[::-1]
    assert all_paths == [
        "connections/a/links/bad",
        *(document.path for document in by_path),
    ]


def test_a_query_sees_what_was_just_written(store: Store, new_store: NewStore) -> None:
    other = new_store()
    links(store, {"state": "ok"})
    query = in_links(where=[is_("state", "ok")])
    before = ids(other.query(query))

    store.commit([Update(path="connections/c1/links/l00", data={"state": "bad"})])

    assert before == ["l00"]
    assert ids(other.query(query)) == []


# --- Deleting ------------------------------------------------------------------------


def test_deleting_a_document_leaves_what_lies_under_it(store: Store) -> None:
    put(store, "connections/c1", n=1)
    put(store, "connections/c1/links/l1", n=1)

    store.commit([Delete(path="connections/c1")])

    assert store.get("connections/c1") is None
    assert store.get("connections/c1/links/l1") is not None


def test_all_under_a_document_goes_and_nothing_else(store: Store) -> None:
    gone = ["c1", "c1/links/l1", "c1/links/l1/notes/n", "c1/journal/j", "c1/no/x/y/z"]
    kept = ["c", "c10", "c1!", "c1-", "c10/links/l1", "c2/links/l1"]
    for path in [*gone, *kept]:
        put(store, f"connections/{path}", n=1)

    removed = store.delete_under("connections/c1")

    assert removed == len(gone)
    paths = [f"connections/{path}" for path in [*gone, *kept]]
    assert list(store.get_many(paths)) == paths[len(gone) :]
    assert store.delete_under("connections/c1") == 0


def test_more_than_a_batch_is_deleted(store: Store) -> None:
    for start in (0, 500, 1000):
        paths = [f"connections/c1/links/l{start + n}" for n in range(500)]
        store.commit([Create(path=path, data={"n": 1}) for path in paths])

    assert store.delete_under("connections/c1") == 1500
    assert store.query(in_links()) == []


# --- What is not allowed -------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        *("", "things", "a/b/c", "/a/b", "a//b", "a/.", "a/..", "a/__x__", "a/b/"),
        *("a/\x00", "a/" + "x" * 1501, "a/\ud800", "a/b\n"),
    ],
)
def test_a_path_that_firestore_forbids_is_forbidden_everywhere(
    store: Store, path: str
) -> None:
    with pytest.raises(NotAllowed):
        store.get(path)
    with pytest.raises(NotAllowed):
        store.get_many([path])
    with pytest.raises(NotAllowed):
        store.commit([Delete(path=path)])
    with pytest.raises(NotAllowed):
        store.delete_under(path)


@pytest.mark.parametrize(
    "data",
    [
        {"n": 2**63},
        {"n": float("nan")},
        {"n": float("inf")},
        {"n": [[1]]},
        {"n": {1}},
        {"n": {1: 2}},
        {"n": {"": 2}},
        {"n": datetime(2026, 1, 1)},  # noqa: DTZ001 because it is what is refused
        {"n": "\ud800"},
        {"n": timedelta(1)},
        {"": 1},
        {"a.b": 1},
        {"__a__": 1},
    ],
)
def test_what_firestore_cannot_keep_is_refused_everywhere(
    store: Store, data: dict[str, Any]
) -> None:
    with pytest.raises(NotAllowed, match=r"things/t|character"):
        store.commit([Replace(path="things/t", data=data)])

    assert store.get("things/t") is None


def test_a_document_over_one_mebibyte_is_refused_by_its_size(store: Store) -> None:
    just_fits = {"blob": b"x" * (2**20 - 200)}
    store.commit([Create(path="things/t", data=just_fits)])

    with pytest.raises(TooLarge, match="things/u would have 1048"):
        store.commit([Create(path="things/u", data={"blob": b"x" * 2**20})])
    with pytest.raises(NotAllowed):
        store.commit([Update(path="things/t", data={"more": b"x" * 300})])

    assert existing(store, "things/t").data == just_fits


def test_five_hundred_and_one_writes_or_one_document_twice_are_refused(
    store: Store,
) -> None:
    one = Delete(path="things/t")

    with pytest.raises(NotAllowed, match="501"):
        store.commit([Delete(path=f"things/t{n}") for n in range(501)])
    with pytest.raises(NotAllowed, match="once"):
        store.commit([one, one])


@pytest.mark.parametrize(
    "query",
    [
        in_links(limit=0),
        in_links(descending=True),
        in_links(where=[is_("at", NOON, Is.LESS)]),
        in_links(where=[is_("at", None, Is.LESS)], order_by="at"),
        in_links(where=[is_("at", b"", Is.LESS)], order_by="at"),
        in_links(where=[is_("state", [1])]),
        in_links(where=[is_("a'b", 1)]),
        in_links(order_by="at", after=Document(path="a/b", data={}, version="1")),
        Query(collection="connections/c1"),
        Query(collection="connections/c1/links", everywhere=True),
    ],
)
def test_a_query_that_not_every_store_answers_is_refused(
    store: Store, query: Query
) -> None:
    with pytest.raises(NotAllowed):
        store.query(query)


@pytest.mark.parametrize(
    "query",
    [
        in_links(where=[is_("kind", 1)]),
        in_links(where=[is_("kind", 1)], order_by="at"),
        in_links(order_by="kind"),
        in_links(order_by="lease.until", descending=True),
        Query(collection="links", everywhere=True, where=[is_("kind", 1)]),
    ],
)
def test_a_query_without_an_index_is_refused_by_name(
    store: Store, query: Query
) -> None:
    with pytest.raises(IndexMissing, match="links"):
        store.query(query)
