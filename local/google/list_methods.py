"""The methods of `calendarList` and `acl`.

https://developers.google.com/workspace/calendar/api/v3/reference/calendarList
"""

from local.google import scopes
from local.google.accounts import (
    ROLES,
    entry_key,
    put_entry,
    rank,
    remove_entry,
    role_of,
    share,
)
from local.google.calls import Call, Method
from local.google.errors import calendar_refusal, invalid, not_found, required
from local.google.list_query import page_size
from local.google.list_tokens import (
    change_of,
    fingerprint,
    page_of,
    page_token,
    place_of,
    sync_token,
)
from local.google.model import Calendar, ListEntry, Resource
from local.google.visit import open_visit

LIST = "/users/me/calendarList"
ENTRY = f"{LIST}/<calendar_id>"
RULES = "/calendars/<calendar_id>/acl"
RULE = f"{RULES}/<rule_id>"
OWN_CHOICES = (
    "summaryOverride",
    "colorId",
    "hidden",
    "selected",
    "defaultReminders",
    "notificationSettings",
)
COLORS = ("backgroundColor", "foregroundColor")


def entry_resource(call: Call, entry: ListEntry) -> Resource:
    """Return an entry of the caller's calendar list."""
    calendar = call.state.calendars.get(entry.calendar_id)
    if calendar is None or entry.deleted:
        return _deleted_entry(entry)
    role = role_of(call.state, entry.email, calendar)
    shown: Resource = {
        "kind": "calendar#calendarListEntry",
        "etag": f'"{entry.stamp}"',
        "id": calendar.id,
        "summary": calendar.summary,
        "description": calendar.description,
        "location": calendar.location,
        "timeZone": calendar.time_zone,
        "dataOwner": None if calendar.primary else calendar.data_owner,
        "colorId": "14",
        "backgroundColor": "#9fe1e7",
        "foregroundColor": "#000000",
        "selected": True,
        "accessRole": "somethingNew" if call.state.option("unknown_role") else role,
        "defaultReminders": list(calendar.default_reminders),
        "conferenceProperties": {"allowedConferenceSolutionTypes": ["hangoutsMeet"]},
        "primary": True if calendar.id == entry.email else None,
        **entry.settings,
    }
    return {name: value for name, value in shown.items() if value is not None}


def _deleted_entry(entry: ListEntry) -> Resource:
    return {
        "kind": "calendar#calendarListEntry",
        "etag": f'"{entry.stamp}"',
        "id": entry.calendar_id,
        "deleted": True,
    }


def _list(call: Call) -> Resource:
    arguments, email = call.arguments, call.viewer.email
    least = arguments.get("minAccessRole")
    token = arguments.get("syncToken")
    if token and (least or "showOwnOrganizationOnly" in arguments):
        raise invalid(
            "Sync token cannot be used with other request restrictions",
            location="syncToken",
        )
    if token and "false" in (arguments.get("showDeleted"), arguments.get("showHidden")):
        raise invalid(
            "Sync token cannot be used with other request restrictions",
            location="syncToken",
        )
    bound = fingerprint(call.state, "calendarList", email)
    last = int(call.state.values.get(f"list_change:{email}") or 0)
    since = _since(call, bound, last=last)
    rows = [entry for entry in _entries(call, since) if _wanted(call, entry, least)]
    return _page(call, rows, bound=bound, last=last)


def _since(call: Call, bound: bytes, *, last: int) -> int:
    token = call.arguments.get("syncToken")
    if not token:
        return 0
    return change_of(call.state, token, bound, epoch=0, last_change=last)


def _entries(call: Call, since: int) -> list[ListEntry]:
    mine = [
        entry
        for entry in call.state.entries.all()
        if entry.email == call.viewer.email and entry.change > since
    ]
    return sorted(mine, key=lambda entry: entry.change)


def _wanted(call: Call, entry: ListEntry, least: str | None) -> bool:
    if call.arguments.get("syncToken"):
        return True
    calendar = call.state.calendars.get(entry.calendar_id)
    if calendar is None or entry.deleted:
        return call.arguments.get("showDeleted") == "true"
    hidden = bool(entry.settings.get("hidden"))
    if hidden and call.arguments.get("showHidden") != "true":
        return False
    return rank(role_of(call.state, entry.email, calendar)) >= rank(least or "none")


def _get(call: Call) -> Resource:
    return entry_resource(call, _own_entry(call))


def _own_entry(call: Call) -> ListEntry:
    calendar = call.visit().calendar
    entry = call.state.entries.get(entry_key(call.viewer.email, calendar.id))
    if entry is None or entry.deleted:
        raise not_found()
    return entry


def _insert(call: Call) -> Resource:
    calendar_id = call.body.get("id")
    if not calendar_id:
        raise required("Missing calendar id.")
    calendar = open_visit(call.state, call.viewer, str(calendar_id)).calendar
    entry = put_entry(
        call.state,
        email=call.viewer.email,
        calendar_id=calendar.id,
        settings=_choices(call, call.body),
    )
    return entry_resource(call, entry)


def _choices(call: Call, body: Resource) -> Resource:
    names: tuple[str, ...] = OWN_CHOICES
    if call.arguments.get("colorRgbFormat") == "true":
        names = (*OWN_CHOICES, *COLORS)
    return {name: body[name] for name in names if body.get(name) is not None}


def _patch(call: Call) -> Resource:
    entry = _own_entry(call)
    removed = {name for name, value in call.body.items() if value is None}
    kept = {name: v for name, v in entry.settings.items() if name not in removed}
    return _put(call, entry, {**kept, **_choices(call, call.body)})


def _update(call: Call) -> Resource:
    return _put(call, _own_entry(call), _choices(call, call.body))


