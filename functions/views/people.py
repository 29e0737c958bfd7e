"""What the API shows of a person: everything that is kept, but no secret."""

from collections.abc import Callable, Mapping

from functions.views.journal import page_view
from functions.views.links import link_view
from functions.views.things import (
    agenda_view,
    connection_view,
    invitation_view,
    plain,
    time_text,
)
from services.agendas.agenda import Agenda
from services.connections.connection import loaded
from services.connections.journal import page_of
from services.consent.invitations import Invitation
from services.documents import data_of, record_of
from services.google.accounts import Account
from services.items.records import stored_item
from services.links.documents import link_of
from services.people.erasing import Erased
from services.people.exporting import Kept
from services.people.looks import Look
from services.ports.store import Document
from services.ports.values import Json


def kept_view(kept: Kept) -> dict[str, Json]:
    """Return one thing that is kept of a person: what kind of thing, and all of it."""
    return {"kind": kept.kind, "value": _VIEWS[kept.kind](kept.document)}


def erased_view(erased: Erased) -> dict[str, Json]:
    """Return what an erasure came to."""
    found: dict[str, Json] = data_of(erased)
    return found


def look_view(look: Look) -> dict[str, Json]:
    """Return what somebody did with the operator's key."""
    return {
        "id": look.id,
        "at": time_text(look.at),
        "who": look.who,
        "did": look.did,
        "about": dict(look.about),
    }


def _account(document: Document) -> dict[str, Json]:
    account = record_of(document, Account)
    return {
        "id": account.id,
        "email": account.email,
        "subject": account.subject,
        "kind": account.kind,
        "scopes": list(account.scopes),
        "state": str(account.state),
        "created_at": time_text(account.created_at),
    }


def _agenda(document: Document) -> dict[str, Json]:
    shown = agenda_view(record_of(document, Agenda), hook="")
    return {name: value for name, value in shown.items() if name != "hook_url"}


def _item(document: Document) -> dict[str, Json]:
    item = stored_item(document)
    return {
        "id": item.id,
        "changed_at": time_text(item.changed_at),
        "deleted": item.deleted,
        "item": None if item.deleted else item.json,
    }


def _invitation(document: Document) -> dict[str, Json]:
    invitation = record_of(document, Invitation)
    return invitation_view(invitation, now=invitation.created_at)


def _connection(document: Document) -> dict[str, Json]:
    connection = loaded(document)
    return connection_view(connection, now=connection.created_at)


def _link(document: Document) -> dict[str, Json]:
    return link_view(link_of(document), zone="UTC")


def _write(document: Document) -> dict[str, Json]:
    return page_view(page_of(document))


def _run(document: Document) -> dict[str, Json]:
    found: dict[str, Json] = plain(document.data)
    return found


_VIEWS: Mapping[str, Callable[[Document], dict[str, Json]]] = {
    "account": _account,
    "agenda": _agenda,
    "item": _item,
    "invitation": _invitation,
    "connection": _connection,
    "link": _link,
    "write": _write,
    "run": _run,
}
