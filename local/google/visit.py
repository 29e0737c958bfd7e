"""Who calls, and what they may do with the calendar that they ask for."""

from dataclasses import dataclass

from local.google.accounts import rank, role_of
from local.google.errors import (
    access_level_required,
    calendar_refusal,
    forbidden,
    insufficient_scopes,
    not_found,
)
from local.google.model import Calendar, Resource
from local.google.state import State
from local.google.tables import EventTable

AUTH = "https://www.googleapis.com/auth/"
FULL = f"{AUTH}calendar"
OWNED = (f"{AUTH}calendar.events.owned", f"{AUTH}calendar.events.owned.readonly")
PUBLIC = f"{AUTH}calendar.events.public.readonly"
APP_CREATED = f"{AUTH}calendar.app.created"


@dataclass(frozen=True, kw_only=True, slots=True)
class Viewer:
    """The person for whom a call is made, and the client that makes it.

    `scopes` are those of the token that open the called method.
    """

    email: str
    client_id: str
    project: str
    scopes: frozenset[str] = frozenset({FULL})
    service_account: str | None = None

    @property
    def acts_alone(self) -> bool:
        """Say whether a service account acts as itself, for nobody."""
        return self.service_account == self.email


@dataclass(frozen=True, kw_only=True, slots=True)
class Visit:
    """A viewer at one calendar, with the role that they have there."""

    state: State
    viewer: Viewer
    calendar: Calendar
    role: str

    @property
    def table(self) -> EventTable:
        """Return the calendar's events."""
        return self.state.table_of(self.calendar.id)

    @property
    def shown_role(self) -> str:
        """Return the role as answers name it."""
        unknown = self.state.option("unknown_role")
        return "somethingNew" if unknown else self.role


def open_visit(
    state: State, viewer: Viewer, calendar_id: str, *, at_least: str = "freeBusyReader"
) -> Visit:
    """Return the viewer's visit to a calendar, or raise Google's refusal."""
    account = state.accounts.get(viewer.email)
    if account is not None and not account.has_calendar:
        raise calendar_refusal(
            403, "notACalendarUser", "The user must be signed up for Google Calendar."
        )
    real_id = viewer.email if calendar_id == "primary" else calendar_id
    calendar = state.calendars.get(real_id) or state.calendars.get(real_id.lower())
    if calendar is None:
        raise not_found()
    role = role_of(state, viewer.email, calendar)
    if rank(role) < rank("freeBusyReader"):
        raise not_found()
    visit = Visit(state=state, viewer=viewer, calendar=calendar, role=role)
    _check_scopes(visit)
    if rank(role) < rank(at_least):
        raise access_level_required("owner" if at_least == "owner" else "writer")
    return visit


def _check_scopes(visit: Visit) -> None:
    if not any(_scope_opens(visit, scope) for scope in visit.viewer.scopes):
        raise insufficient_scopes()


def _scope_opens(visit: Visit, scope: str) -> bool:
    calendar = visit.calendar
    if scope in OWNED:
        return visit.role == "owner"
    if scope == PUBLIC:
        return "default" in calendar.acl
    if scope == APP_CREATED:
        return calendar.client_id == visit.viewer.client_id
    return True


def check_private_access(visit: Visit, fields: Resource) -> None:
    """Raise 403 for a private event that this role may not change."""
    private = fields.get("visibility") in ("private", "confidential")
    if private and visit.role == "writerWithoutPrivateAccess":
        raise forbidden()
