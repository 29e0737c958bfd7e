"""The API's routes for administrators: organizations and agendas."""

from functools import partial

from functions.routes import agendas as api_agendas
from functions.routes import connections as api_connections
from functions.routes import keys as api_keys
from functions.routes import organizations as api_organizations
from functions.routes import people as api_people
from functions.routes.route import LIST, Route
from functions.routes.scope import (
    ALL_KEYS,
    MANAGING_KEYS,
    OPERATOR_KEYS,
    ORGANIZATION_KEYS,
)

_organizations = partial(Route, keys=OPERATOR_KEYS, tag="Organizations")
_both = partial(Route, keys=MANAGING_KEYS, tag="Organizations")
_agendas = partial(Route, keys=ORGANIZATION_KEYS, tag="Agendas")

_O = "/v1/organizations"
_A = "/v1/agendas"
_AGENDA = "/v1/agendas/{agenda}"

ORGANIZATIONS = (
    _organizations(
        method="POST",
        path=_O,
        do=api_organizations.create,
        body="NewOrganization",
        answers={201: "MadeOrganization"},
        creates=True,
    ),
    _organizations(
        method="GET",
        path=_O,
        do=api_organizations.list_all,
        answers={200: "Organizations"},
        query=LIST,
    ),
    _organizations(
        method="GET",
        path=_O + "/{organization}",
        do=api_organizations.get,
        answers={200: "Organization"},
    ),
    _organizations(
        method="PATCH",
        path=_O + "/{organization}",
        do=api_organizations.patch,
        body="OrganizationPatch",
        answers={200: "Organization"},
    ),
    _organizations(
        method="DELETE",
        path=_O + "/{organization}",
        do=api_organizations.delete,
        answers={204: None},
    ),
    _both(
        method="PUT",
        path=_O + "/{organization}/google",
        do=api_organizations.put_google,
        body="GoogleCredentials",
        answers={200: "Google"},
        refuses=(409,),
    ),
    _both(
        method="PUT",
        path=_O + "/{organization}/administrators",
        do=api_organizations.put_administrators,
        body="Administrators",
        answers={200: "Administrators"},
    ),
    _both(
        method="POST",
        path=_O + "/{organization}/keys",
        do=api_keys.create_key,
        body="NewOrganizationKey",
        answers={201: "MadeKey"},
        creates=True,
    ),
    _both(
        method="GET",
        path=_O + "/{organization}/keys",
        do=api_keys.list_keys,
        answers={200: "Keys"},
        query=LIST,
    ),
    _both(
        method="DELETE",
        path=_O + "/{organization}/keys/{key}",
        do=api_keys.delete_key,
        answers={204: None},
        refuses=(409,),
    ),
    Route(
        method="GET",
        path=_O + "/{organization}/freshness",
        keys=ALL_KEYS,
        tag="Operations",
        do=api_organizations.freshness,
        answers={200: "Freshness"},
    ),
    _agendas(
        method="GET",
        path=_O + "/{organization}/people/{email}",
        do=api_people.export,
        answers={200: "Export"},
        query=LIST,
    ),
    _agendas(
        method="DELETE",
        path=_O + "/{organization}/people/{email}",
        do=api_people.erase_person,
        answers={200: "Erased"},
    ),
    _both(
        method="GET",
        path=_O + "/{organization}/looks",
        do=api_people.list_looks,
        answers={200: "Looks"},
        query=LIST,
    ),
)

AGENDAS = (
    Route(
        method="POST",
        path=_A,
        keys=MANAGING_KEYS,
        tag="Agendas",
        do=api_agendas.create,
        body="NewAgenda",
        answers={201: "Agenda"},
        refuses=(404,),
        creates=True,
    ),
    Route(
        method="GET",
        path=_A,
        keys=MANAGING_KEYS,
        tag="Agendas",
        do=api_agendas.list_all,
        answers={200: "Agendas"},
        query=("organization", *LIST),
        refuses=(404,),
    ),
    _agendas(method="GET", path=_AGENDA, do=api_agendas.get, answers={200: "Agenda"}),
    _agendas(
        method="PATCH",
        path=_AGENDA,
        do=api_agendas.patch,
        body="AgendaPatch",
        answers={200: "Agenda"},
    ),
    _agendas(method="DELETE", path=_AGENDA, do=api_agendas.delete, answers={204: None}),
    _agendas(
        method="POST",
        path=_AGENDA + "/keys",
        do=api_agendas.create_key,
        body="NewKey",
        answers={201: "MadeKey"},
        creates=True,
    ),
    _agendas(
        method="GET",
        path=_AGENDA + "/keys",
        do=api_agendas.list_keys,
        answers={200: "Keys"},
        query=LIST,
    ),
    _agendas(
        method="DELETE",
        path=_AGENDA + "/keys/{key}",
        do=api_agendas.delete_key,
        answers={204: None},
    ),
    _agendas(
        method="POST",
        path=_AGENDA + "/invitations",
        do=api_agendas.create_invitation,
        body="NewInvitation",
        answers={201: "MadeInvitation"},
        creates=True,
    ),
    _agendas(
        method="GET",
        path=_AGENDA + "/invitations",
        do=api_agendas.list_invitations,
        answers={200: "Invitations"},
        query=LIST,
    ),
    _agendas(
        method="GET",
        path=_AGENDA + "/invitations/{invitation}",
        do=api_agendas.get_invitation,
        answers={200: "Invitation"},
    ),
    _agendas(
        method="DELETE",
        path=_AGENDA + "/invitations/{invitation}",
        do=api_agendas.delete_invitation,
        answers={204: None},
    ),
    _agendas(
        method="POST",
        path=_AGENDA + "/invitations/{invitation}/resend",
        do=api_agendas.resend_invitation,
        answers={200: "MadeInvitation"},
        refuses=(409,),
    ),
    _agendas(
        method="PUT",
        path=_AGENDA + "/webhook",
        do=api_agendas.put_webhook,
        body="NewWebhook",
        answers={200: "MadeWebhook"},
    ),
    _agendas(
        method="DELETE",
        path=_AGENDA + "/webhook",
        do=api_agendas.delete_webhook,
        answers={204: None},
    ),
    _agendas(
        method="POST",
        path=_AGENDA + "/connections",
        do=api_connections.create,
        body="NewConnection",
        answers={201: "Connection"},
        refuses=(409, 429),
        creates=True,
    ),
    _agendas(
        method="GET",
        path=_AGENDA + "/accounts/{account}/calendars",
        do=api_connections.list_calendars,
        answers={200: "Calendars"},
        refuses=(409, 429),
    ),
)
