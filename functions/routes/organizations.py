"""The API's routes for organizations."""

from msgspec import UNSET

from functions.routes.bodies import (
    Administrators,
    NewOrganization,
    OrganizationPatch,
    body_as,
)
from functions.routes.call import Call
from functions.routes.scope import own_organization
from functions.views.things import list_view, organization_view, percentiles
from services.connections.connection import loaded
from services.connections.leaving import leave
from services.documents import record_of
from services.organizations.google_credentials import read_credentials
from services.organizations.idempotency import Answer
from services.organizations.organization import (
    Organization,
    create_organization,
    delete_organization,
    list_organizations,
    rename_organization,
    set_administrators,
    set_google,
)
from services.paging import every
from services.ports.store import Is, Query, Where
from services.refusals import Unknown


def create(call: Call) -> Answer:
    """Make an organization, with a key that is shown once."""
    body = body_as(call, NewOrganization)
    organization, secret = create_organization(call.world, body.name, now=call.now)
    shown = {**organization_view(organization), "api_key": secret}
    return Answer(status=201, body=shown)


def list_all(call: Call) -> Answer:
    """List organizations by their ids."""
    limit = call.limit()
    documents = list_organizations(
        call.world.store, limit=limit, after=call.page("organizations")
    )
    found = [record_of(document, Organization) for document in documents]
    entries = [organization_view(organization) for organization in found]
    return Answer(status=200, body=list_view(entries, documents, limit=limit))


def get(call: Call) -> Answer:
    """Show an organization."""
    return Answer(status=200, body=organization_view(own_organization(call)))


def patch(call: Call) -> Answer:
    """Rename an organization."""
    organization = own_organization(call)
    name = body_as(call, OrganizationPatch).name
    if name is not UNSET:
        store = call.world.store
        organization = rename_organization(store, organization.id, str(name))
    return Answer(status=200, body=organization_view(organization))


def delete(call: Call) -> Answer:
    """Delete an organization with all that is its own."""
    organization = own_organization(call)
    delete_organization(
        call.world,
        organization.id,
        leave=lambda one: leave(call.world, one, now=call.now),
    )
    return Answer(status=204)


def put_google(call: Call) -> Answer:
    """Set with which Google project an organization works."""
    organization = own_organization(call)
    credentials = read_credentials(call.body)
    replace = bool(call.body.get("replace", False))
    changed = set_google(call.world, organization.id, credentials, replace=replace)
    return Answer(status=200, body=organization_view(changed)["google"])


def put_administrators(call: Call) -> Answer:
    """Set who may sign in for an organization."""
    organization = own_organization(call)
    emails = body_as(call, Administrators).emails
    changed = set_administrators(call.world.store, organization.id, emails)
    return Answer(status=200, body={"emails": list(changed.administrators)})


def freshness(call: Call) -> Answer:
    """Show how long changes took, by direction, over all connections."""
    organization = own_organization(call)
    if call.key.agenda is not None and call.organization != organization.id:
        raise Unknown("There is no such organization.")
    where = [Where(member="organization", compare=Is.EQUAL, value=organization.id)]
    query = Query(collection="connections", where=where)
    found = [loaded(document) for document in every(call.world.store, query)]
    fresh = [connection.freshness for connection in found]
    to_agenda = [each for one in fresh for each in one.to_agenda]
    to_calendar = [each for one in fresh for each in one.to_calendar]
    body = {
        "to_agenda": percentiles(to_agenda),
        "to_calendar": percentiles(to_calendar),
        "connections": len(found),
    }
    return Answer(status=200, body=body)
