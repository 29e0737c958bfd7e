"""Whoever is woken finds what it means, where to look, and what to do."""

from pathlib import Path

import pytest

from checks.terraform.house import ALERTS

PAGES = sorted(path for path in ALERTS.glob("*.md") if path.stem != "README")
PARTS = ["## What it means", "## What to look at", "## What to do"]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_each_page_says_what_it_means_and_what_to_do(page: Path) -> None:
    text = page.read_text(encoding="utf-8")

    said = [line for line in text.splitlines() if line.startswith("## ")]
    parts = text.split("\n## ")[1:]

    assert said == PARTS
    assert all(len(part.split()) > 10 for part in parts)


def test_the_list_of_pages_is_whole() -> None:
    listed = (ALERTS / "README.md").read_text(encoding="utf-8")

    assert all(f"({page.name})" in listed for page in PAGES)
