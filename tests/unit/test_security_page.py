"""Every threat on docs/security.md has a guard, and a test that exists."""

import ast
import re
from functools import cache

import pytest

from tests.house import ROOT, pages

LINE = re.compile(r"^\| (?P<threat>.+) \| (?P<guard>.+) \| `(?P<test>tests/\S+)` \|$")
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
FOUND = [found for line in PAGE.splitlines() if (found := LINE.match(line))]


@cache
def names_of_tests(path: str) -> frozenset[str]:
    """Return the names of a module's tests."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    return frozenset(one.name for one in functions if one.name.startswith("test_"))


@pytest.mark.parametrize("found", FOUND, ids=lambda found: str(found["threat"]))
def test_a_threat_has_its_test(found: re.Match[str]) -> None:
    path, _, name = found["test"].partition("::")

    assert name in names_of_tests(path)


def test_no_threat_of_the_page_is_overlooked() -> None:
    tables = PAGE.split("| threat | guard | test |\n|---|---|---|\n")[1:]
    lines = [
        line
        for table in tables
        for line in table.partition("\n\n")[0].splitlines()
        if line.startswith("|")
    ]

    assert len(lines) == len(FOUND) > 40
    assert len({found["threat"] for found in FOUND}) == len(FOUND)


def test_people_find_the_page() -> None:
    linking = [page for page in pages() if "security.md" in page.read_text("utf-8")]

    assert ROOT / "SECURITY.md" in linking
