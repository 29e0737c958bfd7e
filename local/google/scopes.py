"""Which scopes open which method.

https://developers.google.com/workspace/calendar/api/auth
"""

AUTH = "https://www.googleapis.com/auth/"

READ_EVENTS = (
    "calendar",
    "calendar.readonly",
    "calendar.app.created",
    "calendar.events",
    "calendar.events.freebusy",
    "calendar.events.owned",
    "calendar.events.owned.readonly",
    "calendar.events.public.readonly",
    "calendar.events.readonly",
)
WRITE_EVENTS = (
    "calendar",
    "calendar.app.created",
    "calendar.events",
    "calendar.events.owned",
)
MOVE_EVENTS = ("calendar", "calendar.events", "calendar.events.owned")
LIST_CALENDARS = (
    "calendar",
    "calendar.calendarlist",
    "calendar.calendarlist.readonly",
    "calendar.readonly",
)
GET_LISTED = (*LIST_CALENDARS, "calendar.app.created")
CHANGE_LISTED = ("calendar", "calendar.app.created", "calendar.calendarlist")
ADD_LISTED = ("calendar", "calendar.calendarlist")
GET_CALENDAR = (
    "calendar",
    "calendar.app.created",
    "calendar.calendars",
    "calendar.calendars.readonly",
    "calendar.readonly",
)
CHANGE_CALENDAR = ("calendar", "calendar.app.created", "calendar.calendars")
CLEAR_CALENDAR = ("calendar", "calendar.calendars")
CHANGE_ACL = ("calendar", "calendar.acls")
LIST_ACL = ("calendar", "calendar.acls", "calendar.acls.readonly")
GET_ACL = (*LIST_ACL, "calendar.readonly")
READ_SETTINGS = (
    "calendar",
    "calendar.readonly",
    "calendar.settings",
    "calendar.settings.readonly",
)
READ_FREE_BUSY = (
    "calendar",
    "calendar.events.freebusy",
    "calendar.freebusy",
    "calendar.readonly",
)
READ_COLORS = (
    "calendar",
    "calendar.app.created",
    "calendar.calendarlist",
    "calendar.calendarlist.readonly",
    "calendar.events.freebusy",
    "calendar.events.owned",
    "calendar.events.owned.readonly",
    "calendar.events.public.readonly",
    "calendar.readonly",
)
WATCHING = tuple(
    dict.fromkeys((*READ_EVENTS, *LIST_CALENDARS, *LIST_ACL, *READ_SETTINGS))
)
ALIASES = {
    "email": f"{AUTH}userinfo.email",
    "profile": f"{AUTH}userinfo.profile",
}
IDENTITY = frozenset({"openid", *ALIASES, *ALIASES.values()})


def urls(names: tuple[str, ...]) -> frozenset[str]:
    """Return scopes by their whole names."""
    return frozenset(f"{AUTH}{name}" for name in names)


def granted_names(scopes: list[str]) -> list[str]:
    """Return scopes as Google names them in its answers, each once."""
    return list(dict.fromkeys(ALIASES.get(scope, scope) for scope in scopes))
