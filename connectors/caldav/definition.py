"""What the connector of calendars on CalDAV servers says of itself."""

from collections.abc import Mapping

from connectors.base import (
    Capabilities,
    Connector,
    Creates,
    Definition,
    Json,
    Means,
    Versions,
)

CAPABILITIES = Capabilities(
    versions=Versions.EXACT,
    creates=Creates.IDEMPOTENT,
    keeps_keys=False,
    poll_seconds=60,
)
MAX_BYTES = 500_000


def _open(application: Mapping[str, Json], means: Means) -> Connector:
    from connectors.caldav.connector import CaldavConnector
    from connectors.caldav.dav import Dav, authorization

    dav = Dav(means.http, authorization(application))
    return CaldavConnector(dav, application["calendar"], means.now)


def _tried(application: Mapping[str, Json], means: Means) -> Mapping[str, Json]:
    from connectors.caldav.discovery import found_calendar

    return found_calendar(application, means.http)


_TEXT: Json = {"type": "string", "minLength": 1, "maxLength": 500}

DEFINITION = Definition(
    name="caldav",
    title="CalDAV",
    capabilities=CAPABILITIES,
    form={
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "additionalProperties": False,
        "required": ["url"],
        "oneOf": [{"required": ["username", "password"]}, {"required": ["token"]}],
        "properties": {
            "url": {
                "title": "Address",
                "description": "The server's address, or that of one calendar on it.",
                "type": "string",
                "pattern": "^https?://[^\\s]+$",
                "maxLength": 2000,
                "examples": ["https://dav.example.com/"],
            },
            "username": {
                **_TEXT,
                "title": "User name",
                "description": "As for signing in at the server.",
            },
            "password": {
                **_TEXT,
                "title": "Password",
                "description": (
                    "Where the account has a second factor, a password for apps, made"
                    " in the account's settings."
                ),
                "writeOnly": True,
            },
            "token": {
                **_TEXT,
                "maxLength": 10_000,
                "title": "Bearer token",
                "description": "Instead of a user name and a password.",
                "writeOnly": True,
            },
            "calendar": {
                **_TEXT,
                "maxLength": 2000,
                "title": "Calendar",
                "description": (
                    "Its name or its address; needed where the account has several."
                ),
            },
        },
    },
    limits=(
        "One agenda is one calendar; an account with several has an agenda for each.",
        "Tasks and journals in the calendar are left alone.",
        f"An appointment may have {MAX_BYTES // 1000} kB as iCalendar.",
        "Attendees of what we write get `SCHEDULE-AGENT=NONE`: nobody is mailed.",
        "Of several places the first is held, of colours those with a CSS name; a"
        " calendar's own reminders stay at Google.",
    ),
    open=_open,
    tried=_tried,
)
