"""The API's routes for people: what is kept of an owner, and who looked."""

from functions.routes.call import Call
from functions.routes.scope import own_organization
from functions.views.people import erased_view, kept_view, look_view
from functions.views.things import list_view
from services.documents import record_of
from services.organizations.idempotency import Answer
from services.people.erasing import erase
from services.people.exporting import export_page
from services.people.looks import Look, looks_at
from services.people.person import find_person
from services.refusals import Unknown


def export(call: Call) -> Answer:
    """List everything that is kept of an owner, page by page."""
    organization = own_organization(call)
    store, email = call.world.store, call.path["email"]
    person = find_person(store, organization.id, email)
    if not person.is_known:
        raise Unknown("Nothing is kept of an owner with this address.")
    page = export_page(
        store, person, limit=call.limit(), token=call.query.get("page_token")
    )
    entries = [kept_view(kept) for kept in page.kept]
    return Answer(status=200, body={"items": entries, "next_page_token": page.next})


def erase_person(call: Call) -> Answer:
    """Erase an owner with their agendas, and give our access back to Google."""
    organization = own_organization(call)
    erased = erase(call.world, organization.id, call.path["email"], now=call.now)
    return Answer(status=200, body=erased_view(erased))


def list_looks(call: Call) -> Answer:
    """List what was done with the operator's key here, newest first."""
    organization, limit = own_organization(call), call.limit()
    documents = looks_at(
        call.world.store,
        organization.id,
        limit=limit,
        after=call.page("looks"),
    )
    entries = [look_view(record_of(document, Look)) for document in documents]
    return Answer(status=200, body=list_view(entries, documents, limit=limit))
