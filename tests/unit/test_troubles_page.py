"""Each cause of setting an appointment aside has its words, and a row in the docs."""

import re

import pytest

from infra.google.answers import Answer
from infra.google.words import BY_WORD
from sync.errors import ContentRefused
from sync.troubles import NEXT_STEPS, Cause
from tests.house import ROOT

PAGE = (ROOT / "docs" / "troubles.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `(\w+)` \| (.+) \| (.+) \|$", re.MULTILINE)


def test_the_page_has_every_cause_with_its_next_step_and_no_other() -> None:
    rows = {cause: step for cause, _, step in ROW.findall(PAGE)}

    assert rows == {str(cause): NEXT_STEPS[cause] for cause in Cause}


@pytest.mark.parametrize("cause", Cause)
def test_every_cause_says_what_a_person_can_do(cause: Cause) -> None:
    step = NEXT_STEPS[cause]

    assert step[0].isupper()
    assert step.endswith(".")
    assert re.search(r"\b(token|etag|payload|sync token|JSON|HTTP)\b", step) is None


@pytest.mark.parametrize("cause", Cause)
def test_every_cause_is_used_where_something_is_set_aside(cause: Cause) -> None:
    places = [*(ROOT / "services").rglob("*.py"), *(ROOT / "infra").rglob("*.py")]
    used = [path for path in places if f"Cause.{cause.name}" in path.read_text("utf-8")]

    assert used, f"{cause} is told to people, and nothing is set aside for it"


@pytest.mark.parametrize("word", BY_WORD)
def test_every_word_of_google_for_one_bad_event_has_a_cause(word: str) -> None:
    error = BY_WORD[word](Answer(status=400, words=(word,)))

    if isinstance(error, ContentRefused):
        assert error.cause is not None
        assert f"`{word}`" in PAGE or error.cause is Cause.NOT_ORGANIZER