def _put(call: Call, entry: ListEntry, settings: Resource) -> Resource:
    changed = put_entry(
        call.state,
        email=entry.email,
        calendar_id=entry.calendar_id,
        settings=settings,
    )
    return entry_resource(call, changed)


def _delete(call: Call) -> None:
    entry = _own_entry(call)
    if entry.calendar_id == call.viewer.email:
        raise calendar_refusal(
            403,
            "cannotChangeOwnPrimarySubscription",
            "Cannot unsubscribe from the primary calendar.",
        )
    remove_entry(call.state, entry.email, entry.calendar_id)


def _page(
    call: Call,
    rows: list[ListEntry],
    *,
    bound: bytes,
    last: int,
) -> Resource:
    size = page_size(call.arguments, default=100, largest=250)
    token = call.arguments.get("pageToken")
    place = place_of(token, bound)[0] if token else 0
    end, next_place = page_of(rows, place=place, size=size)
    envelope: Resource = {
        "kind": "calendar#calendarList",
        "etag": f'"p{last}"',
        "items": [entry_resource(call, row) for row in rows[place:end]],
    }
    if next_place is not None:
        envelope["nextPageToken"] = page_token(bound, place=next_place)
    else:
        envelope["nextSyncToken"] = sync_token(call.state, bound, change=last, epoch=0)
    return envelope


def rule_resource(rule_id: str, rule: Resource) -> Resource:
    """Return a sharing rule."""
    return {
        "kind": "calendar#aclRule",
        "etag": f'"{rule.get("change", 0):020d}"',
        "id": rule_id,
        "scope": rule["scope"],
        "role": rule["role"],
    }


def _list_rules(call: Call) -> Resource:
    calendar = call.visit(at_least="writer").calendar
    bound = fingerprint(call.state, "acl", call.viewer.email, calendar.id)
    last = int(call.state.values.get("acl_change") or 0)
    since = _since(call, bound, last=last)
    first = since + 1 if call.arguments.get("syncToken") else 0
    gone_too = first or call.arguments.get("showDeleted") == "true"
    items = [
        rule_resource(rule_id, rule)
        for rule_id, rule in calendar.acl.items()
        if rule.get("change", 0) >= first and (gone_too or rule["role"] != "none")
    ]
    return {
        "kind": "calendar#acl",
        "etag": f'"p{last}"',
        "items": items,
        "nextSyncToken": sync_token(call.state, bound, change=last, epoch=0),
    }


def _get_rule(call: Call) -> Resource:
    calendar = call.visit(at_least="writer").calendar
    rule = calendar.acl.get(call.path["rule_id"])
    if rule is None:
        raise not_found()
    return rule_resource(call.path["rule_id"], rule)


def _insert_rule(call: Call) -> Resource:
    scope = call.body.get("scope")
    if not isinstance(scope, dict) or not scope.get("type"):
        raise required("Missing scope.")
    value = scope.get("value")
    rule_id = f"{scope['type']}:{value}" if value else str(scope["type"])
    return _share(call, rule_id)


def _patch_rule(call: Call) -> Resource:
    calendar = call.visit(at_least="owner").calendar
    if call.path["rule_id"] not in calendar.acl:
        raise not_found()
    return _share(call, call.path["rule_id"])


def _share(call: Call, rule_id: str) -> Resource:
    calendar = call.visit(at_least="owner").calendar
    role = call.body.get("role")
    if role not in ROLES:
        raise invalid("Invalid role.")
    _check_not_self(call, calendar, rule_id)
    changed = share(call.state, calendar, rule_id=rule_id, role=str(role))
    return rule_resource(rule_id, changed.acl[rule_id])


def _delete_rule(call: Call) -> None:
    calendar = call.visit(at_least="owner").calendar
    rule_id = call.path["rule_id"]
    if rule_id not in calendar.acl:
        raise not_found()
    _check_not_self(call, calendar, rule_id)
    share(call.state, calendar, rule_id=rule_id, role="none")


def _check_not_self(call: Call, calendar: Calendar, rule_id: str) -> None:
    if rule_id == f"user:{call.viewer.email}" and call.viewer.email == (
        calendar.data_owner
    ):
        raise calendar_refusal(
            403, "cannotChangeOwnAcl", "Cannot change your own access level."
        )


METHODS = tuple(
    Method(
        name=f"calendar.{name}", verb=verb, path=path, scopes=opened_by, handler=handler
    )
    for name, verb, path, opened_by, handler in (
        ("calendarList.list", "GET", LIST, scopes.LIST_CALENDARS, _list),
        ("calendarList.get", "GET", ENTRY, scopes.GET_LISTED, _get),
        ("calendarList.insert", "POST", LIST, scopes.ADD_LISTED, _insert),
        ("calendarList.patch", "PATCH", ENTRY, scopes.CHANGE_LISTED, _patch),
        ("calendarList.update", "PUT", ENTRY, scopes.CHANGE_LISTED, _update),
        ("calendarList.delete", "DELETE", ENTRY, scopes.CHANGE_LISTED, _delete),
        ("acl.list", "GET", RULES, scopes.LIST_ACL, _list_rules),
        ("acl.get", "GET", RULE, scopes.GET_ACL, _get_rule),
        ("acl.insert", "POST", RULES, scopes.CHANGE_ACL, _insert_rule),
        ("acl.patch", "PATCH", RULE, scopes.CHANGE_ACL, _patch_rule),
        ("acl.update", "PUT", RULE, scopes.CHANGE_ACL, _patch_rule),
        ("acl.delete", "DELETE", RULE, scopes.CHANGE_ACL, _delete_rule),
    )
)
