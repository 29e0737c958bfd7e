"""What people complain about elsewhere has a test here, under the name that is told."""

import ast
import re

import pytest

from tests.house import ROOT

LINE = re.compile(r"^\| \[(?P<who>[^]]+)\]\((?P<url>\S+)\): .* \| `(?P<test>\S+)` \|$")
PAGE = (ROOT / "docs" / "complaints.md").read_text(encoding="utf-8")
ANSWERED = [found for line in PAGE.splitlines() if (found := LINE.match(line))]


def names_of(path: str) -> set[str]:
    """Return the names of a module's functions and methods."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("found", ANSWERED, ids=lambda found: str(found["who"]))
def test_a_complaint_that_is_answered_has_its_test(found: re.Match[str]) -> None:
    path, _, name = found["test"].partition("::")

    assert name in names_of(path)


def test_no_line_of_the_page_is_overlooked() -> None:
    lines = [line for line in PAGE.splitlines() if line.startswith("| [")]

    assert len(lines) == len(ANSWERED)
    assert len({found["url"] for found in ANSWERED}) == len(ANSWERED)
