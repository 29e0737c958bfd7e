"""What Google really sends, with the names removed."""

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from sync.content import Content
from sync.google import Row, Rows, content_of, with_row

FOLDER = Path(__file__).parents[2] / "recorded" / "google"
AMSTERDAM = "Europe/Amsterdam"


def recorded(name: str) -> list[Row]:
    """Return the recorded rows of one kind of event."""
    rows: list[Row] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return rows


def gathered_from(rows: Iterable[Row]) -> Rows:
    """Return the rows of one event as they arrive one by one."""
    found = Rows()
    for row in rows:
        found = with_row(found, row)
    return found


def read(*rows: Row, zone: str = AMSTERDAM) -> Content:
    """Return the content of rows that must show something."""
    content = content_of(gathered_from(rows), zone=zone)
    assert content is not None
    return content


def at(text: str) -> datetime:
    """Return a local time, which has no zone of its own."""
    return datetime.fromisoformat(text)
