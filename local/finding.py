"""Queries of the store as SQL that uses exactly the index made for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from local.packing import BYTES, TIMES, packed_value
from services.indexes import Index, group_of
from services.limits import last_value
from services.ports.store import Document, Is, Query, Where

# Paths are in order part by part: "a/x" before "a!/x", though "!" comes before "/".
_PATH_EVERYWHERE: Final = "replace(path, '/', char(1))"
_AFTER_TIMES: Final = "\x01u"


def index_name(index: Index) -> str:
    """Return a name that tells an index from every other."""
    place = "everywhere" if index.everywhere else "in_one"
    members = "__".join(member.replace(".", "_dot_") for member in index.members)
    return f"members_{index.collection}_{place}_{members}"


def index_statement(index: Index) -> str:
    """Return the statement that makes an index.

    Like Firestore's, it holds only documents that have all of its members.
    """
    members = [_extract(member) for member in index.members]
    if index.everywhere:
        columns = [*members, _PATH_EVERYWHERE]
    else:
        columns = ["collection", *members, "path"]
    conditions = [f"name = {_quoted(index.collection)}", *_all_there(index)]
    return (
        f"CREATE INDEX {index_name(index)} ON documents"
        f" ({', '.join(columns)}) WHERE {' AND '.join(conditions)}"
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """SQL, and what is bound to its places."""

    text: str
    values: Sequence[Any]


def statements(query: Query, index: Index | None) -> Sequence[Statement]:
    """Return the statements whose answers, one after the other, answer the query.

    Each ends in a place for how many documents are still wanted.
    """
    if query.after is None:
        return [_statement(query, index, _Conditions())]
    return [_statement(query, index, rest) for rest in _rests(query, query.after)]


def _statement(query: Query, index: Index | None, rest: "_Conditions") -> Statement:
    conditions = _Conditions()
    _place(conditions, query)
    for there in _all_there(index) if index else ():
        conditions.add(there)
    for where in query.where:
        _condition(conditions, where)
    conditions.add_all(rest)
    used = "" if index is None else f" INDEXED BY {index_name(index)}"
    # Members and names were checked to be plain words; every value is bound.
    text = (
        f"SELECT path, version, data FROM documents{used}"  # noqa: S608 because of that
        f" WHERE {' AND '.join(conditions.texts)}"
        f" ORDER BY {_order(query, fixed=conditions.fixed)} LIMIT ?"
    )
    return Statement(text=text, values=conditions.values)


class _Conditions:
    def __init__(self) -> None:
        self.texts: list[str] = []
        self.values: list[Any] = []
        self.fixed: set[str] = set()

    def add(self, text: str, *values: object) -> "_Conditions":
        self.texts.append(text)
        self.values.extend(values)
        return self

    def add_fixed(self, member: str, text: str, *values: object) -> "_Conditions":
        """Add a condition that leaves a member only one value."""
        self.fixed.add(member)
        return self.add(text, *values)

    def add_all(self, other: "_Conditions") -> None:
        self.texts += other.texts
        self.values += other.values
        self.fixed |= other.fixed


def _all_there(index: Index) -> list[str]:
    return [f"{_type(member)} IS NOT NULL" for member in index.members]


def _place(conditions: _Conditions, query: Query) -> None:
    # A literal, since SQLite uses a partial index only where it can see that it fits.
    conditions.add(f"name = {_quoted(group_of(query))}")
    if not query.everywhere:
        conditions.add("collection = ?", query.collection)


def _quoted(name: str) -> str:
    return "'" + name.replace("'", "''") + "'"


def _extract(member: str) -> str:
    return f"json_extract(data, '$.{member}')"


def _type(member: str) -> str:
    return f"json_type(data, '$.{member}')"


def _condition(conditions: _Conditions, where: Where) -> None:
    member, value = _extract(where.member), packed_value(where.value)
    if value is None:
        conditions.add_fixed(where.member, f"{member} IS NULL")
    elif where.compare is Is.EQUAL:
        conditions.add_fixed(where.member, f"{member} = ?", value)
    else:
        conditions.add(f"{member} {where.compare} ?", value)
    _same_kind(conditions, where)


def _same_kind(conditions: _Conditions, where: Where) -> None:
    """Keep to values of the kind that is asked for: a range of times holds no texts."""
    member, kind = _extract(where.member), _type(where.member)
    match where.value:
        case None:
            conditions.add(f"{kind} = 'null'")
        case bool():
            conditions.add(f"{kind} IN ('true', 'false')")
        case int() | float():
            conditions.add(f"{kind} IN ('integer', 'real')")
        case datetime():
            conditions.add(f"{member} >= ? AND {member} < ?", TIMES, _AFTER_TIMES)
        case str():
            conditions.add(f"{kind} = 'text'")
            if where.compare is not Is.EQUAL:
                conditions.add(
                    f"NOT ({member} >= ? AND {member} < ?)", BYTES, _AFTER_TIMES
                )


def _order(query: Query, *, fixed: set[str]) -> str:
    direction = "DESC" if query.descending else "ASC"
    path = _PATH_EVERYWHERE if query.everywhere else "path"
    # SQLite would sort by a member that has but one value, rather than use the index.
    if query.order_by is None or query.order_by in fixed:
        return f"{path} {direction}"
    return f"{_extract(query.order_by)} {direction}, {path} {direction}"


def _rests(query: Query, after: Document) -> list[_Conditions]:
    """Return what is left behind a document: null comes first, or last falling."""
    beyond = "<" if query.descending else ">"
    path, last_path = _path_and_value(query, after)
    if query.order_by is None:
        return [_Conditions().add(f"{path} {beyond} ?", last_path)]
    member, last = _extract(query.order_by), packed_value(last_value(query, after))
    nulls = _Conditions().add_fixed(query.order_by, f"{member} IS NULL")
    if last is None:
        nulls.add(f"{path} {beyond} ?", last_path)
        values = _Conditions().add(f"{member} IS NOT NULL")
    else:
        # The first says the same, but SQLite can only jump to a place by a lone member.
        values = _Conditions().add(f"{member} {beyond}= ?", last)
        values.add(f"({member}, {path}) {beyond} (?, ?)", last, last_path)
    return _left(query, nulls, values, had_values=last is not None)


def _left(
    query: Query, nulls: _Conditions, values: _Conditions, *, had_values: bool
) -> list[_Conditions]:
    if any(where.member == query.order_by for where in query.where):
        return [nulls] if not had_values else [values]
    if query.descending:
        return [values, nulls] if had_values else [nulls]
    return [values] if had_values else [nulls, values]


def _path_and_value(query: Query, after: Document) -> tuple[str, str]:
    if query.everywhere:
        return _PATH_EVERYWHERE, after.path.replace("/", "\x01")
    return "path", after.path
