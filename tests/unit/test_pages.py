"""The pages keep what they say: words, dates, links, commands."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from functions.setting_forms import ENTRY_POINTS
from tests.house import ROOT, pages

# fmt: off
WORDS = {
    "calendar", "event", "agenda", "item", "connector", "organization", "account",
    "invitation", "connection", "link", "content", "now", "seen", "intent", "dirty",
    "cause", "side", "delta", "plan", "write", "echo", "conflict", "series",
    "instance", "exception", "sync token", "cursor", "full read",
    "incremental read", "channel", "push", "sweep", "lease", "run", "journal",
    "preview", "brake", "port", "adapter",
}
# fmt: on

LINK = re.compile(r"(?<!\!)\[[^\]]*\]\(([^)\s]+)\)")
COMMAND = re.compile(r"(?:`|^    |^\$ )make ([a-z][a-z-]*)", re.MULTILINE)
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
PARTS = ("Context", "Decision", "Consequences")


def decisions() -> list[Path]:
    """Return the pages of docs/decisions/, but for their table of contents."""
    found = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    return [page for page in found if page.name != "README.md"]


def name_of(page: Path) -> str:
    """Return the page's place in the tree."""
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", decisions(), ids=name_of)
def test_a_decision_has_a_day_and_says_why_and_what_follows(page: Path) -> None:
    text = page.read_text(encoding="utf-8")

    assert date.fromisoformat(page.name[:10]) <= date.fromisoformat("2100-01-01")
    assert text.startswith("# ")
    for part in PARTS:
        assert f"\n## {part}\n" in text, f"{page.name} has no part {part}"


def test_every_decision_is_in_the_table_of_contents() -> None:
    contents = (ROOT / "docs" / "decisions" / "README.md").read_text(encoding="utf-8")

    missing = [page.name for page in decisions() if f"({page.name})" not in contents]

    assert not missing


def test_the_glossary_explains_every_word_of_ours() -> None:
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"\*\*([a-z -]+)\*\*", text))

    assert explained >= WORDS


def test_operators_are_told_every_setting() -> None:
    code = (ROOT / "functions" / "settings.py").read_text(encoding="utf-8")
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")

    settings = set(re.findall(r"\bTANDEM_[A-Z_]+\b", code))

    assert settings == set(re.findall(r"^\| `(TANDEM_[A-Z_]+)`", text, re.MULTILINE))


def test_newcomers_are_shown_every_door() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    shown = set(
        re.findall(r"^\| `([a-z_]+)` \| `/|^\| `(console)`", text, re.MULTILINE)
    )

    assert {name or last for name, last in shown} == set(ENTRY_POINTS)


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    dead = [link for link in _links(page) if not _reaches(page, link)]

    assert not dead


def _links(page: Path) -> Iterator[str]:
    prose = FENCE.sub("", page.read_text(encoding="utf-8"))
    for link in LINK.findall(prose):
        if not link.startswith(("http://", "https://", "mailto:")):
            yield link


def _reaches(page: Path, link: str) -> bool:
    place, _, heading = link.partition("#")
    target = (page.parent / place).resolve() if place else page
    if not target.exists():
        return False
    return not heading or heading in _anchors(target)


def _anchors(page: Path) -> set[str]:
    """Return the anchors that GitHub gives to the headings of a page."""
    lines = page.read_text(encoding="utf-8").splitlines()
    titles = [line.lstrip("#").strip() for line in lines if line.startswith("#")]
    plain = [re.sub(r"[^\w\- ]", "", title.lower()) for title in titles]
    return {title.replace(" ", "-") for title in plain}


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_commands_that_people_are_told_exist(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))

    told = set(COMMAND.findall(page.read_text(encoding="utf-8")))

    assert told <= targets


def test_people_are_told_the_first_commands() -> None:
    told = COMMAND.findall((ROOT / "README.md").read_text(encoding="utf-8"))

    assert {"run", "test", "check"} <= set(told)
