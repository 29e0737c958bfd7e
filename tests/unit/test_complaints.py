"""What people complain about elsewhere has a test and a guard, by the names told."""

import ast
import pkgutil
import re

import pytest

from tests.house import ROOT

LINE = re.compile(
    r"^\| \[(?P<who>[^]]+)\]\((?P<url>\S+)\): .*"
    r" \| `(?P<test>\S+)` \| `(?P<guard>\S+)` \|$"
)
PAGE = (ROOT / "docs" / "complaints.md").read_text(encoding="utf-8")
ANSWERED = [found for line in PAGE.splitlines() if (found := LINE.match(line))]
OURS = {"connectors", "functions", "infra", "services", "sync"}


def names_of(path: str) -> set[str]:
    """Return the names of a module's functions and methods."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("found", ANSWERED, ids=lambda found: str(found["who"]))
def test_a_complaint_that_is_answered_has_its_test(found: re.Match[str]) -> None:
    path, _, name = found["test"].partition("::")

    assert name in names_of(path)
    assert not path.startswith("tests/standin"), "our own code is to answer it"


@pytest.mark.parametrize("found", ANSWERED, ids=lambda found: str(found["who"]))
def test_a_complaint_that_is_answered_has_its_guard(found: re.Match[str]) -> None:
    module, _, _ = found["guard"].partition(".")

    assert module in OURS
    assert pkgutil.resolve_name(found["guard"]) is not None


def test_no_line_of_the_page_is_overlooked() -> None:
    lines = [line for line in PAGE.splitlines() if line.startswith("| [")]

    assert len(lines) == len(ANSWERED)
    assert len({found["url"] for found in ANSWERED}) == len(ANSWERED)
