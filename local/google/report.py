"""All that the stand-in knows, as JSON for tests and the curious."""

from local.google.listing import view_of
from local.google.model import Calendar, Resource
from local.google.rendering import resource_of
from local.google.state import State
from local.google.visit import Viewer, open_visit
from local.google.world import World


def state_report(world: World, *, account: str | None) -> Resource:
    """Return everything, or what concerns one account; never a token or secret."""
    state = world.state
    wanted = account.lower() if account else None
    return {
        "now": state.now().isoformat(),
        "accounts": _accounts(state, wanted),
        "calendars": [
            _calendar(state, calendar)
            for calendar in state.calendars.all()
            if wanted in (None, calendar.data_owner)
        ],
        "channels": _channels(state, wanted),
        "clients": _clients(state),
        "grants": _grants(state, wanted),
        "tokens": _token_counts(state, wanted),
        "undelivered": world.pusher.undelivered,
    }


def _accounts(state: State, wanted: str | None) -> list[Resource]:
    return [
        {
            "email": one.email,
            "id": one.subject,
            "name": one.name,
            "test_user": one.test_user,
            "time_zone": one.time_zone,
            "service_account": one.is_service,
        }
        for one in state.accounts.all()
        if wanted in (None, one.email)
    ]


def _calendar(state: State, calendar: Calendar) -> Resource:
    viewer = Viewer(email=calendar.data_owner, client_id="control", project="control")
    visit = open_visit(state, viewer, calendar.id)
    view = view_of(visit)
    rows = sorted(visit.table.rows.values(), key=lambda row: row.change)
    return {
        "id": calendar.id,
        "summary": calendar.summary,
        "owner": calendar.data_owner,
        "time_zone": calendar.time_zone,
        "primary": calendar.primary,
        "acl": {rule: entry["role"] for rule, entry in calendar.acl.items()},
        "events": [resource_of(visit.table, row, view=view) for row in rows],
    }


def _channels(state: State, wanted: str | None) -> list[Resource]:
    now = int(state.now().timestamp() * 1000)
    return [
        {
            "id": one.id,
            "resource_id": one.resource_id,
            "collection": one.collection,
            "account": one.email,
            "client_id": one.client_id,
            "address": one.address,
            "expiration": one.expires_at,
            "active": not one.stopped and one.expires_at > now,
            "last_message": one.message_number,
        }
        for one in state.channels.all()
        if wanted in (None, one.email)
    ]


def _clients(state: State) -> list[Resource]:
    return [
        {
            "client_id": one.client_id,
            "project": one.project,
            "type": one.kind,
            "status": one.status,
            "redirect_uris": list(one.redirect_uris),
        }
        for one in state.clients.all()
    ]


def _grants(state: State, wanted: str | None) -> list[Resource]:
    found = []
    for key, grant in state.grants.items():
        email, _, project = key.partition("\n")
        if wanted in (None, email):
            entry = {"email": email, "project": project, "scopes": list(grant.scopes)}
            found.append(entry)
    return found


def _token_counts(state: State, wanted: str | None) -> dict[str, int]:
    access = [one for one in state.access_tokens.all() if wanted in (None, one.email)]
    refresh = [one for one in state.refresh_tokens.all() if wanted in (None, one.email)]
    return {"access": len(access), "refresh": len(refresh), "codes": len(state.codes)}
