"""docs/privacy.md says what is stored and for how long, as the code has it."""

import re

from services.indexes import INDEXES
from services.organizations.idempotency import LASTS
from services.people.looks import KEPT
from services.retention import KEEPINGS, Keeping
from tests.house import ROOT, modules

PAGE = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")
HEAD = "| where | holds | of whom | kept |\n|---|---|---|---|\n"
IN_CODE = re.compile(r'collection="([a-z_]+)"')


def table() -> str:
    """Return the table of the page as it ought to be."""
    return HEAD + "".join(f"{row(keeping)}\n" for keeping in KEEPINGS)


def row(keeping: Keeping) -> str:
    cells = (f"`{keeping.place}`", keeping.holds, keeping.of, keeping.kept)
    return f"| {' | '.join(cells)} |"


def test_the_page_lists_everything_that_is_stored() -> None:
    assert table() in PAGE, f"docs/privacy.md ought to hold:\n\n{table()}"


def test_no_collection_that_is_asked_for_is_left_out() -> None:
    asked = {index.collection for index in INDEXES}
    asked |= {
        name for file in modules("services") for name in IN_CODE.findall(file.text)
    }

    assert asked == {keeping.collection for keeping in KEEPINGS} & asked


def test_what_expires_has_the_index_by_which_the_sweep_finds_it() -> None:
    """Terraform makes Firestore's own removal from the same rows."""
    swept = {
        (one.collection, one.everywhere) for one in KEEPINGS if one.after is not None
    }
    indexed = {
        (index.collection, index.everywhere)
        for index in INDEXES
        if index.members == ("expires_at",)
    }

    assert swept == indexed


def test_the_times_that_are_told_are_those_that_are_kept() -> None:
    told = {keeping.place: keeping.kept for keeping in KEEPINGS}

    assert (told["idempotency"], LASTS.days) == ("a day", 1)
    assert (told["looks"], KEPT.days) == ("a year", 365)
