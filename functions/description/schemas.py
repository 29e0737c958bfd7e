"""The schemas of the API's description: what is sent, and what is answered."""

from connectors.registry import names
from functions.description.connections import CONNECTIONS, PERCENTILES
from functions.description.items import ITEM_SCHEMAS
from functions.description.parts import (
    ANY,
    EMAIL,
    MOMENT,
    NAME,
    NUMBER,
    OBJECT,
    TEXT,
    YES_OR_NO,
    Schema,
    list_of,
    one_of,
    or_null,
    page_of,
    ref,
    shown,
    taken,
)
from functions.description.people import PEOPLE
from functions.description.previews import PREVIEWS
from functions.description.settings import SETTINGS
from functions.description.undo import UNDO

_url: Schema = {**TEXT, "minLength": 8, "maxLength": 2000, "format": "uri"}
_CHECKS = ("store", "queue", "vault", "environment")
_check = shown({"status": one_of("ok", "down"), "milliseconds": {"type": "number"}})

ERRORS: dict[str, Schema] = {
    "Problem": shown(
        {
            "type": {**TEXT, "description": "See the table of problem types."},
            "title": TEXT,
            "status": NUMBER,
            "detail": TEXT,
            "errors": list_of(ref("BadMember")),
        },
        optional=("errors",),
    ),
    "BadMember": shown({"pointer": TEXT, "detail": TEXT}),
}

ORGANIZATIONS: dict[str, Schema] = {
    "NewOrganization": taken({"name": NAME}, required=("name",)),
    "OrganizationPatch": taken({"name": NAME}),
    "Organization": shown(
        {
            "id": TEXT,
            "name": TEXT,
            "created_at": MOMENT,
            "google": or_null(ref("Google")),
            "administrators": list_of(TEXT),
        }
    ),
    "MadeOrganization": {
        "allOf": [ref("Organization"), shown({"api_key": or_null(TEXT)})]
    },
    "Organizations": page_of("Organization"),
    "Google": shown(
        {
            "kind": one_of("oauth_client", "service_account", "operator"),
            "client_id": TEXT,
            "email": TEXT,
        },
        optional=("email",),
    ),
    "GoogleCredentials": {
        "oneOf": [
            taken(
                {
                    "kind": {"const": "oauth_client"},
                    "client_id": TEXT,
                    "client_secret": TEXT,
                    "replace": YES_OR_NO,
                },
                required=("kind", "client_id", "client_secret"),
            ),
            taken(
                {
                    "kind": {"const": "service_account"},
                    "key": OBJECT,
                    "p12": {**TEXT, "contentEncoding": "base64"},
                    "password": TEXT,
                    "email": TEXT,
                    "replace": YES_OR_NO,
                },
                required=("kind",),
            ),
            taken(
                {"kind": {"const": "operator"}, "replace": YES_OR_NO},
                required=("kind",),
            ),
        ]
    },
    "Administrators": taken({"emails": list_of(EMAIL, most=200)}, required=("emails",)),
    "Freshness": shown(
        {
            "to_agenda": PERCENTILES,
            "to_calendar": PERCENTILES,
            "connections": NUMBER,
        }
    ),
}

AGENDAS: dict[str, Schema] = {
    "Settings": SETTINGS,
    "NewAgenda": taken(
        {
            "name": NAME,
            "owner_email": EMAIL,
            "connector": one_of(*names()),
            "application": OBJECT,
            "settings": ref("Settings"),
            "organization": {**TEXT, "description": "With the operator's key only."},
        },
        required=("name", "owner_email"),
    ),
    "AgendaPatch": taken(
        {
            "name": NAME,
            "owner_email": EMAIL,
            "application": or_null(OBJECT),
            "settings": or_null(ref("Settings")),
        }
    ),
    "Agenda": shown(
        {
            "id": TEXT,
            "organization": TEXT,
            "name": TEXT,
            "owner_email": TEXT,
            "connector": TEXT,
            "application": OBJECT,
            "settings": OBJECT,
            "time_zone": TEXT,
            "created_at": MOMENT,
            "webhook": or_null(shown({"url": TEXT})),
            "hook_url": TEXT,
        }
    ),
    "Agendas": page_of("Agenda"),
    "NewKey": taken({"name": NAME}, required=("name",)),
    "NewOrganizationKey": taken(
        {
            "name": NAME,
            "hours": or_null({"type": "integer", "minimum": 1, "maximum": 720}),
        },
        required=("name",),
    ),
    "Key": shown(
        {
            "id": TEXT,
            "name": TEXT,
            "created_at": or_null(MOMENT),
            "expires_at": or_null(MOMENT),
            "by_operator": YES_OR_NO,
        }
    ),
    "MadeKey": {"allOf": [ref("Key"), shown({"key": or_null(TEXT)})]},
    "Keys": page_of("Key"),
    "NewInvitation": taken(
        {"language": or_null({**TEXT, "minLength": 2, "maxLength": 20})}
    ),
    "Invitation": shown(
        {
            "id": TEXT,
            "email": TEXT,
            "language": TEXT,
            "state": one_of("open", "used", "revoked", "expired"),
            "created_at": MOMENT,
            "expires_at": MOMENT,
            "sent_at": or_null(MOMENT),
            "used_at": or_null(MOMENT),
        }
    ),
    "MadeInvitation": {"allOf": [ref("Invitation"), shown({"url": or_null(TEXT)})]},
    "Invitations": page_of("Invitation"),
    "NewWebhook": taken({"url": _url}, required=("url",)),
    "MadeWebhook": shown({"url": TEXT, "secret": TEXT}),
}

OPERATIONS: dict[str, Schema] = {
    "Connector": shown(
        {
            "id": TEXT,
            "name": TEXT,
            "holds": list_of(TEXT),
            "loses": OBJECT,
            "limits": list_of(TEXT),
            "series": YES_OR_NO,
            "versions": one_of("exact", "stamp", "none"),
            "creates": one_of("idempotent", "findable", "blind"),
            "poll_seconds": or_null(NUMBER),
            "form": ANY,
        }
    ),
    "Connectors": page_of("Connector"),
    "Health": shown(
        {
            "status": {"const": "ok"},
            "checks": shown(dict.fromkeys(_CHECKS, _check)),
        }
    ),
}

SCHEMAS: dict[str, Schema] = {
    **ERRORS,
    **ORGANIZATIONS,
    **AGENDAS,
    **ITEM_SCHEMAS,
    **CONNECTIONS,
    **UNDO,
    **PREVIEWS,
    **PEOPLE,
    **OPERATIONS,
}
