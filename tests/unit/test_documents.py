"""Records become documents and come back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from services.documents import BrokenDocument, data_of, record_of
from services.ids import Kind, hash_of, new_id, new_key
from services.ports.store import Document
from services.ports.values import Json

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Leaf:
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Tree:
    id: str
    planted_at: datetime
    seed: bytes | None = None
    leaves: Sequence[Leaf] = ()
    extra: Mapping[str, Json] = field(default_factory=dict)


def stored(data: Mapping[str, Json]) -> Document:
    return Document(path="trees/t1", data=data, version="1")


def test_a_record_comes_back_as_it_was() -> None:
    tree = Tree(id="t1", planted_at=NOON, seed=b"\0", leaves=[Leaf(name="a")])

    data = data_of(tree)

    assert data["planted_at"] == NOON
    assert data["leaves"] == [{"name": "a"}]
    assert record_of(stored(data), Tree) == tree


def test_tuples_become_lists_however_deep() -> None:
    tree = Tree(id="t1", planted_at=NOON, extra={"a": (1, {"b": (2,)})})

    assert data_of(tree)["extra"] == {"a": [1, {"b": [2]}]}


def test_a_time_of_a_store_with_its_own_type_is_a_time() -> None:
    class Precise(datetime):
        pass

    data = {"id": "t1", "planted_at": Precise(2026, 11, 20, 12, tzinfo=UTC)}

    assert record_of(stored(data), Tree).planted_at == NOON


def test_members_of_a_newer_version_are_left_out() -> None:
    data = {"id": "t1", "planted_at": NOON, "height": 3}

    assert record_of(stored(data), Tree) == Tree(id="t1", planted_at=NOON)


@pytest.mark.parametrize(
    ("data", "named"),
    [
        ({"id": 1, "planted_at": NOON}, "$.id"),
        ({"id": "t1"}, "planted_at"),
        ({"id": "t1", "planted_at": NOON, "leaves": [{"name": 2}]}, "leaves[0].name"),
    ],
)
def test_a_malformed_document_is_named_with_its_member(
    data: Mapping[str, Json], named: str
) -> None:
    with pytest.raises(BrokenDocument) as caught:
        record_of(stored(data), Tree)

    assert "trees/t1" in str(caught.value)
    assert named in str(caught.value)


def test_what_is_no_record_is_refused() -> None:
    with pytest.raises(TypeError, match="list"):
        data_of([1])


def test_ids_say_what_they_name_and_do_not_repeat() -> None:
    ids = {new_id(Kind.AGENDA) for _ in range(100)}

    assert len(ids) == 100
    assert all(id.startswith("a_") and len(id) == 22 for id in ids)


def test_keys_are_long_and_only_their_hash_is_kept() -> None:
    key = new_key()

    assert key.startswith("tdm_")
    assert len(key) == 47
    assert key not in hash_of(key)
