"""The stand-in's own controls, under `/_/`: for tests and the curious."""

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

from flask import Flask, request
from werkzeug.wrappers import Response

from local.google.accounts import (
    add_account,
    add_calendar,
    new_subject,
    remove_account,
    remove_calendar,
    share,
)
from local.google.consent import project_of
from local.google.control_tokens import make_service_account, make_tokens
from local.google.errors import ApiError
from local.google.events import insert
from local.google.faults import schema
from local.google.list_tokens import expire_sync_tokens
from local.google.model import Account, Calendar, Client, Resource
from local.google.report import state_report
from local.google.splitting import split
from local.google.state import OPTIONS
from local.google.times import instant_of, utc_text, zone
from local.google.visit import Viewer, open_visit
from local.google.world import World
from local.google.writing import WriteOptions

KINDS_OF_CLIENT = ("web", "desktop")
STATUSES = ("unspecified", "testing", "production", "internal", "deleted")

Control = Callable[[World, Resource], Any]


class ControlError(Exception):
    """A control call that makes no sense."""


def register_control(app: Flask, world: World) -> None:
    """Give the app its controls."""
    for verb, path, control in CONTROLS:
        app.add_url_rule(
            f"/_/{path}",
            endpoint=f"control {verb} {path}",
            methods=[verb],
            view_func=_view(world, control),
        )


def _view(world: World, control: Control) -> Callable[..., Response]:
    def view(**path: str) -> Response:
        sent = request.get_json(silent=True, force=True)
        body = {**request.args, **(sent if isinstance(sent, dict) else {}), **path}
        try:
            return _json(control(world, body))
        except (ControlError, KeyError, TypeError, ValueError) as error:
            return _json({"error": str(error)}, status=400)
        except ApiError as error:
            return _json(error.body(), status=error.status)

    return view


def _json(body: Any, *, status: int = 200) -> Response:
    text = json.dumps(body, ensure_ascii=False, default=str)
    return Response(text, status=status, content_type="application/json; charset=utf-8")


def _account(world: World, body: Resource) -> Resource:
    email = _address(body)
    zone_name = str(body.get("timezone") or body.get("time_zone") or "UTC")
    zone(zone_name)
    old = world.state.accounts.get(email)
    account = Account(
        email=email,
        subject=old.subject if old else new_subject(),
        name=str(body.get("name", "")),
        password=body.get("password") or None,
        test_user=body.get("test_user"),
        time_zone=zone_name,
        has_calendar=body.get("calendar_user", True) is not False,
    )
    add_account(world.state, account)
    return {"email": email, "id": account.subject, "calendar_id": email}


def _address(body: Resource) -> str:
    email = str(body.get("email", "")).strip().lower()
    if "@" not in email:
        raise ControlError("email: an address is needed")
    return email


def _remove_account(world: World, body: Resource) -> Resource:
    remove_account(world.state, _address(body))
    return {}


def _client(world: World, body: Resource) -> Resource:
    client_id = str(body["client_id"])
    client = Client(
        client_id=client_id,
        project=str(body.get("project") or project_of(client_id)),
        secret=body.get("client_secret"),
        redirect_uris=tuple(body.get("redirect_uris") or ()),
        kind=str(body.get("type", "web")),
        status=str(body.get("status", "production")),
        organization=body.get("organization"),
        any_redirect=bool(body.get("any_redirect", False)),
    )
    if client.kind not in KINDS_OF_CLIENT or client.status not in STATUSES:
        raise ControlError(f"type {KINDS_OF_CLIENT}, status {STATUSES}")
    world.state.clients.put(client_id, client)
    return {"client_id": client_id, "project": client.project}


def _reset(world: World, body: Resource) -> Resource:
    world.state.reset()
    world.faults.clear()
    world.pusher.forget()
    world.requests.clear()
    world.quota.clear()
    return {}


def _state(world: World, body: Resource) -> Resource:
    return state_report(world, account=body.get("account"))


def _set_faults(world: World, body: Resource) -> Resource:
    world.faults.set(body)
    return world.faults.shown()


def _show_faults(world: World, body: Resource) -> Resource:
    return {**schema(), "x-in-force": world.faults.shown()}


def _clear_faults(world: World, body: Resource) -> Resource:
    world.faults.clear()
    return world.faults.shown()


def _mail(world: World, body: Resource) -> list[Resource]:
    return [asdict(mail) for mail in world.state.mails.all()]


def _clear_mail(world: World, body: Resource) -> list[Resource]:
    world.state.mails.clear()
    return []


def _requests(world: World, body: Resource) -> dict[str, int]:
    return dict(world.requests)


def _reset_requests(world: World, body: Resource) -> dict[str, int]:
    world.requests.clear()
    return {}


