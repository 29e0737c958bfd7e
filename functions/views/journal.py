"""What the API shows of the journal, and of what is undone of it."""

from functions.views.links import content_view, intent_view
from functions.views.things import plain, time_text
from services.connections.journal import Page, write_id
from services.links.field_names import member_of, named
from services.links.link import Intent
from services.orders.undo import Skipped, Undone
from services.ports.values import Json


def page_view(page: Page, *, link: str | None = None) -> dict[str, Json]:
    """Return the writes that one run made together, only those of one link if named."""
    writes = [
        write_view(write_id(page.id, number), entry)
        for number, entry in enumerate(page.entries)
        if link in (None, entry.link)
    ]
    return {
        "id": page.id,
        "run": page.run,
        "at": time_text(page.at),
        "writes": writes[::-1],
    }


def write_view(name: str, intent: Intent) -> dict[str, Json]:
    """Return a write under the id by which it can be undone, with what was answered."""
    lost = {named(field): value for field, value in intent.lost.items()}
    return {
        **intent_view(intent),
        "id": name,
        "fields": sorted({member_of(atom) for atom in intent.atoms}),
        "lost": plain(lost),
        "order": intent.order or None,
        "answer": {
            "version": intent.after or None,
            "shown": content_view(intent.shown),
            "message": intent.answer or None,
        },
    }


def undone_view(undone: Undone) -> dict[str, Json]:
    """Return what an undo comes to: its run, and what stays as it is."""
    skipped = [skipped_view(each) for each in undone.skipped]
    return {"run": undone.run, "undone": undone.undone, "skipped": skipped}


def skipped_view(skipped: Skipped) -> dict[str, Json]:
    """Return a write that is not undone, or some fields of it, and why."""
    return {
        "write": skipped.write,
        "link": skipped.link,
        "side": str(skipped.side),
        "fields": sorted({member_of(atom) for atom in skipped.atoms}),
        "why": skipped.why,
    }
