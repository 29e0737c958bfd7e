"""What the connector of Odoo says of itself."""

from collections.abc import Mapping
from datetime import timedelta

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
    versions=Versions.STAMP,
    creates=Creates.IDEMPOTENT,
    poll_seconds=60,
    hint_delay=timedelta(seconds=1),
)
_FOUND_OUT = "Found out by Tandem when the agenda is tried; need not be given."


def _open(application: Mapping[str, Json], means: Means) -> Connector:
    from connectors.odoo.connector import open_odoo

    return open_odoo(application, means)


def _tried(application: Mapping[str, Json], means: Means) -> Mapping[str, Json]:
    from connectors.odoo.trying import tried

    return tried(application, means)


def _found_out(title: str, kind: str) -> dict[str, Json]:
    return {
        "title": title,
        "description": _FOUND_OUT,
        "type": kind,
        "readOnly": True,
    }


DEFINITION = Definition(
    name="odoo",
    title="Odoo 17, 18 and 19",
    capabilities=CAPABILITIES,
    form={
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "required": ["url", "database", "user", "api_key"],
        "additionalProperties": False,
        "properties": {
            "url": {
                "title": "Address",
                "description": "Where people open Odoo, without a path.",
                "type": "string",
                "pattern": "^https?://[^/?#\\s]+/?$",
                "maxLength": 300,
                "examples": ["https://company.odoo.com"],
            },
            "database": {
                "title": "Database",
                "description": "The name of the database; at Odoo Online the host's.",
                "type": "string",
                "minLength": 1,
                "maxLength": 100,
            },
            "user": {
                "title": "User",
                "description": (
                    "Whose meetings they are: the name with which that person logs in."
                ),
                "type": "string",
                "minLength": 1,
                "maxLength": 200,
            },
            "api_key": {
                "title": "API key",
                "description": (
                    "Made by that user (My Profile, Account Security). Each user needs"
                    " a key of his own: Odoo shows private meetings to nobody else."
                ),
                "type": "string",
                "minLength": 1,
                "maxLength": 200,
                "writeOnly": True,
            },
            "key_expires": {
                "title": "Last day of the key",
                "description": (
                    "Since Odoo 18 keys expire, after 90 days at most unless an"
                    " administrator made them; two weeks before, Tandem begins to warn."
                ),
                "type": "string",
                "pattern": "^\\d{4}-\\d{2}-\\d{2}$",
                "examples": ["2027-02-01"],
            },
            "pause_own_google_sync": {
                "title": "Pause Odoo's own Google synchronization",
                "description": (
                    "Whether Tandem may stop it for this user. Without, an agenda whose"
                    " user synchronizes with Google by Odoo itself is refused."
                ),
                "type": "boolean",
                "default": False,
            },
            "calls_per_second": {
                "title": "Calls per second",
                "description": "At most; 1 at Odoo Online, no limit elsewhere.",
                "type": "number",
                "minimum": 0.1,
                "maximum": 100,
            },
            "version": _found_out("Version", "integer"),
            "uid": _found_out("Number of the user", "integer"),
            "partner": _found_out("Number of the user's contact", "integer"),
            "email": _found_out("Address of the user", "string"),
            "default_privacy": _found_out(
                "Privacy unless a meeting says more", "string"
            ),
        },
    },
    open=_open,
    tried=_tried,
    loses={
        "color": "Odoo has none.",
        "locations": "One place, and no time zone of the end.",
        "privacy": "Secret becomes private.",
        "start": "A single meeting is told in the time zone of the agenda.",
        "status": "Tentative becomes confirmed.",
        "timeZone": "A single meeting is told in the time zone of the agenda.",
    },
    limits=(
        "Odoo makes 720 occurrences of a series at most, and since 19 none later than"
        " 15 years; further ones are at Google alone.",
        "A series has one rule, of days, weeks, months or years, as Odoo's form has it;"
        " others are not accepted.",
        "An occurrence can be moved, changed or deleted, but none be added.",
        "An agenda with more than 1,000 occurrences is looked through for deleted ones"
        " in turns of 1,000 with each look.",
        "Of participants it holds address, name and answer; the user himself is always"
        " among them. A meeting that a colleague called is left, not deleted.",
        "Contacts and tags that are not in Odoo yet are made if the user may; without"
        " that right a meeting with a new guest is set aside, and a new tag left out.",
        "Odoo Online allows the API on its Custom plan only.",
    ),
)
