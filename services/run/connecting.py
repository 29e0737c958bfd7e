"""What it takes to open a connection's two sides, and to see links as a run does."""

from services.agendas.settings_reading import effective
from services.connections.connection import Connection
from services.ports.store import Document
from services.run.deciding.rules import Rules
from services.world import Application, World
from sync.errors import AccessLost


def application_of(agenda: Document) -> Application:
    """Return what it takes to open the agenda of this document."""
    data = agenda.data
    return Application(
        agenda=agenda.id,
        connector=data["connector"],
        members=data.get("application") or {},
        secret_name=data.get("secret_name") or "",
        last_number=data.get("last_number", 0),
        time_zone=data.get("time_zone") or "UTC",
    )


def rules_of(world: World, connection: Connection) -> Rules:
    """Return the rules by which a run sees a connection's links. Raises AccessLost."""
    agenda = world.store.get(f"agendas/{connection.agenda}")
    if agenda is None:
        raise AccessLost("The agenda was deleted.")
    settings = agenda.data.get("settings") or {}
    return Rules(
        settings=effective(settings, connection.settings),
        connector=world.connect(application_of(agenda)),
        zone=connection.zone,
        email=connection.email,
    )
