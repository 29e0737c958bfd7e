"""The API's routes for previews: what would be done, and the answers to it."""

from functions.api_bodies import ApplyPreview, body_as
from functions.api_call import Call
from functions.api_scope import own_connection
from functions.api_views import list_view
from functions.preview_views import entries_view, preview_view
from services.connections import Connection, load
from services.idempotency import Answer
from services.ports import Document, Json
from services.preview_applying import Chosen, apply
from services.preview_live import shown
from services.preview_pages import entries_from
from services.previews import (
    Preview,
    list_previews,
    preview_of,
    previews_of,
    unexpired,
)
from services.refusals import Expired, invalid


def list_all(call: Call) -> Answer:
    """List a connection's previews, newest first, without their writes."""
    connection, limit = own_connection(call), call.limit()
    after = _place(call)
    documents = list_previews(call.world.store, connection.id, limit=limit, after=after)
    entries = [_view(preview_of(one), connection, call) for one in documents]
    return Answer(status=200, body=list_view(entries, documents, limit=limit))


def get(call: Call) -> Answer:
    """Show a preview: what it comes to, and a page of its writes with both sides."""
    connection = own_connection(call)
    name = call.path["preview"]
    preview = unexpired(call.world.store, connection.id, name, now=call.now)
    first = 0
    if "page_token" in call.query:
        first = _first(call.query["page_token"], preview)
    else:
        preview = shown(call.world, preview)
        connection, _ = load(call.world.store, connection.id)
    return Answer(status=200, body=_page(call, preview, connection, first=first))


def _page(
    call: Call, preview: Preview, connection: Connection, *, first: int
) -> dict[str, Json]:
    limit = call.limit()
    found = entries_from(call.world.store, preview.shelf, first=first)
    entries = [entry for entry, _ in zip(found, range(limit), strict=False)]
    last = first + len(entries)
    more = last < preview.entries
    return {
        **_view(preview, connection, call),
        **entries_view(entries),
        "more": more,
        "next_page_token": f"{preview.edition}.{last}" if more else None,
    }


def _first(token: str, preview: Preview) -> int:
    """Return with which entry the page begins. Raises Invalid, Expired."""
    edition, _, number = token.rpartition(".")
    if not (number.isascii() and number.isdigit() and len(number) < 9):
        raise invalid("/page_token", "This is not one of our page tokens.")
    if edition != preview.edition:
        raise Expired("The preview changed meanwhile: read it from the beginning.")
    return int(number)


def post_apply(call: Call) -> Answer:
    """Do exactly what a preview shows, all or some of it, and ask for a run."""
    connection = own_connection(call)
    body = body_as(call, ApplyPreview)
    chosen = Chosen(
        only=None if body.only is None else frozenset(body.only),
        but=frozenset(body.but),
    )
    applied = apply(
        call.world, connection.id, call.path["preview"], now=call.now, chosen=chosen
    )
    body_out = {
        "run": applied.run,
        "passed": applied.passed,
        "replanned": applied.replanned,
    }
    return Answer(status=202, body=body_out)


def _place(call: Call) -> Document | None:
    """Return the preview behind which the list goes on: its order is by time."""
    place = call.page(previews_of(call.path["connection"]))
    if place is None:
        return None
    found = call.world.store.get(place.path)
    if found is None:
        raise invalid("/page_token", "This preview is not kept any more.")
    return found


def _view(preview: Preview, connection: Connection, call: Call) -> dict[str, Json]:
    return preview_view(preview, connection, now=call.now)
