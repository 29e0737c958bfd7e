"""The API's routes for previews: what is held, and the yes to it."""

from functions.api_call import Call
from functions.api_scope import own_connection
from functions.api_views import list_view, time_text
from functions.link_views import link_view
from services.idempotency import Answer
from services.ports import Json
from services.previews import (
    Preview,
    apply,
    get_preview,
    held,
    list_previews,
    preview_of,
    previews_of,
)


def list_all(call: Call) -> Answer:
    """List a connection's previews."""
    connection, limit = own_connection(call), call.limit()
    after = call.page(previews_of(connection.id))
    documents = list_previews(call.world.store, connection.id, limit=limit, after=after)
    entries = [_view(preview_of(document)) for document in documents]
    return Answer(status=200, body=list_view(entries, documents, limit=limit))


def get(call: Call) -> Answer:
    """Show what a preview holds back: how much, and the first of it with both sides."""
    connection, store = own_connection(call), call.world.store
    preview = get_preview(store, connection.id, call.path["preview"])
    found = held(store, connection.id)
    body = {
        **_view(preview),
        "counts": dict(found.counts),
        "writes": [link_view(link, zone=connection.zone) for link in found.links],
        "more": found.more,
    }
    return Answer(status=200, body=body)


def post_apply(call: Call) -> Answer:
    """Let everything that is held pass, and ask for a run."""
    connection = own_connection(call)
    done = apply(call.world, connection.id, call.path["preview"], now=call.now)
    return Answer(status=202, body={"run": done.run})


def _view(preview: Preview) -> dict[str, Json]:
    return {
        "id": preview.id,
        "kind": preview.kind,
        "reason": preview.reason,
        "created_at": time_text(preview.created_at),
        "expires_at": time_text(preview.expires_at),
        "applied_at": time_text(preview.applied_at),
    }
