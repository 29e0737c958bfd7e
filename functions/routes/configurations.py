"""The API's route for what is to be copied into an application."""

from connectors.base import Site
from functions.routes.call import Call
from functions.routes.scope import own_agenda
from services.agendas.applications import definition_of
from services.organizations.idempotency import Answer
from services.organizations.keys import Scope
from services.refusals import Forbidden, Unknown


def list_all(call: Call) -> Answer:
    """Show what the application is set up with, this very key filled in."""
    agenda = own_agenda(call)
    if call.key.kind is not Scope.AGENDA:
        raise Forbidden(
            "Ask with a key of the agenda: it is filled in, and may do no more than"
            " what is copied needs."
        )
    site = Site(
        base=call.world.addresses.at("api", ""),
        agenda=agenda.id,
        time_zone=agenda.time_zone,
        key=call.headers["Authorization"].split()[-1],
    )
    made = definition_of(call.world, agenda.connector).configurations(
        agenda.application, site
    )
    if not made:
        raise Unknown("Nothing is to be copied into the application of this agenda.")
    shown = [
        {"name": one.name, "description": one.description, "text": one.text}
        for one in made
    ]
    return Answer(status=200, body={"configurations": shown})
