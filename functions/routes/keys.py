"""The API's routes for the keys that open all of one organization."""

from datetime import timedelta

from functions.routes.bodies import NewOrganizationKey, body_as
from functions.routes.call import Call
from functions.routes.scope import own_organization
from functions.views.things import key_view, list_view
from services.documents import record_of
from services.organizations.idempotency import Answer
from services.organizations.keys import (
    Key,
    delete_organization_key,
    make_organization_key,
    organization_keys,
)
from services.refusals import InTheWay


def create_key(call: Call) -> Answer:
    """Make another key that opens the organization, for a while or for good."""
    organization = own_organization(call)
    body = body_as(call, NewOrganizationKey)
    made = make_organization_key(
        organization.id,
        name=body.name,
        lasts=None if body.hours is None else timedelta(hours=body.hours),
        now=call.now,
        by=call.key,
    )
    call.world.store.commit([made.write])
    return Answer(status=201, body={**key_view(made.key), "key": made.secret})


def list_keys(call: Call) -> Answer:
    """List the keys that open the organization, without the keys themselves."""
    organization, limit = own_organization(call), call.limit()
    documents = organization_keys(
        call.world.store,
        organization.id,
        limit=limit,
        after=call.page("api_keys"),
    )
    entries = [key_view(record_of(document, Key)) for document in documents]
    return Answer(status=200, body=list_view(entries, documents, limit=limit))


def delete_key(call: Call) -> Answer:
    """Close the organization to a key; no key closes itself."""
    organization = own_organization(call)
    if call.path["key"] == call.key.id:
        raise InTheWay("A key cannot close itself: use the one that takes its place.")
    delete_organization_key(call.world.store, organization.id, call.path["key"])
    return Answer(status=204)
