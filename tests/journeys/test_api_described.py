"""The API is what its description says: schemathesis sends whatever it allows."""

import re
from functools import cache
from http.client import NOT_IMPLEMENTED
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from functions.description.openapi import description
from functions.problems import TYPES
from functions.routes.route import Route
from functions.routes.table import ROUTES
from services.organizations.keys import Scope
from tests.journeys.api_bench import OPERATOR_KEY, ApiBench, event

EXAMPLES = 10
CHECKS = [
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@cache
def described() -> Any:
    """The description as schemathesis understands it; it is checked on the way."""
    found = schemathesis.openapi.from_wsgi("/v1/openapi.json", ApiBench().app)
    found.config.update(base_url="http://localhost:8080/")
    found.validate()
    return found


def known_ids(bench: ApiBench) -> dict[str, str]:
    return {
        "agenda": bench.agenda,
        "organization": bench.organization,
        "item": "visit-1",
    }


def key_for(bench: ApiBench, route: Route) -> str:
    inside = Scope.ORGANIZATION in (route.keys or ())
    return bench.organization_key if inside else OPERATOR_KEY


def takes_nothing(route: Route) -> bool:
    """Whether there is nothing about a call of it that could be wrong."""
    return not (route.parameters or route.query or route.body)


TRIED = [
    pytest.param(route, mode, id=f"{route.name}-{mode}")
    for route in ROUTES
    for mode in GenerationMode
    if mode is GenerationMode.POSITIVE or not takes_nothing(route)
]


@pytest.mark.parametrize(("route", "mode"), TRIED)
def test_nothing_is_answered_that_is_not_described(
    route: Route, mode: GenerationMode
) -> None:
    operation = described()[route.path][route.method]
    bench = ApiBench()
    bench.put("visit-1", event())

    @given(case=operation.as_strategy(generation_mode=mode))
    @seed(2)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def send(case: Any) -> None:
        if mode is GenerationMode.POSITIVE and route.method != "DELETE":
            ids = known_ids(bench)
            case.path_parameters |= {
                name: ids[name] for name in ids.keys() & case.path_parameters.keys()
            }
        authorization = f"Bearer {key_for(bench, route)}"
        case.headers["Authorization"] = authorization
        answer = case.call_and_validate(app=bench.app, checks=CHECKS)
        assert answer.status_code < 500 or answer.status_code == NOT_IMPLEMENTED

    send()


def test_the_description_names_every_problem_and_every_route() -> None:
    found = description(ROUTES)

    assert found["openapi"] == "3.1.0"
    for kind in TYPES:
        assert f"`/problems/{kind}`" in found["info"]["description"]
    names = [
        operation["operationId"]
        for methods in found["paths"].values()
        for operation in methods.values()
    ]
    assert len(names) == len(set(names)) == len(ROUTES)


def test_every_schema_that_is_named_is_there_and_used() -> None:
    found = description(ROUTES)

    named = set(re.findall(r"#/components/schemas/(\w+)", str(found)))

    assert named == set(found["components"]["schemas"])
