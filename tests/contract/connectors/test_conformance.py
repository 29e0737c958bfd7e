"""docs/connectors.md says what the connectors hold, and they hold what it says."""

from tests.contract.connectors.conformance import (
    PAGE,
    forms,
    held_by,
    lost_members,
    page_with,
)
from tests.contract.connectors.rig import Rig
from tests.contract.connectors.rigs import STANDING

HOW = "docs/connectors.md is out of date; run: make conformance"


def test_the_forms_are_on_the_page_as_the_connectors_declare_them() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert page == page_with(page, {"forms": forms()}), HOW


def test_the_table_shows_what_is_held(rig: Rig, rig_name: str) -> None:
    rows = [
        [cell.strip() for cell in line.strip("|").split(" | ")]
        for line in PAGE.read_text(encoding="utf-8").splitlines()
        if line.startswith("| ")
    ]
    [head] = [row for row in rows if row[0] == "kind of appointment"]
    column = head.index(rig_name.removesuffix("-real"))
    shown = {row[0]: row[column] for row in rows if len(row) == len(head)}

    held = held_by(rig)

    assert {kind: shown.get(kind) for kind in held} == held, HOW
    assert lost_members(held) == set(rig.definition.loses)


def test_every_application_has_a_column() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert f"| kind of appointment | {' | '.join(STANDING)} |" in page, HOW
