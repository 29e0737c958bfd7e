"""What the connector of Severa says of itself."""

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
    versions=Versions.STAMP, creates=Creates.BLIND, series=False, poll_seconds=30
)
ADDRESS = "https://api.severa.visma.com/rest-api"
CATEGORIES = ("CalendarEntry", "Absences", "Personal", "SalesEvent")
"""What may be synced. The fifth category is Task: those are never synced."""

FORM: Mapping[str, Json] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "additionalProperties": False,
    "required": ["client_id", "client_secret", "user"],
    "properties": {
        "client_id": {
            "title": "Client id",
            "description": (
                "From Severa: Settings, Integrations, REST API, client credentials."
            ),
            "type": "string",
            "minLength": 1,
            "maxLength": 200,
        },
        "client_secret": {
            "title": "Client secret",
            "description": "Shown there once, when the credentials are made.",
            "type": "string",
            "minLength": 1,
            "maxLength": 500,
            "writeOnly": True,
        },
        "user": {
            "title": "User",
            "description": "The e-mail address of the user whose activities these are.",
            "type": "string",
            "minLength": 3,
            "maxLength": 320,
            "pattern": "@",
            "examples": ["anna@example.com"],
        },
        "activity_type": {
            "title": "Activity type",
            "description": (
                "The name of the type that Google's events become; without it the"
                " first calendar entry type."
            ),
            "type": "string",
            "minLength": 1,
            "maxLength": 200,
        },
        "categories": {
            "title": "Categories",
            "description": (
                "Which categories of activity types are synced; without it"
                " CalendarEntry, Absences and Personal."
            ),
            "type": "array",
            "minItems": 1,
            "uniqueItems": True,
            "items": {"enum": list(CATEGORIES)},
        },
        "participants": {
            "title": "Participants",
            "description": (
                "Whether participants and their answers are read and written; costs"
                " a call more for each changed activity."
            ),
            "type": "boolean",
        },
        "series": {
            "title": "Series",
            "description": (
                "`read`: what recurs in Severa is changed in Severa alone; `write`:"
                " single occurrences may be changed at Google too."
            ),
            "enum": ["read", "write"],
        },
        "whole_days_end": {
            "title": "Whole days end",
            "description": (
                "Where Severa puts the end of a whole day: on its `last_day`, or at"
                " the begin of the `next_day`; without it last_day."
            ),
            "enum": ["last_day", "next_day"],
        },
        "compare_minutes": {
            "title": "Minutes between comparisons",
            "description": (
                "How often all activities are listed to find those that were"
                " deleted, 0: with every look; without it every 10 minutes."
            ),
            "type": "integer",
            "minimum": 0,
            "maximum": 1440,
        },
        "address": {
            "title": "Address",
            "description": f"Another address of the REST API than {ADDRESS}.",
            "type": "string",
            "pattern": "^https?://",
            "examples": [ADDRESS],
        },
    },
}


def _open(application: Mapping[str, Json], means: Means) -> Connector:
    from connectors.severa.connector import opened

    return opened(application, means)


def _tried(application: Mapping[str, Json], means: Means) -> Mapping[str, Json]:
    from connectors.severa.trying import tried

    return tried(application, means)


DEFINITION = Definition(
    name="severa",
    title="Severa",
    capabilities=CAPABILITIES,
    form=FORM,
    open=_open,
    tried=_tried,
    loses={
        "start": "Is told in the agenda's zone.",
        "timeZone": "Severa keeps moments; they are shown in the agenda's zone.",
        "description": "Notes are plain text.",
        "descriptionContentType": "Notes are plain text.",
        "locations": "One place, of 1,000 characters.",
        "virtualLocations": "Not held.",
        "privacy": "Private is the category Personal; secret becomes private.",
        "participants": (
            "Only users of Severa, known by their e-mail addresses; of answers only"
            " acceptance is written. Not at all unless chosen."
        ),
        "status": "Not held.",
        "freeBusyStatus": "Not held.",
        "alerts": "Not held.",
        "keywords": "Not held.",
        "color": "Not held.",
    },
    limits=(
        "Severa admits 10 calls a second; we make 7 at most.",
        "Deleted activities are found by comparison, within minutes.",
        "Project tasks are never synced.",
        "An activity with hours is never deleted by us.",
    ),
)
