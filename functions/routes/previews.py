"""The API's routes for previews: what would be done, and the answers to it."""

from collections.abc import Sequence

from functions.routes.bodies import (
    ApplyPreview,
    Decisions,
    DeclinePreview,
    NewPreview,
    body_as,
)
from functions.routes.call import Call
from functions.routes.scope import own_connection
from functions.views.previews import entries_view, preview_view
from functions.views.things import list_view
from services.connections.connection import Connection, load
from services.organizations.idempotency import Answer
from services.ports.store import Document
from services.ports.values import Json
from services.previews.answers import No, decline
from services.previews.applying import Chosen, apply
from services.previews.deciding import DecisionsGiven, decide
from services.previews.live import count_waiting, shown
from services.previews.making import preview_next_run, preview_settings
from services.previews.pages import entries_from
from services.previews.pairs import Pairing
from services.previews.preview import (
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
    count_waiting(call.world, connection, now=call.now)
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


def create(call: Call) -> Answer:
    """Keep a preview of what the next run would do, or what other settings would."""
    connection = own_connection(call)
    settings = body_as(call, NewPreview).settings
    if settings is None:
        preview = preview_next_run(call.world, connection.id, now=call.now)
    else:
        preview = preview_settings(call.world, connection.id, settings, now=call.now)
    return made(call, preview)


def made(call: Call, preview: Preview) -> Answer:
    """Answer with a preview that was made just now, and its first writes."""
    connection, _ = load(call.world.store, preview.connection)
    return Answer(status=201, body=_page(call, preview, connection, first=0))


def post_apply(call: Call) -> Answer:
    """Do exactly what a preview shows, all or some of it, and ask for a run."""
    connection = own_connection(call)
    body = body_as(call, ApplyPreview)
    applied = apply(
        call.world,
        connection.id,
        call.path["preview"],
        now=call.now,
        chosen=_chosen(body.only, body.but),
    )
    answer = {
        "run": applied.run,
        "passed": applied.passed,
        "replanned": applied.replanned,
    }
    return Answer(status=202, body=answer)


def post_decline(call: Call) -> Answer:
    """Say no to what a preview shows: it rests, or what was changed is put back."""
    connection = own_connection(call)
    body = body_as(call, DeclinePreview)
    chosen = _chosen(body.only, body.but)
    declined = decline(
        call.world,
        connection.id,
        call.path["preview"],
        no=No(body.answer),
        now=call.now,
        chosen=chosen,
    )
    answer = {
        "run": declined.run,
        "declined": declined.declined,
        "restored": declined.restored,
    }
    return Answer(status=202, body=answer)


def post_decisions(call: Call) -> Answer:
    """Decide what is one, answer single writes, undo what was done before."""
    connection = own_connection(call)
    body = body_as(call, Decisions)
    given = DecisionsGiven(
        pairs=[Pairing(link=one.link, other=one.other) for one in body.pairs],
        answers={one.id: one.answer for one in body.writes},
        undo=body.undo,
    )
    decided = decide(
        call.world, connection.id, call.path["preview"], given, now=call.now
    )
    return Answer(status=202, body=dict(decided))


def _chosen(only: Sequence[str] | None, but: Sequence[str]) -> Chosen:
    names = None if only is None else frozenset(only)
    return Chosen(only=names, but=frozenset(but))


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