def _clock(world: World, body: Resource) -> Resource:
    if "now" in body:
        world.state.clock.set(instant_of(str(body["now"])))
    if "advance_seconds" in body:
        by = timedelta(seconds=float(body["advance_seconds"]))
        world.state.clock.advance(by)
    shift = world.state.clock.shift.total_seconds()
    world.state.values.put("clock_shift", shift)
    return {"now": utc_text(world.state.now())}


def _quota(world: World, body: Resource) -> Resource:
    quota = world.quota
    if "per_user" in body:
        quota.per_user = body["per_user"]
    if "per_project" in body:
        quota.per_project = body["per_project"]
    quota.status = int(body.get("status", quota.status))
    quota.calls.clear()
    return {
        "per_user": quota.per_user,
        "per_project": quota.per_project,
        "status": quota.status,
    }


def _options(world: World, body: Resource) -> Resource:
    unknown = set(body) - set(OPTIONS)
    if unknown:
        raise ControlError(f"unknown options: {sorted(unknown)}")
    chosen = {**(world.state.values.get("options") or {}), **body}
    world.state.values.put("options", chosen)
    return {**OPTIONS, **chosen}


def _expire(world: World, body: Resource) -> Resource:
    """End tokens at once: sync tokens, or the access tokens of everybody."""
    if body.get("sync_tokens", True):
        expire_sync_tokens(world.state)
    if body.get("access_tokens"):
        world.state.access_tokens.clear()
    if body.get("refresh_tokens"):
        world.state.refresh_tokens.clear()
    return {}


def _calendar(world: World, body: Resource) -> Resource:
    """Make a calendar, or change one: zone, roles, whether it can be watched."""
    state = world.state
    found = state.calendars.get(str(body.get("id", "")))
    if found is None:
        owner = _address({"email": body.get("owner")})
        found = add_calendar(
            state,
            owner,
            summary=str(body.get("summary", "Calendar")),
            time_zone=str(body.get("time_zone", "UTC")),
        )
    changed = replace(
        found,
        time_zone=str(body.get("time_zone", found.time_zone)),
        summary=str(body.get("summary", found.summary)),
        watchable=bool(body.get("watchable", found.watchable)),
    )
    zone(changed.time_zone)
    changed = state.put_calendar(changed)
    for who, role in (body.get("roles") or {}).items():
        rule_id = who if who == "default" or ":" in who else f"user:{who}"
        changed = share(state, changed, rule_id=rule_id, role=str(role))
    return {"id": changed.id}


def _remove_calendar(world: World, body: Resource) -> Resource:
    remove_calendar(world.state, _known(world, body).id)
    return {}


def _known(world: World, body: Resource) -> Calendar:
    found = world.state.calendars.get(str(body.get("calendar") or body.get("id")))
    if found is None:
        raise ControlError("calendar: unknown id")
    return found


def _events(world: World, body: Resource) -> Resource:
    """Insert many events at once, as the calendar's owner would."""
    calendar = _known(world, body)
    viewer = Viewer(email=calendar.data_owner, client_id="control", project="control")
    visit = open_visit(world.state, viewer, calendar.id)
    options = WriteOptions(conference=True, attachments=True)
    rows = [insert(visit, event, options) for event in body["events"]]
    return {"ids": [row.id for row in rows]}


def _split(world: World, body: Resource) -> Resource:
    """Change a slot and all that follow, as Google's own page does."""
    calendar = _known(world, body)
    viewer = Viewer(email=calendar.data_owner, client_id="control", project="control")
    visit = open_visit(world.state, viewer, calendar.id)
    changes = body.get("body") or {}
    row = split(visit, str(body["event_id"]), changes, WriteOptions())
    return {"id": row.id}


CONTROLS: tuple[tuple[str, str, Control], ...] = (
    ("POST", "accounts", _account),
    ("DELETE", "accounts/<email>", _remove_account),
    ("POST", "clients", _client),
    ("POST", "tokens", make_tokens),
    ("POST", "service-accounts", make_service_account),
    ("POST", "calendars", _calendar),
    ("DELETE", "calendars/<calendar>", _remove_calendar),
    ("POST", "events", _events),
    ("POST", "split", _split),
    ("POST", "reset", _reset),
    ("GET", "state", _state),
    ("GET", "faults", _show_faults),
    ("POST", "faults", _set_faults),
    ("DELETE", "faults", _clear_faults),
    ("GET", "mail", _mail),
    ("DELETE", "mail", _clear_mail),
    ("GET", "requests", _requests),
    ("DELETE", "requests", _reset_requests),
    ("POST", "requests/reset", _reset_requests),
    ("POST", "clock", _clock),
    ("POST", "quota", _quota),
    ("GET", "options", _options),
    ("POST", "options", _options),
    ("POST", "expire", _expire),
)
