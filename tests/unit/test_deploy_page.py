"""What docs/deploy.md tells people to type is there."""

import re

import pytest

from functions.routes.table import ROUTES
from tests.house import ROOT

PAGE = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
TERRAFORM = "\n".join(
    file.read_text(encoding="utf-8") for file in (ROOT / "terraform").glob("*.tf")
)
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def declared(kind: str) -> set[str]:
    return set(re.findall(rf'^{kind} "(\w+)"', TERRAFORM, re.MULTILINE))


def variables() -> set[str]:
    """Return the variables that the page explains or sets."""
    table = PAGE.partition("| variable |")[2].partition("\n\n")[0]
    rows = [line.split("|")[1] for line in table.splitlines()[2:]]
    assigned = re.findall(r"`(\w+) = ", PAGE)
    return {*re.findall(r"`(\w+)`", " ".join(rows)), *assigned}


def test_every_output_that_is_asked_for_is_declared() -> None:
    asked = set(re.findall(r"terraform output (?:-raw )?(\w+)", PAGE))

    assert asked
    assert asked <= declared("output")


def test_every_variable_that_is_explained_is_declared() -> None:
    assert len(variables()) > 5
    assert variables() <= declared("variable")


def test_every_make_target_is_there() -> None:
    asked = set(re.findall(r"\bmake ([a-z-]+)", PAGE))

    assert {target for target in asked if f"\n{target}:" not in MAKEFILE} == set()


def test_every_address_of_the_api_is_there() -> None:
    ours = {(route.method, route.path) for route in ROUTES}
    asked = set(re.findall(r"`(GET|POST|PUT|PATCH|DELETE) (/v1/[^`]+)`", PAGE))

    assert asked
    assert asked <= ours


@pytest.mark.parametrize("secret", ["operator-key", "smtp-password", "google-client"])
def test_every_secret_that_a_person_fills_in_is_declared(secret: str) -> None:
    assert secret in PAGE
    assert f'"{secret}"' in TERRAFORM


def test_every_link_leads_somewhere() -> None:
    targets = set(re.findall(r"\]\(([^)#]+)(?:#[\w-]+)?\)", PAGE))

    assert targets
    assert {one for one in targets if not (ROOT / "docs" / one).exists()} == set()
