"""Hand over what was tied to an appointment when its series changes its form."""

from dataclasses import replace
from datetime import datetime

from services.links.link import Intent, Link, Rank
from services.run.staged import Staged
from sync.google import Rows, lone, with_row
from sync.sides import Side
from sync.singles import is_series


def refused_series(link: Link, intent: Intent, why: str, *, now: datetime) -> Link:
    """Return a link whose series Google refused as such: it is to be spread instead.

    Any other refusal leaves it as it is.
    """
    of_rule = "recurrence" in why.lower()
    is_one = intent.sent is not None and is_series(intent.sent)
    if intent.side is not Side.CALENDAR or not (of_rule and is_one):
        return link
    return replace(link, unheld=why.rstrip("."), rank=Rank.CREATE, due_at=now)


def shown_by(part: Link, fresh: Link) -> Link:
    """Return a known occurrence as its series now shows it."""
    alive = replace(part, ended_at=None, expires_at=None, part=fresh.part)
    if fresh.item:
        return replace(alive, item=fresh.item, item_id=fresh.item_id)
    row = fresh.rows.master
    if row is None:
        return alive
    rows = with_row(part.rows if part.rows.master else Rows(), lone(row))
    return replace(alive, rows=rows, event_id=fresh.event_id)


def take_over(part: Staged, before: Link) -> None:
    """Tie to an occurrence what was tied to the one that it continues."""
    if before.part and before.part.of_item:
        part.link = replace(
            part.link,
            rows=before.rows,
            event_id=before.event_id,
            ical_uid=before.ical_uid,
            seen=before.seen,
            generation=before.generation,
        )
        return
    part.link = replace(
        part.link,
        birth=before.birth,
        item=before.item,
        item_id=before.item_id,
        seen=before.seen,
    )


def handed_over(part: Staged, series: Link) -> Link:
    """Give an occurrence what the series was tied to when it still was single."""
    if part.link.part and part.link.part.of_item:
        name = series.event_id or ""
        part.link = replace(
            part.link,
            rows=series.rows,
            event_id=series.event_id,
            ical_uid=series.ical_uid,
            seen=series.seen,
        )
        left = replace(series, rows=Rows(), event_id=None)
    else:
        name = series.item_id or ""
        part.link = replace(
            part.link,
            birth=series.birth,
            item=series.item,
            item_id=series.item_id,
            seen=series.seen,
        )
        left = replace(series, item=None, item_id=None)
    return replace(left, seen={}, homes={**series.homes, name: part.link.id})
