"""The API's routes for applications and for what Tandem does: items, connections."""

from functools import partial

from functions.routes import changes as api_changes
from functions.routes import configurations as api_configurations
from functions.routes import connections as api_connections
from functions.routes import items as api_items
from functions.routes import operations as api_operations
from functions.routes import previews as api_previews
from functions.routes import undo as api_undo
from functions.routes.route import LIST, Route
from functions.routes.scope import ITEM_KEYS, OPERATOR_KEYS, ORGANIZATION_KEYS

_connections = partial(Route, keys=ORGANIZATION_KEYS, tag="Connections")
_items = partial(Route, keys=ITEM_KEYS, tag="Items")
_flat = partial(Route, keys=ITEM_KEYS, tag="Appointments", any_type=True)

_AGENDA = "/v1/agendas/{agenda}"
_ITEM = "/v1/agendas/{agenda}/items/{item}"
_FLAT = "/v1/agendas/{agenda}/appointments/{item}"
_C = "/v1/connections/{connection}"
_P = "/v1/connections/{connection}/previews"

ITEMS = (
    _items(
        method="GET",
        path=_AGENDA + "/items",
        do=api_items.list_all,
        answers={200: "Items"},
        query=("start", "end", "expand", *LIST),
    ),
    _items(
        method="PUT",
        path=_ITEM,
        do=api_items.put,
        body="Item",
        answers={200: "Item", 201: "Item"},
        refuses=(409, 410, 412),
        conditional=True,
    ),
    _items(
        method="PATCH",
        path=_ITEM,
        do=api_items.patch,
        body="ItemPatch",
        answers={200: "Item"},
        refuses=(412,),
        conditional=True,
    ),
    _items(method="GET", path=_ITEM, do=api_items.get, answers={200: "Item"}),
    _items(
        method="DELETE",
        path=_ITEM,
        do=api_items.delete,
        answers={204: None},
        refuses=(412,),
        conditional=True,
    ),
    _flat(
        method="PUT",
        path=_FLAT,
        do=api_items.put_flat,
        body="Appointment",
        answers={200: "ShownAppointment", 201: "ShownAppointment"},
        refuses=(409, 410, 412),
        conditional=True,
    ),
    _flat(
        method="GET",
        path=_FLAT,
        do=api_items.get_flat,
        answers={200: "ShownAppointment"},
    ),
    _flat(
        method="DELETE",
        path=_FLAT,
        do=api_items.delete_flat,
        answers={204: None},
        refuses=(412,),
        conditional=True,
    ),
    _items(
        method="GET",
        path=_AGENDA + "/changes",
        tag="Changes",
        do=api_changes.list_changes,
        answers={200: "Changes"},
        query=("cursor", "limit", "wait", "all"),
        refuses=(410,),
    ),
    _flat(
        method="GET",
        path=_AGENDA + "/changes/next",
        tag="Changes",
        do=api_changes.get_next,
        answers={200: "NextChange"},
    ),
    _flat(
        method="POST",
        path=_AGENDA + "/changes/{ack}",
        tag="Changes",
        do=api_changes.post_ack,
        answers={200: "Acknowledged"},
    ),
    _items(
        method="GET",
        path=_AGENDA + "/configurations",
        tag="Agendas",
        do=api_configurations.list_all,
        answers={200: "Configurations"},
    ),
)

CONNECTIONS = (
    _connections(
        method="GET",
        path="/v1/connections",
        do=api_connections.list_all,
        answers={200: "Connections"},
        query=("agenda", "organization", "state", *LIST),
        refuses=(404,),
    ),
    _connections(
        method="GET", path=_C, do=api_connections.get, answers={200: "Connection"}
    ),
    _connections(
        method="PATCH",
        path=_C,
        do=api_connections.patch,
        body="ConnectionPatch",
        answers={200: "Connection"},
    ),
    *(
        _connections(
            method="POST",
            path=f"{_C}/{name}",
            do=do,
            answers={202: "Run"},
            refuses=(409,),
        )
        for name, do in (
            ("sync", api_connections.sync),
            ("pause", api_connections.pause),
            ("resume", api_connections.resume),
            ("cancel", api_connections.cancel),
        )
    ),
    _connections(
        method="POST",
        path=_C + "/disconnect",
        do=api_undo.disconnect,
        body="Disconnect",
        answers={202: "Run"},
        refuses=(409,),
    ),
    _connections(
        method="POST",
        path=_C + "/reset",
        do=api_undo.reset,
        body="Reset",
        answers={201: "Preview"},
        refuses=(409,),
    ),
    _connections(
        method="GET",
        path=_C + "/journal",
        do=api_undo.list_journal,
        answers={200: "Journal"},
        query=("run", "link", *LIST),
    ),
    _connections(
        method="POST",
        path=_C + "/undo",
        do=api_undo.undo,
        body="Undo",
        answers={202: "Undone"},
        refuses=(404, 409, 410),
    ),
    _connections(
        method="GET",
        path=_C + "/runs/{run}",
        do=api_connections.get_run,
        answers={200: "ShownRun"},
    ),
    _connections(
        method="GET",
        path=_C + "/links",
        do=api_connections.list_links,
        answers={200: "Links"},
        query=("waiting", "item", "event", *LIST),
    ),
    _connections(
        method="GET",
        path=_C + "/links/{link}",
        do=api_connections.get_link,
        answers={200: "ExplainedLink"},
    ),
    _connections(
        method="POST",
        path=_C + "/repair",
        do=api_connections.repair_all,
        answers={202: "Repaired"},
        refuses=(409,),
    ),
    _connections(
        method="POST",
        path=_C + "/links/{link}/repair",
        do=api_connections.repair_link,
        answers={202: "Run"},
        refuses=(409,),
    ),
    _connections(
        method="POST",
        path=_P,
        do=api_previews.create,
        body="NewPreview",
        answers={201: "Preview"},
        refuses=(409,),
        creates=True,
    ),
    _connections(
        method="GET",
        path=_P,
        do=api_previews.list_all,
        answers={200: "Previews"},
        query=LIST,
    ),
    _connections(
        method="GET",
        path=_P + "/{preview}",
        do=api_previews.get,
        answers={200: "Preview"},
        query=LIST,
        refuses=(410,),
    ),
    _connections(
        method="POST",
        path=_P + "/{preview}/decisions",
        do=api_previews.post_decisions,
        body="Decisions",
        answers={202: "Decided"},
        refuses=(409, 410),
    ),
    _connections(
        method="POST",
        path=_P + "/{preview}/decline",
        do=api_previews.post_decline,
        body="DeclinePreview",
        answers={202: "Declined"},
        refuses=(409, 410),
    ),
    _connections(
        method="POST",
        path=_P + "/{preview}/apply",
        do=api_previews.post_apply,
        body="ApplyPreview",
        answers={202: "Applied"},
        refuses=(409, 410),
    ),
)

OPERATIONS = (
    Route(
        method="GET",
        path="/v1/connectors",
        keys=None,
        tag="Operations",
        do=api_operations.connectors,
        answers={200: "Connectors"},
    ),
    Route(
        method="GET",
        path="/v1/health",
        keys=None,
        tag="Operations",
        do=api_operations.health,
        answers={200: "Health"},
    ),
    Route(
        method="POST",
        path="/v1/operations/{operation}",
        keys=OPERATOR_KEYS,
        tag="Operations",
        do=api_operations.operate,
        answers={202: "Run"},
        refuses=(429,),
    ),
)
