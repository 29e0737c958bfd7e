"""The rows of one event at Google: its master, and the exceptions of a series."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sync.google.rows import Row, etag_of
from sync.values import Json


@dataclass(frozen=True, kw_only=True, slots=True)
class Rows:
    """A master or single event, and the exceptions by the key of their slot."""

    master: Row | None = None
    exceptions: Mapping[str, Row] = field(default_factory=dict)


def rows_json(rows: Rows) -> dict[str, Json]:
    """Return the rows as a JSON value; equal rows give equal values."""
    exceptions = {key: rows.exceptions[key] for key in sorted(rows.exceptions)}
    return {"master": rows.master, "exceptions": exceptions}


def rows_of(json: Mapping[str, Json]) -> Rows:
    """Return what `rows_json` wrote."""
    return Rows(master=json["master"], exceptions=json["exceptions"])


def versions(rows: Rows) -> dict[str, str]:
    """Return the etag of each row by the key of its slot, the master's under ""."""
    found = {key: etag_of(row) for key, row in sorted(rows.exceptions.items())}
    return found if rows.master is None else {"": etag_of(rows.master), **found}
