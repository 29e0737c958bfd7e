"""What the connector of OpenFire says of itself."""

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
    versions=Versions.STAMP, creates=Creates.IDEMPOTENT, poll_seconds=60
)


def _open(application: Mapping[str, Json], means: Means) -> Connector:
    from connectors.openfire.connector import open_openfire

    return open_openfire(application, means)


def _tried(application: Mapping[str, Json], means: Means) -> Mapping[str, Json]:
    from connectors.openfire.trying import tried

    return tried(application, means)


def _text(title: str, description: str, **more: Json) -> dict[str, Json]:
    limits = {"type": "string", "minLength": 1, "maxLength": 300}
    return {"title": title, "description": description, **limits, **more}


def _switch(title: str, description: str) -> dict[str, Json]:
    return {
        "title": title,
        "description": description,
        "type": "boolean",
        "default": False,
    }


def _number(title: str) -> dict[str, Json]:
    told = "Found out by Tandem when the agenda is tried; need not be given."
    return {"title": title, "description": told, "type": "integer", "readOnly": True}


_CLOCK = "^([01]\\d|2[0-3]):[0-5]\\d$"

DEFINITION = Definition(
    name="openfire",
    title="OpenFire (Odoo 10)",
    capabilities=CAPABILITIES,
    form={
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "required": ["url", "database", "user", "password", "task"],
        "additionalProperties": False,
        "properties": {
            "url": _text(
                "Address",
                "Where people open OpenFire, without a path.",
                pattern="^https?://[^/?#\\s]+/?$",
                examples=["https://company.openfire.fr"],
            ),
            "database": _text("Database", "The name of the database."),
            "user": _text(
                "User",
                "The name with which that person logs in whose visits they are.",
            ),
            "password": _text("Password", "Of that user.", writeOnly=True),
            "task": _text(
                "Task",
                "The name of the task that a visit gets which comes from Google.",
            ),
            "allow_deletion": _switch(
                "Deletions at Google",
                "Whether what is deleted at Google is deleted in OpenFire as well.",
            ),
            "allow_overlaps": _switch(
                "Overlaps",
                "Whether visits from Google may overlap others; otherwise OpenFire"
                " refuses them, and its reason is shown.",
            ),
            "day_begins": _text(
                "Begin of a working day",
                "When a visit of a whole day begins.",
                pattern=_CLOCK,
                default="08:00",
            ),
            "day_ends": _text(
                "End of a working day",
                "When a visit of a whole day ends.",
                pattern=_CLOCK,
                default="18:00",
            ),
            "uid": _number("Number of the user"),
            "employee": _number("Number of the employee"),
            "company": _number("Number of the company"),
            "task_id": _number("Number of the task"),
            "email": {**_number("Address of the employee"), "type": "string"},
        },
    },
    open=_open,
    tried=_tried,
    loses={
        "alerts": "OpenFire has no reminders.",
        "color": "OpenFire has no colour of a visit.",
        "description": "Plain text.",
        "descriptionContentType": "Plain text.",
        "duration": "A minute at least.",
        "freeBusyStatus": "A visit is always busy.",
        "keywords": "OpenFire has none.",
        "locations": "One place, and no time zone of the end.",
        "participants": "Address and name; OpenFire knows no answers.",
        "recurrenceRules": "A series ends after five years at the latest.",
        "start": "Visits are told in the time zone of the agenda.",
        "timeZone": "Visits are told in the time zone of the agenda.",
        "virtualLocations": "OpenFire has none.",
    },
    limits=(
        "Operators and customers are participants; who has no address in OpenFire is"
        " left alone, and none is made up.",
        "Private appointments are set aside: everybody in OpenFire would see them.",
        "What is deleted at Google is set aside, unless the organization allows it.",
        "A series has one rule, of days, weeks, months or years, in the time zone of"
        " the agenda; an occurrence can be moved, changed or deleted, but none added.",
        "An agenda whose user has used OpenFire's own button for Google is refused.",
        "Another Google account at a reconnect is refused until a reset.",
    ),
)
