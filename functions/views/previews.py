"""What the API shows of previews: each write with both sides, and what waits."""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime

from functions.views.links import content_view, field_name
from functions.views.things import time_text
from services.connections.connection import Connection
from services.google.pace import PER_MINUTE
from services.ports.values import Json
from services.previews.entries import COUNTED, Candidate, Entry, EntryKind
from services.previews.preview import Preview
from sync.sides import Side

AGENDA_WRITES_PER_SECOND = 50
KINDS = tuple(COUNTED.values())
_CHOSEN = ("existing", "next")


def preview_view(
    preview: Preview, connection: Connection, *, now: datetime
) -> dict[str, Json]:
    """Return what a preview comes to, without its entries."""
    counts = {name: preview.counts.get(name, 0) for name in KINDS}
    unchanged = max(connection.counts.links - _linked(counts), 0)
    return {
        "id": preview.id,
        "kind": preview.kind,
        "state": preview.state(connection, now=now),
        "reason": preview.reason,
        "created_at": time_text(preview.created_at),
        "expires_at": time_text(preview.expires_at),
        "applied_at": time_text(preview.applied_at),
        "declined_at": time_text(preview.declined_at),
        "counts": {**counts, "unchanged": unchanged, **_counts_of_reset(preview)},
        "counts_by_side": _by_side(preview),
        "mailed": preview.mailed,
        "google_calls": preview.calls,
        "seconds": _seconds(preview),
        **{name: preview.data[name] for name in _CHOSEN if name in preview.data},
    }


def _counts_of_reset(preview: Preview) -> dict[str, Json]:
    """Return what a reset counts besides: what is linked, and what it leaves alone."""
    if "left_alone" not in preview.data:
        return {}
    return {
        "linked": preview.data["links"],
        "left_alone": preview.data["left_alone"],
        **{
            f"deletes_in_{side}": preview.by_side.get(str(side), {}).get("deletes", 0)
            for side in Side
        },
    }


def _linked(counts: Mapping[str, int]) -> int:
    return counts["edits"] + counts["moves"] + counts["deletes"]


def _by_side(preview: Preview) -> dict[str, Json]:
    return {
        str(side): {
            name: preview.by_side.get(str(side), {}).get(name, 0) for name in KINDS
        }
        for side in Side
    }


def _seconds(preview: Preview) -> int:
    """Return about how long it takes to apply: Google's pace, and the application's."""
    agenda = preview.by_side.get(str(Side.AGENDA), {})
    writes = sum(agenda.get(name, 0) for name in ("creates", "edits", "moves"))
    writes += agenda.get("deletes", 0)
    calls = preview.calls * 60 / PER_MINUTE
    return math.ceil(calls + writes / AGENDA_WRITES_PER_SECOND)


def entries_view(entries: Sequence[Entry]) -> dict[str, Json]:
    """Return entries as lists: writes, pairs to decide, and what was done before."""
    apart = (EntryKind.UNSURE, EntryKind.DONE)
    return {
        "writes": [_write(one) for one in entries if one.kind not in apart],
        "unsure": [_unsure(one) for one in entries if one.kind is EntryKind.UNSURE],
        "done": [_done(one) for one in entries if one.kind is EntryKind.DONE],
    }


def _write(entry: Entry) -> dict[str, Json]:
    becomes = content_view(entry.wanted)
    return {
        "id": entry.id,
        "link": entry.link,
        "act": str(entry.kind),
        "side": str(entry.side),
        "why": entry.why,
        "cause": entry.cause,
        "fields": sorted(field_name(atom) for atom in entry.atoms),
        "now": _now(entry),
        "becomes": becomes,
        "mailed": list(entry.mailed),
        "google_calls": entry.calls,
    }


def _unsure(entry: Entry) -> dict[str, Json]:
    return {
        "link": entry.link,
        "side": str(entry.side),
        "why": entry.why,
        "now": _now(entry),
        "candidates": [_candidate(one) for one in entry.candidates],
    }


def _candidate(candidate: Candidate) -> dict[str, Json]:
    return {"link": candidate.link, "now": content_view(candidate.content)}


def _done(entry: Entry) -> dict[str, Json]:
    """Return a delete that was done before; its id is that of the write."""
    return {
        "write": entry.id,
        "link": entry.link,
        "act": "delete",
        "side": str(entry.side),
        "why": entry.why,
        "before": content_view(entry.now.get(entry.side)),
    }


def _now(entry: Entry) -> dict[str, Json]:
    return {str(side): content_view(entry.now.get(side)) for side in Side}
