"""The methods of `calendars`, `colors`, `settings` and `freebusy`.

https://developers.google.com/workspace/calendar/api/v3/reference/calendars
"""

from dataclasses import replace
from datetime import datetime

from local.google import scopes
from local.google.accounts import add_calendar, remove_calendar
from local.google.calls import Call, Method
from local.google.errors import (
    calendar_refusal,
    invalid,
    not_found,
    required,
    time_range_empty,
)
from local.google.free_busy import busy_times
from local.google.model import Calendar, Resource
from local.google.times import instant_of, utc_text, zone

CALENDAR = "/calendars/<calendar_id>"
OWN_MEMBERS = ("summary", "description", "location")
EXTRA_MEMBERS = ("conferenceProperties", "labelProperties", "autoAcceptInvitations")
PALETTE = ("#a4bdfc", "#7ae7bf", "#dbadff", "#ff887c", "#fbd75b", "#ffb878")
SETTINGS = {
    "autoAddHangouts": "false",
    "dateFieldOrder": "DMY",
    "defaultEventLength": "60",
    "format24HourTime": "true",
    "hideInvitations": "false",
    "hideWeekends": "false",
    "locale": "en",
    "remindOnRespondedEventsOnly": "false",
    "showDeclinedEvents": "true",
    "useKeyboardShortcuts": "true",
    "weekStart": "1",
}


def calendar_resource(calendar: Calendar) -> Resource:
    """Return a calendar as `calendars.get` shows it."""
    shown = {
        "kind": "calendar#calendar",
        "etag": f'"{calendar.stamp}"',
        "id": calendar.id,
        "summary": calendar.summary,
        "description": calendar.description,
        "location": calendar.location,
        "timeZone": calendar.time_zone,
        "dataOwner": None if calendar.primary else calendar.data_owner,
        "conferenceProperties": {"allowedConferenceSolutionTypes": ["hangoutsMeet"]},
        **calendar.extras,
    }
    return {name: value for name, value in shown.items() if value is not None}


def checked_zone(name: object) -> str:
    """Return an IANA name, or raise the 400."""
    try:
        zone(str(name))
    except KeyError:
        raise invalid("Invalid time zone.") from None
    return str(name)


def _get(call: Call) -> Resource:
    return calendar_resource(call.visit().calendar)


def _insert(call: Call) -> Resource:
    body = call.body
    if not body.get("summary"):
        raise required("Missing title.")
    account = call.state.accounts.get(call.viewer.email)
    default_zone = account.time_zone if account else "UTC"
    calendar = add_calendar(
        call.state,
        call.viewer.email,
        summary=str(body["summary"]),
        time_zone=checked_zone(body.get("timeZone") or default_zone),
        client_id=call.viewer.client_id,
    )
    return calendar_resource(changed_calendar(call, calendar, body))


def changed_calendar(call: Call, calendar: Calendar, body: Resource) -> Calendar:
    """Return a calendar with the members that a body names, kept."""
    changes = {name: body[name] for name in OWN_MEMBERS if name in body}
    if "timeZone" in body:
        changes["time_zone"] = checked_zone(body["timeZone"])
    extras = {name: body[name] for name in EXTRA_MEMBERS if name in body}
    kept = replace(calendar, extras={**calendar.extras, **extras}, **changes)
    return call.state.put_calendar(kept)


def _patch(call: Call) -> Resource:
    calendar = call.visit(at_least="owner").calendar
    return calendar_resource(changed_calendar(call, calendar, call.body))


def _update(call: Call) -> Resource:
    calendar = call.visit(at_least="owner").calendar
    if not call.body.get("summary"):
        raise required("Missing title.")
    bare = replace(calendar, description=None, location=None, extras={})
    return calendar_resource(changed_calendar(call, bare, call.body))


def _delete(call: Call) -> None:
    calendar = call.visit(at_least="owner").calendar
    if calendar.primary:
        raise calendar_refusal(
            403, "cannotDeletePrimaryCalendar", "Cannot delete the primary calendar."
        )
    remove_calendar(call.state, calendar.id)


def _clear(call: Call) -> None:
    visit = call.visit(at_least="owner")
    if not visit.calendar.primary:
        raise invalid("Only the primary calendar can be cleared.")
    for row in list(visit.table.rows.values()):
        if not row.cancelled:
            stamp = call.state.next_stamp()
            fields = {**row.fields, "status": "cancelled"}
            call.state.put_row(replace(row, fields=fields, stamp=stamp, updated=stamp))


