"""Every route with every kind of key: who may, who may not, what does not exist."""

import re
from typing import Any

import pytest

from functions.routes.route import Route
from functions.routes.table import ROUTES
from services.organizations.keys import Scope
from tests.journeys.api_bench import OPERATOR_KEY, ApiBench, event

O, G, A = Scope.OPERATOR, Scope.ORGANIZATION, Scope.AGENDA  # noqa: E741  because the contract calls them so

CONTRACT = {
    "organizations": {O},
    "organizations/{}": {O},
    "organizations/{}/google": {O, G},
    "organizations/{}/administrators": {O, G},
    "organizations/{}/freshness": {O, G, A},
    "organizations/{}/keys": {O, G},
    "organizations/{}/keys/{}": {O, G},
    "organizations/{}/people/{}": {G},
    "organizations/{}/looks": {O, G},
    "agendas": {O, G},
    "agendas/{}": {G},
    "agendas/{}/invitations": {G},
    "agendas/{}/invitations/{}": {G},
    "agendas/{}/invitations/{}/resend": {G},
    "agendas/{}/connections": {G},
    "agendas/{}/accounts/{}/calendars": {G},
    "agendas/{}/items": {G, A},
    "agendas/{}/items/{}": {G, A},
    "agendas/{}/appointments/{}": {G, A},
    "agendas/{}/changes": {G, A},
    "agendas/{}/changes/next": {G, A},
    "agendas/{}/changes/{}": {G, A},
    "agendas/{}/configurations": {G, A},
    "agendas/{}/keys": {G},
    "agendas/{}/keys/{}": {G},
    "agendas/{}/webhook": {G},
    "connections": {G},
    "connections/{}": {G},
    "connections/{}/sync": {G},
    "connections/{}/pause": {G},
    "connections/{}/resume": {G},
    "connections/{}/cancel": {G},
    "connections/{}/disconnect": {G},
    "connections/{}/reset": {G},
    "connections/{}/previews": {G},
    "connections/{}/previews/{}": {G},
    "connections/{}/previews/{}/decisions": {G},
    "connections/{}/previews/{}/decline": {G},
    "connections/{}/previews/{}/apply": {G},
    "connections/{}/journal": {G},
    "connections/{}/runs/{}": {G},
    "connections/{}/undo": {G},
    "connections/{}/repair": {G},
    "connections/{}/links": {G},
    "connections/{}/links/{}": {G},
    "connections/{}/links/{}/repair": {G},
    "operations/{}": {O},
    "connectors": set(),
    "health": set(),
}
"""The contract's column of keys, and ours; none at all is open to everybody."""

SHOWN = [f"{route.method} {route.path}" for route in ROUTES]


def address(route: Route, **ids: str) -> str:
    """Return the route's path with ids of things, where given, that exist."""
    return re.sub(r"\{(\w+)\}", lambda name: ids.get(name[1], "x1"), route.path)


@pytest.fixture(scope="module")
def bench() -> ApiBench:
    return ApiBench()


@pytest.fixture(scope="module")
def stranger(bench: ApiBench) -> str:
    made: str = bench.call("POST", "/v1/organizations", {"name": "Others"}).json[
        "api_key"
    ]
    return made


def test_the_routes_are_those_of_the_contract_with_its_keys() -> None:
    ours = {
        re.sub(r"\{\w+\}", "{}", route.path.removeprefix("/v1/")): set(route.keys or ())
        for route in ROUTES
    }

    assert ours == CONTRACT


@pytest.mark.parametrize("route", ROUTES, ids=SHOWN)
def test_nobody_gets_in_without_a_key_that_fits(bench: ApiBench, route: Route) -> None:
    path = address(route, organization=bench.organization, agenda=bench.agenda)
    keys: dict[Scope, Any] = {
        O: OPERATOR_KEY,
        G: bench.organization_key,
        A: bench.agenda_key,
    }

    if route.keys is None:
        assert bench.call(route.method, path, key=None).status_code == 200
        return

    assert bench.call(route.method, path, key=None).status_code == 401
    wrong = bench.call(route.method, path, key="tdm_" + "x" * 43)
    assert wrong.status_code == 401
    assert wrong.headers["WWW-Authenticate"].startswith("Bearer")
    for kind in set(Scope) - route.keys:
        refused = bench.call(route.method, path, key=keys[kind])
        assert refused.status_code == 403, kind
        assert refused.json["type"] == "/problems/forbidden"


@pytest.mark.parametrize(
    "route",
    [route for route in ROUTES if "{agenda}" in route.path],
    ids=lambda route: f"{route.method} {route.path}",
)
def test_a_foreign_agenda_does_not_exist(
    bench: ApiBench, stranger: str, route: Route
) -> None:
    other = bench.make_agenda(stranger)
    body = event() if route.method in ("PUT", "PATCH") else {"name": "x"}

    answer = bench.call(
        route.method, address(route, agenda=other), body, key=bench.organization_key
    )

    assert answer.status_code == 404
    if A in (route.keys or ()):
        mine = bench.call(
            route.method, address(route, agenda=other), body, key=bench.agenda_key
        )
        assert mine.status_code == 404


def test_an_agenda_key_does_not_open_another_agenda_of_its_organization(
    bench: ApiBench,
) -> None:
    other = bench.make_agenda()

    answer = bench.call("GET", f"/v1/agendas/{other}/items", key=bench.agenda_key)

    assert answer.status_code == 404


@pytest.mark.parametrize("part", ["google", "administrators", "freshness"])
def test_a_foreign_organization_does_not_exist(
    bench: ApiBench, stranger: str, part: str
) -> None:
    method = "GET" if part == "freshness" else "PUT"
    path = f"/v1/organizations/{bench.organization}/{part}"

    answer = bench.call(method, path, {"kind": "operator"}, key=stranger)

    assert answer.status_code == 404


def test_a_key_that_was_deleted_opens_nothing_any_more(bench: ApiBench) -> None:
    path = f"/v1/agendas/{bench.agenda}/keys"
    made = bench.call("POST", path, {"name": "x"}, key=bench.organization_key).json

    gone = bench.call("DELETE", f"{path}/{made['id']}", key=bench.organization_key)

    assert gone.status_code == 204
    assert bench.call("GET", bench.items, key=made["key"]).status_code == 401
    listed = bench.call("GET", path, key=bench.organization_key).json["items"]
    assert made["id"] not in [key["id"] for key in listed]
    assert all("key" not in key for key in listed)


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic eDp5", "Bearer \x80", "bearer  x  y"]
)
def test_half_a_key_is_no_key(bench: ApiBench, header: str) -> None:
    answer = bench.call("GET", bench.items, key=None, headers={"Authorization": header})

    assert answer.status_code == 401


def test_the_word_bearer_may_be_written_small(bench: ApiBench) -> None:
    headers = {"Authorization": f"bearer {bench.agenda_key}"}

    assert bench.call("GET", bench.items, key=None, headers=headers).status_code == 200
