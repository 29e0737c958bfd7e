"""By which id and version a row of Google's is written."""

from dataclasses import replace

from services.links.link import Link
from services.run.session import Session
from services.run.staged import with_zone
from sync.content import Content
from sync.delta import changes
from sync.errors import StaleWrite
from sync.google import Row, RowChange, etag_of, with_row
from sync.sides import Atom, Side


def addressed(
    session: Session,
    link: Link,
    change: RowChange,
    *,
    planned: Content,
    atoms: frozenset[Atom],
) -> tuple[str, str | None]:
    """Return the id and version of the row that a change is about.

    Those of an instance without a row of its own come from Google. `planned` is what
    the calendar showed when the change was planned, `atoms` what it brings over. Raises
    StaleWrite where somebody changed any of that since.
    """
    if change.event_id is not None:
        return change.event_id, change.etag
    row = session.calendar.instance(link.event_id or "", change.original_start or "")
    # Its version is of just now: it guards nothing of what came before.
    if changes(_shown(session, link, row), planned) & atoms:
        raise StaleWrite("The occurrence was changed meanwhile.")
    return row["id"], etag_of(row)


def _shown(session: Session, link: Link, row: Row) -> Content:
    """Return what the calendar shows with this row. Raises StaleWrite."""
    rows = with_row(link.rows, with_zone(row, session.connection.zone))
    found = session.rules.shown(replace(link, rows=rows), Side.CALENDAR)
    if found is None:
        raise StaleWrite("The series was changed meanwhile.")
    return found
