"""What the connector of CallPro says of itself."""

from collections.abc import Mapping, Sequence

from connectors.base import (
    Configuration,
    Connector,
    Definition,
    Json,
    Means,
    Site,
)
from connectors.callpro.merging import template_of
from connectors.rest.definition import CAPABILITIES

SUBJECT = "Afspraak %SCRIPT.COMP_NAME%"
PLACE = "%SCRIPT.ADDR_STREET% %SCRIPT.ADDR_NUMBER%, %SCRIPT.ADDR_CITY%"
VALIDATED = "validated"
"""The field that says whether an appointment waits for validation no more."""

_TEXT: Mapping[str, Json] = {
    "type": "string",
    "minLength": 1,
    "maxLength": 1500,
    # What no XML can hold.
    "pattern": r"^[^\x00-\x08\x0b\x0c\x0e-\x1f]*$",
}
_CATEGORIES: Mapping[str, Json] = {
    "type": "array",
    "minItems": 1,
    "items": {"type": "string", "minLength": 1, "maxLength": 100},
}

FORM: Mapping[str, Json] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "additionalProperties": False,
    "required": ["calendar"],
    "properties": {
        "calendar": {
            "title": "Agenda",
            "description": "The number of the agenda in CallPro.",
            "type": "integer",
            "minimum": 1,
        },
        "subject": {
            **_TEXT,
            "title": "Subject",
            "description": f"With merge fields; without it `{SUBJECT}`.",
            "examples": [SUBJECT],
        },
        "place": {
            **_TEXT,
            "title": "Place",
            "description": f"With merge fields; without it `{PLACE}`.",
            "examples": [PLACE],
        },
        "body": {
            **_TEXT,
            "title": "Body",
            "description": "With merge fields, text or HTML; without it none.",
            "examples": ["Bel %SCRIPT.NAME_PHONE%"],
        },
        "allow_outside_changes": {
            "title": "Wijzigen van afspraken door externe agenda toestaan",
            "description": "Without it they are put back.",
            "type": "boolean",
        },
        "events": {
            "title": "Events of the calendar",
            "description": (
                "How they come to CallPro: `full`, as a `busy` block of time, or"
                " `none`; without it busy."
            ),
            "enum": ["full", "busy", "none"],
        },
        "waiting": {
            "title": "EXP_APP while waiting",
            "description": (
                "What the script field EXP_APP holds while an appointment waits for"
                " its validation; such appointments are held back."
            ),
            "type": "string",
            "pattern": '^[^"%\\\\<>&]{1,50}$',
            "examples": ["WACHT"],
        },
        "younger_than_days": {
            "title": "Only items younger than days",
            "description": "How many days back is synced; without it 30.",
            "type": "integer",
            "minimum": 0,
            "maximum": 3650,
        },
        "category_field": {
            "title": "Field of the category",
            "description": "The merge field that holds an appointment's category.",
            "type": "string",
            "pattern": "^%[A-Za-z]\\w*\\.[A-Za-z]\\w*%$",
            "examples": ["%SCRIPT.APP_KIND%"],
        },
        "only_categories": {
            **_CATEGORIES,
            "title": "Only with category",
            "description": "Appointments of other categories are not synced.",
        },
        "but_categories": {
            **_CATEGORIES,
            "title": "All but category",
            "description": "Appointments of these categories are not synced.",
        },
        "events_category": {
            "title": "Category of the calendar's events",
            "description": "The category that they get, and are chosen by.",
            "type": "string",
            "minLength": 1,
            "maxLength": 100,
        },
    },
}


def _open(application: Mapping[str, Json], means: Means) -> Connector:
    from connectors.callpro.connector import CallproConnector

    return CallproConnector(means.agenda, means.shelf(), means.latest)


def _tried(application: Mapping[str, Json], means: Means) -> Mapping[str, Json]:
    return application


def settings_of(application: Mapping[str, Json]) -> Mapping[str, Json]:
    """Return the agenda's settings as CallPro's own are to be understood."""
    kind = application.get("events_category")
    holds = application.get("waiting") is not None
    return {
        "templates": {
            "title": template_of(application.get("subject", SUBJECT)),
            "location": template_of(application.get("place", PLACE)),
            "description": template_of(application.get("body", "")) or None,
        },
        "allow_external_changes": application.get("allow_outside_changes", False),
        "google_events": application.get("events", "busy"),
        "hold_until": VALIDATED if holds else None,
        "window_days": application.get("younger_than_days"),
        "types": {
            "include": application.get("only_categories"),
            "exclude": application.get("but_categories"),
            "default": kind,
            "private": kind,
        },
    }


def _configurations(
    application: Mapping[str, Json], site: Site
) -> Sequence[Configuration]:
    from connectors.callpro.fulfilment import configurations

    return configurations(application, site)


DEFINITION = Definition(
    name="callpro",
    title="CallPro",
    capabilities=CAPABILITIES,
    form=FORM,
    open=_open,
    tried=_tried,
    settings=settings_of,
    configurations=_configurations,
    loses={
        "title": "250 characters, without pictographs and leading blanks.",
        "description": "Plain text of 1,024 characters, without pictographs.",
        "descriptionContentType": "Plain text.",
    },
    limits=(
        "Fulfilment asks once a minute at most, and takes one change a call.",
        "A series comes to CallPro occurrence by occurrence.",
    ),
    keeps_items=True,
)
