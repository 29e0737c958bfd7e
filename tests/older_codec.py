"""Documents as a codec wrote them that did not know some fields yet."""

import json
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from services.links.link import links_of
from services.paging import every
from services.ports.store import Query, Replace, Store
from sync.content import Content, Details
from sync.fields import details_of, fields_of
from sync.normal import normal
from sync.packing import CODEC, FIELDS_SINCE, packed, unpacked

Json = dict[str, Any]

AT_GOOGLE = {
    "alert": "reminders",
    "alerts": "reminders",
    "color": "colorId",
    "freeBusy": "transparency",
    "location": "location",
}
"""Fields that a codec may have learned late, and what Google calls them."""


@contextmanager
def just_learned() -> Iterator[None]:
    """Let these fields be news to the codec."""
    FIELDS_SINCE.update(dict.fromkeys(AT_GOOGLE, CODEC))
    try:
        yield
    finally:
        for name in AT_GOOGLE:
            del FIELDS_SINCE[name]


def rewrite(store: Store, connection_id: str) -> None:
    """Let a connection and its links be as the older codec wrote them."""
    query = Query(collection=links_of(connection_id))
    for document in every(store, query):
        if "blob" in document.data:
            data = {**document.data, "blob": _older_blob(document.data["blob"])}
            store.commit([Replace(path=document.path, data=data)])
    path = f"connections/{connection_id}"
    known = store.get(path)
    assert known is not None
    store.commit([Replace(path=path, data={**known.data, "codec": CODEC - 1})])


def _older_blob(blob: bytes) -> bytes:
    inside = json.loads(zlib.decompress(blob))
    inside |= {"codec": CODEC - 1}
    inside.pop("unread", None)
    inside["seen"] = {side: _older(one) for side, one in inside["seen"].items()}
    for name in ("item", "item_was"):
        if inside.get(name):
            inside[name]["content"] = _older(inside[name]["content"])
    for name in ("rows", "rows_were"):
        if inside.get(name):
            inside[name] = _older_rows(inside[name])
    return zlib.compress(json.dumps(inside).encode(), 1)


def _older_rows(rows: Json) -> Json:
    exceptions = {key: _older_row(row) for key, row in rows["exceptions"].items()}
    master = rows["master"] and _older_row(rows["master"])
    return {"master": master, "exceptions": exceptions}


def _older_row(row: Mapping[str, Any]) -> Json:
    unknown = AT_GOOGLE.values()
    return {name: value for name, value in row.items() if name not in unknown}


def _older(json: Json) -> Json:
    content: Content = unpacked(json)
    overrides = {slot: one and _without(one) for slot, one in content.overrides.items()}
    details = _without(content.details)
    older: Json = packed(normal(replace(content, details=details, overrides=overrides)))
    return older


def _without(details: Details) -> Details:
    known = fields_of(details)
    kept = {
        name: value
        for name, value in known.items()
        if name.partition("/")[0] not in AT_GOOGLE
    }
    return details_of(kept)
