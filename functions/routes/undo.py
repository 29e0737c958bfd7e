"""The API's routes for what was written, for taking it back, and for leaving."""

from datetime import datetime

from functions.routes.bodies import Disconnect, Reset, Undo, body_as
from functions.routes.call import Call
from functions.routes.previews import made
from functions.routes.scope import own_connection
from functions.views.journal import page_view, undone_view
from functions.views.runs import checked_run, empty_page
from functions.views.things import list_view
from services.connections import journal
from services.connections.asked_runs import find, noted
from services.connections.leaving import Copies
from services.connections.leaving import disconnect as end
from services.orders.jobs import Next
from services.orders.removing import remove_copies
from services.orders.reset import Existing, preview_reset
from services.orders.undo import Undone, undo_run, undo_since, undo_write
from services.organizations.idempotency import Answer
from services.ports.store import Document
from services.refusals import invalid

NO_MOMENT = 'Must be a time with an offset, such as "2027-03-29T09:00:00Z".'


def list_journal(call: Call) -> Answer:
    """List runs and their writes, newest first, with before-images and answers."""
    connection, limit = own_connection(call), call.limit()
    store, after = call.world.store, _journal_place(call)
    asked, link = call.query.get("run"), call.query.get("link")
    found = journal.newest(store, connection.id, limit=limit, after=after, run=asked)
    known = asked and find(store, connection.id, checked_run(asked))
    if known and not found:
        # Another run was to come anyway, and did for both.
        found = journal.newest(
            store, connection.id, limit=limit, after=after, run=known.run
        )
    entries = [page_view(page, link=link) for page, _ in found]
    documents = [document for _, document in found]
    if known and not found and after is None:
        entries = [empty_page(known)]
    shown = [entry for entry in entries if entry["writes"] or link is None]
    return Answer(status=200, body=list_view(shown, documents, limit=limit))


def _journal_place(call: Call) -> Document | None:
    """Return the page behind which the list goes on: its order is by time."""
    place = call.page(journal.journal_of(call.path["connection"]))
    if place is None:
        return None
    found = call.world.store.get(place.path)
    if found is None:
        raise invalid("/page_token", "This part of the journal is not kept any more.")
    return found


def undo(call: Call) -> Answer:
    """Take back one write, one run, or everything since a time, on both sides."""
    connection = own_connection(call)
    done = _undone(call, connection.id, body_as(call, Undo))
    return Answer(status=202, body=undone_view(done))


def _undone(call: Call, connection_id: str, body: Undo) -> Undone:
    world, now = call.world, call.now
    given = [name for name in ("write", "run", "since") if getattr(body, name)]
    if len(given) != 1:
        raise invalid("", 'Say one of "write", "run" and "since".')
    if body.write:
        return undo_write(world, connection_id, body.write, now=now)
    if body.run:
        return undo_run(world, connection_id, body.run, now=now)
    return undo_since(world, connection_id, _moment(body.since or ""), now=now)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise invalid("/since", NO_MOMENT) from None
    if moment.tzinfo is None or not 1 < moment.year < 9998:
        raise invalid("/since", NO_MOMENT)
    return moment


def reset(call: Call) -> Answer:
    """Show what a reset would do; applying the preview does it."""
    connection, body = own_connection(call), body_as(call, Reset)
    preview = preview_reset(
        call.world,
        connection.id,
        existing=Existing(body.existing),
        following=Next(body.next),
        now=call.now,
    )
    return made(call, preview)


def disconnect(call: Call) -> Answer:
    """End a connection; our copies stay, or are removed first."""
    connection, body = own_connection(call), body_as(call, Disconnect)
    copies = Copies(body.copies)
    if copies is Copies.REMOVE:
        run = remove_copies(call.world, connection.id, revoke=body.revoke, now=call.now)
        return Answer(status=202, body={"run": run})
    end(call.world, connection.id, revoke=body.revoke, copies=copies, now=call.now)
    run = noted(call.world, connection.id, asked_for="disconnect")
    return Answer(status=202, body={"run": run})
