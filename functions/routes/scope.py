"""What a key may see: whatever is not its own does not exist for it."""

from functions.routes.call import Call
from services.agendas.agenda import Agenda, get_agenda
from services.agendas.applications import definition_of
from services.connections.connection import Connection, ConnectionMissing, load
from services.items.records import checked_item_id
from services.organizations.keys import Scope
from services.organizations.organization import Organization, get_organization
from services.refusals import Unknown, invalid


def own_organization(call: Call) -> Organization:
    """Return the organization of the path, if it is this key's. Raises Unknown."""
    wanted = call.path["organization"]
    if call.organization not in (None, wanted):
        raise Unknown("There is no such organization.")
    return get_organization(call.world.store, wanted)


def organization_for(call: Call, given: str | None) -> str:
    """Return for which organization something is made: the key's own, or as given."""
    if call.organization is not None:
        if given not in (None, call.organization):
            raise Unknown("There is no such organization.")
        return call.organization
    if given is None:
        raise invalid(
            "/organization", "With the operator's key, name the organization."
        )
    return given


def organization_about(call: Call) -> str | None:
    """Return the organization that a call is about, as far as the call says it."""
    body = call.body if isinstance(call.body, dict) else {}
    named = (
        call.organization,
        call.path.get("organization"),
        call.query.get("organization"),
        body.get("organization"),
    )
    return next((one for one in named if isinstance(one, str) and one), None)


def own_agenda(call: Call) -> Agenda:
    """Return the agenda of the path, if it is this key's. Raises Unknown."""
    wanted = call.path["agenda"]
    if call.key.agenda not in (None, wanted):
        raise Unknown("There is no such agenda.")
    agenda = get_agenda(call.world.store, wanted)
    if call.organization not in (None, agenda.organization):
        raise Unknown("There is no such agenda.")
    return agenda


def rest_agenda(call: Call) -> Agenda:
    """Return the agenda of the path, if Tandem keeps its items. Raises Unknown."""
    agenda = own_agenda(call)
    if not definition_of(call.world, agenda.connector).keeps_items:
        raise Unknown("The items of this agenda are kept by its own application.")
    return agenda


def item_id(call: Call) -> str:
    """Return the item of the path. Raises Invalid where it cannot be one's id."""
    return checked_item_id(call.path["item"])


def own_connection(call: Call) -> Connection:
    """Return the connection of the path, if it is this key's. Raises Unknown."""
    try:
        connection, _ = load(call.world.store, call.path["connection"])
    except ConnectionMissing:
        raise Unknown("There is no such connection.") from None
    if call.organization not in (None, connection.organization):
        raise Unknown("There is no such connection.")
    return connection


ORGANIZATION_KEYS = frozenset({Scope.ORGANIZATION})
MANAGING_KEYS = frozenset({Scope.OPERATOR, Scope.ORGANIZATION})
OPERATOR_KEYS = frozenset({Scope.OPERATOR})
ITEM_KEYS = frozenset({Scope.ORGANIZATION, Scope.AGENDA})
ALL_KEYS = frozenset(Scope)
