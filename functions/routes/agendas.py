"""The API's routes for agendas: themselves, their keys, invitations and webhook."""

from msgspec import UNSET, to_builtins

from functions.routes.bodies import (
    AgendaPatch,
    NewAgenda,
    NewInvitation,
    NewKey,
    NewWebhook,
    body_as,
)
from functions.routes.call import Call
from functions.routes.scope import organization_for, own_agenda
from functions.views.things import agenda_view, invitation_view, key_view, list_view
from services.agendas.agenda import (
    Agenda,
    Wanted,
    change_agenda,
    create_agenda,
    delete_agenda,
    list_agendas,
)
from services.agendas.agenda_hooks import hook_url
from services.agendas.webhooks import remove_hook, set_hook
from services.connections.connection import of_agenda
from services.connections.leaving import leave
from services.connections.steering import look_anew
from services.consent import invitations
from services.consent.invitations import Invitation, Invited
from services.documents import record_of
from services.organizations.idempotency import Answer
from services.organizations.keys import (
    Key,
    agenda_keys,
    delete_agenda_key,
    make_agenda_key,
)
from services.ports.values import Json


def _view(call: Call, agenda: Agenda) -> dict[str, Json]:
    return agenda_view(agenda, hook=hook_url(call.world, agenda.id))


def create(call: Call) -> Answer:
    """Make an agenda."""
    body = body_as(call, NewAgenda)
    given = None if body.organization is UNSET else str(body.organization)
    wanted = Wanted(
        name=body.name,
        owner_email=body.owner_email,
        connector=body.connector,
        application=body.application,
        settings=body.settings,
    )
    organization = organization_for(call, given)
    agenda = create_agenda(call.world, wanted, organization=organization, now=call.now)
    return Answer(status=201, body=_view(call, agenda))


def list_all(call: Call) -> Answer:
    """List agendas by their ids."""
    limit = call.limit()
    given = call.query.get("organization")
    organization = call.organization
    if organization is None or given is not None:
        organization = None if given is None else organization_for(call, given)
    documents = list_agendas(
        call.world.store,
        organization=organization,
        limit=limit,
        after=call.page("agendas"),
    )
    entries = [_view(call, record_of(document, Agenda)) for document in documents]
    return Answer(status=200, body=list_view(entries, documents, limit=limit))


def get(call: Call) -> Answer:
    """Show an agenda."""
    return Answer(status=200, body=_view(call, own_agenda(call)))


def patch(call: Call) -> Answer:
    """Change what a merge patch names."""
    agenda = own_agenda(call)
    changes = to_builtins(body_as(call, AgendaPatch))
    if changes:
        agenda = change_agenda(call.world, agenda.id, changes)
        look_anew(call.world, of_agenda(call.world.store, agenda.id))
    return Answer(status=200, body=_view(call, agenda))


def delete(call: Call) -> Answer:
    """Delete an agenda with what lies under it, and end its connections."""
    agenda = own_agenda(call)
    delete_agenda(
        call.world, agenda.id, leave=lambda one: leave(call.world, one, now=call.now)
    )
    return Answer(status=204)


# --- Keys ----------------------------------------------------------------------------


def create_key(call: Call) -> Answer:
    """Make a key that opens the agenda's items and changes; it is shown once."""
    agenda = own_agenda(call)
    made = make_agenda_key(
        agenda.id,
        organization=agenda.organization,
        name=body_as(call, NewKey).name,
        now=call.now,
        by=call.key,
    )
    call.world.store.commit([made.write])
    return Answer(status=201, body={**key_view(made.key), "key": made.secret})


def list_keys(call: Call) -> Answer:
    """List an agenda's keys, without the keys themselves."""
    agenda, limit = own_agenda(call), call.limit()
    documents = agenda_keys(
        call.world.store, agenda.id, limit=limit, after=call.page("api_keys")
    )
    entries = [key_view(record_of(document, Key)) for document in documents]
    return Answer(status=200, body=list_view(entries, documents, limit=limit))


def delete_key(call: Call) -> Answer:
    """Close the agenda to a key."""
    agenda = own_agenda(call)
    delete_agenda_key(call.world.store, agenda.id, call.path["key"])
    return Answer(status=204)


# --- Invitations ---------------------------------------------------------------------


def create_invitation(call: Call) -> Answer:
    """Invite the agenda's owner to connect, by mail; the link is shown once."""
    agenda = own_agenda(call)
    language = body_as(call, NewInvitation).language or "en"
    invited = invitations.create(call.world, agenda.id, language=language, now=call.now)
    return Answer(status=201, body=_invited(call, invited))


def list_invitations(call: Call) -> Answer:
    """List an agenda's invitations, without their links."""
    agenda, limit = own_agenda(call), call.limit()
    documents = invitations.of_agenda(
        call.world, agenda.id, limit=limit, after=call.page("invitations")
    )
    found = [record_of(document, Invitation) for document in documents]
    entries = [invitation_view(one, now=call.now) for one in found]
    return Answer(status=200, body=list_view(entries, documents, limit=limit))


def get_invitation(call: Call) -> Answer:
    """Show an invitation, without its link."""
    agenda = own_agenda(call)
    found, _ = invitations.load(call.world, agenda.id, call.path["invitation"])
    return Answer(status=200, body=invitation_view(found, now=call.now))


def delete_invitation(call: Call) -> Answer:
    """Make the link useless."""
    agenda = own_agenda(call)
    invitations.revoke(call.world, agenda.id, call.path["invitation"], now=call.now)
    return Answer(status=204)


def resend_invitation(call: Call) -> Answer:
    """Mail a new link in place of the old one."""
    agenda = own_agenda(call)
    invited = invitations.resend(
        call.world, agenda.id, call.path["invitation"], now=call.now
    )
    return Answer(status=200, body=_invited(call, invited))


def _invited(call: Call, invited: Invited) -> dict[str, Json]:
    shown = invitation_view(invited.invitation, now=call.now)
    return {**shown, "url": invited.url}


# --- Webhook -------------------------------------------------------------------------


def put_webhook(call: Call) -> Answer:
    """Say where changes are told of; the secret is shown once."""
    agenda = own_agenda(call)
    url = body_as(call, NewWebhook).url
    secret = set_hook(call.world, agenda.id, url)
    return Answer(status=200, body={"url": url, "secret": secret})


def delete_webhook(call: Call) -> Answer:
    """Tell nobody any more."""
    remove_hook(call.world, own_agenda(call).id)
    return Answer(status=204)