def _transfer(call: Call) -> None:
    calendar = call.visit(at_least="owner").calendar
    owner = call.arguments.get("newDataOwner", "")
    if owner not in call.state.accounts or calendar.primary:
        raise invalid("Invalid new data owner.")
    call.state.put_calendar(replace(calendar, data_owner=owner))


def _colors(call: Call) -> Resource:
    palette = {
        str(number): {"background": color, "foreground": "#1d1d1d"}
        for number, color in enumerate(PALETTE * 4, start=1)
    }
    event = {name: palette[name] for name in list(palette)[:11]}
    return {
        "kind": "calendar#colors",
        "updated": "2012-02-14T00:00:00.000Z",
        "calendar": palette,
        "event": event,
    }


def _settings(call: Call) -> dict[str, str]:
    account = call.state.accounts.get(call.viewer.email)
    own_zone = account.time_zone if account else "UTC"
    return {**SETTINGS, "timezone": own_zone}


def _setting(name: str, value: str) -> Resource:
    return {
        "kind": "calendar#setting",
        "etag": f'"{abs(hash((name, value)))}"',
        "id": name,
        "value": value,
    }


def _list_settings(call: Call) -> Resource:
    items = [_setting(name, value) for name, value in _settings(call).items()]
    return {
        "kind": "calendar#settings",
        "etag": '"settings"',
        "items": items,
        "nextSyncToken": "00001",
    }


def _get_setting(call: Call) -> Resource:
    settings = _settings(call)
    name = call.path["setting"]
    if name not in settings:
        raise not_found()
    return _setting(name, settings[name])


def _free_busy(call: Call) -> Resource:
    body = call.body
    first, last = _bound(body, "timeMin"), _bound(body, "timeMax")
    if last <= first:
        raise time_range_empty("timeMax")
    calendars = {
        str(item.get("id")): busy_times(
            call.state, call.viewer, str(item.get("id")), first=first, last=last
        )
        for item in body.get("items") or []
    }
    return {
        "kind": "calendar#freeBusy",
        "timeMin": utc_text(first),
        "timeMax": utc_text(last),
        "calendars": calendars,
    }


def _bound(body: Resource, name: str) -> datetime:
    try:
        return instant_of(str(body.get(name)))
    except ValueError:
        raise required(f"Missing {name} parameter.") from None


METHODS = (
    Method(
        name="calendar.calendars.get",
        verb="GET",
        path=CALENDAR,
        scopes=scopes.GET_CALENDAR,
        handler=_get,
    ),
    Method(
        name="calendar.calendars.insert",
        verb="POST",
        path="/calendars",
        scopes=scopes.CHANGE_CALENDAR,
        handler=_insert,
    ),
    Method(
        name="calendar.calendars.patch",
        verb="PATCH",
        path=CALENDAR,
        scopes=scopes.CHANGE_CALENDAR,
        handler=_patch,
    ),
    Method(
        name="calendar.calendars.update",
        verb="PUT",
        path=CALENDAR,
        scopes=scopes.CHANGE_CALENDAR,
        handler=_update,
    ),
    Method(
        name="calendar.calendars.delete",
        verb="DELETE",
        path=CALENDAR,
        scopes=scopes.CHANGE_CALENDAR,
        handler=_delete,
    ),
    Method(
        name="calendar.calendars.clear",
        verb="POST",
        path=f"{CALENDAR}/clear",
        scopes=scopes.CLEAR_CALENDAR,
        handler=_clear,
    ),
    Method(
        name="calendar.calendars.transferOwnership",
        verb="POST",
        path=f"{CALENDAR}/transferOwnership",
        scopes=scopes.CLEAR_CALENDAR,
        handler=_transfer,
    ),
    Method(
        name="calendar.colors.get",
        verb="GET",
        path="/colors",
        scopes=scopes.READ_COLORS,
        handler=_colors,
    ),
    Method(
        name="calendar.settings.list",
        verb="GET",
        path="/users/me/settings",
        scopes=scopes.READ_SETTINGS,
        handler=_list_settings,
    ),
    Method(
        name="calendar.settings.get",
        verb="GET",
        path="/users/me/settings/<setting>",
        scopes=scopes.READ_SETTINGS,
        handler=_get_setting,
    ),
    Method(
        name="calendar.freebusy.query",
        verb="POST",
        path="/freeBusy",
        scopes=scopes.READ_FREE_BUSY,
        handler=_free_busy,
    ),
)
