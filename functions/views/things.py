"""What the API shows of each thing: never a secret, never a hash."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from services.agendas.agenda import Agenda
from services.connections.connection import Connection, State
from services.consent.invitations import Invitation
from services.documents import data_of
from services.links.link import Waiting
from services.organizations.keys import Key
from services.organizations.organization import Organization
from services.ports.store import Document
from services.ports.values import Json


def time_text(moment: datetime | None) -> str | None:
    """Return a time after RFC 3339."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def list_view(
    entries: Sequence[Json], documents: Sequence[Document], *, limit: int
) -> dict[str, Json]:
    """Return a page of a list, and where the next one begins."""
    more = len(documents) == limit
    return {
        "items": list(entries),
        "next_page_token": documents[-1].id if more else None,
    }


def organization_view(organization: Organization) -> dict[str, Json]:
    """Return an organization, without the secret of its Google project."""
    google = organization.google
    shown = None
    if google is not None:
        shown = {"kind": google.kind, "client_id": google.client_id}
        shown |= {"email": google.email} if google.email else {}
    return {
        "id": organization.id,
        "name": organization.name,
        "created_at": time_text(organization.created_at),
        "google": shown,
        "administrators": list(organization.administrators),
    }


def agenda_view(agenda: Agenda, *, hook: str) -> dict[str, Json]:
    """Return an agenda; `hook` is the address to tell us of changes."""
    return {
        "id": agenda.id,
        "organization": agenda.organization,
        "name": agenda.name,
        "owner_email": agenda.owner_email,
        "connector": agenda.connector,
        "application": dict(agenda.application),
        "settings": dict(agenda.settings),
        "time_zone": agenda.time_zone,
        "created_at": time_text(agenda.created_at),
        "webhook": None if agenda.webhook is None else {"url": agenda.webhook.url},
        "hook_url": hook,
    }


def key_view(key: Key) -> dict[str, Json]:
    """Return a key without the key."""
    return {
        "id": key.id,
        "name": key.name,
        "created_at": time_text(key.created_at),
        "expires_at": time_text(key.expires_at),
        "by_operator": key.by_operator,
    }


def invitation_view(invitation: Invitation, *, now: datetime) -> dict[str, Json]:
    """Return an invitation without its link."""
    return {
        "id": invitation.id,
        "email": invitation.email,
        "language": invitation.language,
        "state": str(invitation.state(now)),
        "created_at": time_text(invitation.created_at),
        "expires_at": time_text(invitation.expires_at),
        "sent_at": time_text(invitation.sent_at),
        "used_at": time_text(invitation.used_at),
    }


def connection_view(connection: Connection, *, now: datetime) -> dict[str, Json]:
    """Return a connection: how it does, and nothing of the appointments."""
    run = connection.last_run
    shown = {
        "id": connection.id,
        "organization": connection.organization,
        "agenda": connection.agenda,
        "account": connection.account,
        "email": connection.email,
        "calendar_id": connection.calendar_id,
        "summary": connection.summary,
        "shared": connection.shared,
        "state": str(connection.shown_state(now)),
        "reason": connection.shown_reason,
        "settings": dict(connection.settings),
        "created_at": time_text(connection.created_at),
        "freshness": {
            "to_agenda": percentiles(connection.freshness.to_agenda),
            "to_calendar": percentiles(connection.freshness.to_calendar),
        },
        "counts": data_of(connection.counts),
        "audit": audit_view(connection),
        "push": push_view(connection),
        "last_run": None if run is None else _times_as_text(data_of(run)),
    }
    if connection.until is not None:
        shown["until"] = time_text(connection.until)
    return shown


def push_view(connection: Connection) -> dict[str, Json]:
    """Return whether Google tells of changes, and how often it fell silent."""
    if connection.channel is None:
        state = "closed" if connection.watchable else "impossible"
    else:
        state = "silent" if connection.silent else "open"
    return {"state": state, "silences": connection.silences}


def audit_view(connection: Connection) -> dict[str, Json]:
    """Return what the newest audit came to, and when the next one is due."""
    audit = connection.audit
    return {
        "last_at": time_text(audit.last_at) if audit else None,
        "links": audit.links if audit else 0,
        "drifted": audit.drifted if audit else 0,
        "repaired": audit.repaired if audit else 0,
        "found": dict(audit.found) if audit else {},
        "run": audit.run if audit else None,
        "next_at": time_text(connection.audit_at),
    }


def percentiles(samples: Sequence[int]) -> dict[str, Json]:
    """Return the middle and the slow end of some milliseconds; null without any."""
    ordered = sorted(samples)
    if not ordered:
        return {"p50": None, "p95": None, "samples": 0}
    last = len(ordered) - 1
    return {
        "p50": ordered[round(last * 0.5)],
        "p95": ordered[round(last * 0.95)],
        "samples": len(ordered),
    }


def plain(value: Json) -> Json:
    """Return a value of ours as JSON: times as text, sets and tuples as lists."""
    if isinstance(value, datetime):
        return time_text(value)
    if isinstance(value, Mapping):
        return {str(name): plain(member) for name, member in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(member) for member in value]
    return value


def _times_as_text(data: Mapping[str, Json]) -> dict[str, Json]:
    return {name: plain(value) for name, value in data.items()}


STATES = tuple(str(state) for state in State)
WAITING = tuple(str(waiting) for waiting in Waiting)
