"""What surrounds a page of Google's, looked at before any of the page is taken."""

from collections.abc import Callable
from dataclasses import replace

from services.connections.connection import Connection, State
from services.google.calendars import suffices
from services.ports.calendar import Envelope
from services.run.hint import Stopped
from services.run.session import Session

Change = Callable[[Connection], Connection]


def believe(session: Session, envelope: Envelope) -> None:
    """Look at what surrounds a page before any of it is taken.

    Raises Stopped when our role no longer suffices; the connection says so.
    """
    if not suffices(envelope.access_role, session.settings.direction):
        reason = (
            f'Our role on this calendar is now "{envelope.access_role}", which is not'
            " enough: nothing is carried until Google allows more again."
        )
        session.save(_failing(reason, role=envelope.access_role))
        raise Stopped(reason)
    if _differs(session.connection, envelope):
        session.save(_as_in(envelope))


def _differs(connection: Connection, envelope: Envelope) -> bool:
    known = connection.access_role, connection.zone
    return known != (envelope.access_role, envelope.time_zone or connection.zone)


def _as_in(envelope: Envelope) -> Change:
    def told(now: Connection) -> Connection:
        return replace(
            now,
            access_role=envelope.access_role,
            zone=envelope.time_zone or now.zone,
        )

    return told


def _failing(reason: str, *, role: str) -> Change:
    def failing(now: Connection) -> Connection:
        return replace(now, state=State.FAILING, reason=reason, access_role=role)

    return failing
