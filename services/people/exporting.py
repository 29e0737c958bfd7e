"""Show a person all that is kept of them, page by page, whatever there is of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.connections.asked_runs import runs_of
from services.connections.connection import path_of as connection_path
from services.connections.journal import journal_of
from services.consent.invitations import path_of as invitation_path
from services.google.accounts import path_of as account_path
from services.items.records import agenda_path, items_path
from services.links.link import links_of
from services.opaque import opaque, plain_of
from services.people.person import Person
from services.ports.store import Document, Query, Store
from services.refusals import invalid


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """One thing that is kept of a person; `kind` says what its document is."""

    kind: str
    document: Document


@dataclass(frozen=True, kw_only=True, slots=True)
class ExportPage:
    """Some of what is kept, and where the rest begins; None when that was all."""

    kept: Sequence[Kept]
    next: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Part:
    """A document alone, or with `of_many` a collection of them."""

    kind: str
    path: str
    of_many: bool = False


def export_page(
    store: Store, person: Person, *, limit: int, token: str | None
) -> ExportPage:
    """Return the next of what is kept of a person. Raises Invalid for a strange token.

    A token is a number of parts that were shown, and the place within the next one.
    """
    parts = list(_parts(person))
    number, after = _place(token, parts)
    kept: list[Kept] = []
    read = 0
    while number < len(parts) and read < limit:
        found = _read(store, parts[number], after, limit=limit - read)
        read += len(found)
        # A link may be found by other names too; those hold nothing else.
        real = [one for one in found if "same_as" not in one.data]
        kept += [Kept(kind=parts[number].kind, document=one) for one in real]
        if parts[number].of_many and read == limit:
            return ExportPage(kept=kept, next=opaque(f"{number} {found[-1].path}"))
        number, after = number + 1, ""
    more = number < len(parts)
    return ExportPage(kept=kept, next=opaque(f"{number} ") if more else None)


def _parts(person: Person) -> list[_Part]:
    """Return where everything lies, in an order that stays while nothing changes."""
    parts = [_Part(kind="account", path=account_path(x.id)) for x in person.accounts]
    for agenda in person.agendas:
        parts.append(_Part(kind="agenda", path=agenda_path(agenda.id)))
        parts.append(_Part(kind="item", path=items_path(agenda.id), of_many=True))
    parts += [
        _Part(kind="invitation", path=invitation_path(one.id))
        for one in person.invitations
    ]
    for connection in person.connections:
        of_many = (
            ("link", links_of(connection.id)),
            ("write", journal_of(connection.id)),
            ("run", runs_of(connection.id)),
        )
        parts.append(_Part(kind="connection", path=connection_path(connection.id)))
        parts += [_Part(kind=kind, path=path, of_many=True) for kind, path in of_many]
    return parts


def _read(store: Store, part: _Part, after: str, *, limit: int) -> Sequence[Document]:
    if not part.of_many:
        document = store.get(part.path)
        return [] if document is None else [document]
    behind = Document(path=after, data={}, version="") if after else None
    return store.query(Query(collection=part.path, limit=limit, after=behind))


def _place(token: str | None, parts: Sequence[_Part]) -> tuple[int, str]:
    if token is None:
        return 0, ""
    try:
        number, _, after = plain_of(token).partition(" ")
        place = int(number)
    except ValueError:
        raise _strange() from None
    within = 0 <= place < len(parts)
    if not within or (after and not after.startswith(f"{parts[place].path}/")):
        raise _strange()
    return place, after


def _strange() -> Exception:
    return invalid("/page_token", "This is not one of our page tokens.")
