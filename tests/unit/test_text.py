"""Edits of reduced texts, carried to the full ones."""

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sync.content import Text
from sync.normal import one_newline
from sync.text import carry, carry_html, carry_text, html_of, plain
from tests.unit import strategies

LONG = "Roof survey at the Dorpsstraat, second floor, bring the long ladder"


@given(strategies.texts(), strategies.texts())
def test_a_text_that_was_not_reduced_becomes_what_it_was_edited_to(
    full: str, after: str
) -> None:
    assert carry(full, full, after) == after


@given(strategies.texts(), strategies.texts())
def test_no_edit_changes_nothing(full: str, before: str) -> None:
    assume(before)

    assert carry(full, before, before) in (full, None)


@given(st.integers(20, len(LONG) - 1), st.sampled_from(["Roof", "survey"]))
def test_an_edit_of_the_visible_part_keeps_the_hidden_tail(cut: int, word: str) -> None:
    before = LONG[:cut]

    carried = carry(LONG, before, before.replace(word, "garden"))

    assert carried == LONG.replace(word, "garden")


@pytest.mark.parametrize(
    ("full", "before", "after", "expected"),
    [
        ("  Roof survey ", "Roof survey", "Roof repair", "  Roof repair "),
        ("🎉 Party 🎉", "Party", "Big party", "🎉 Big party 🎉"),
        ("🎉 Party", "Party", "Party tonight", "🎉 Party tonight"),
        ("Call\n\n  Ann  now", "Call Ann now", "Call Bob now", "Call\n\n  Bob  now"),
        ("A 👩‍👩‍👧 visit", "A  visit", "A  trip", "A 👩‍👩‍👧 trip"),
        ("Hello wonderful world", "Hello wo…", "Hi wo…", "Hi wonderful world"),
        ("Hello wonderful world", "Hello…", "Hello…!", "Hello wonderful world!"),
        ("🎉🎉", "", "Party", "🎉🎉Party"),
        ("Long text", "Long", "", ""),
    ],
)
def test_an_edit_lands_where_it_was_made(
    full: str, before: str, after: str, expected: str
) -> None:
    assert carry(full, before, after) == expected


@pytest.mark.parametrize(
    ("full", "before", "after"),
    [
        ("Meeting tomorrow at noon", "Meeting tomo", "Meeting today"),
        ("Meeting tomorrow at noon", "Meeting tomorrow", "Meeting tomorrow or later"),
        ("Hello wonderful world", "Hello…", "Hello"),
        ("Something else altogether", "Roof survey", "Roof repair"),
        ("one HIDDEN two", "one  two", "three"),
    ],
)
def test_an_edit_without_a_certain_place_is_not_guessed(
    full: str, before: str, after: str
) -> None:
    assert carry(full, before, after) is None


@given(strategies.texts(longest=60))
def test_folded_blanks_stay_what_they_were(full: str) -> None:
    before = re.sub(r"\s+", " ", full).strip()
    assume(before)

    carried = carry(full, before, f"{before} xyzzy")

    assert carried is None or carried.replace(" xyzzy", "", 1) == full


@given(strategies.texts(longest=100))
def test_plain_text_comes_back_from_html(text: str) -> None:
    text = one_newline(text)

    assert plain(html_of(text)) == text


@given(strategies.texts(longest=60), strategies.texts(longest=60))
def test_an_edit_of_html_made_of_plain_text_shows_in_it(text: str, after: str) -> None:
    text, after = one_newline(text), one_newline(after)

    html = carry_html(html_of(text), text, after)

    assert html is not None or not text
    assert html is None or plain(html) == after


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("<p>One</p><p>Two</p>", "One\nTwo"),
        ("One<br>Two<br/>", "One\nTwo\n"),
        ("<ul><li>a</li><li>b</li></ul>c", "- a\n- b\nc"),
        ('<a href="https://x.nl/z">Join</a> now', "Join (https://x.nl/z) now"),
        ('<a href="https://x.nl">https://x.nl</a>', "https://x.nl"),
        ("Tom &amp; Jerry &lt;3 &#233;", "Tom & Jerry <3 é"),
        ("<script>alert(1)</script>a<!-- b --> < c & d", "a < c & d"),
        ('<b title="a>b">bold</b>', "bold"),
        ("", ""),
    ],
)
def test_html_is_shown_as_plain_text(html: str, shown: str) -> None:
    assert plain(html) == shown


@pytest.mark.parametrize(
    ("html", "after", "expected"),
    [
        (
            "<p>Bring <b>two</b> men</p>",
            "Bring three men",
            "<p>Bring <b>three</b> men</p>",
        ),
        ("<p>One</p><p>Two</p>", "One\nAnd two", "<p>One</p><p>And two</p>"),
        ("A<br>B", "A B", "A B"),
        ("Tom &amp; Ann", "Tom & Bob", "Tom &amp; Bob"),
        ("<i>a</i>", "a\n<b>", "<i>a<br>&lt;b&gt;</i>"),
        ("<p>One</p><p>Two</p>", "One Two", None),
        ("<b>x</b>", "", ""),
    ],
)
def test_an_edit_of_the_shown_text_goes_into_the_html(
    html: str, after: str, expected: str | None
) -> None:
    assert carry_html(html, plain(html), after) == expected


def test_an_edit_of_plain_text_is_carried_to_its_html() -> None:
    full = Text(text="<p>Bring <b>two</b> men</p>", html=True)
    before, after = Text(text="Bring two men"), Text(text="Bring four men")

    expected = Text(text="<p>Bring <b>four</b> men</p>", html=True)
    assert carry_text(full, before, after) == expected


def test_an_edit_of_html_is_carried_to_its_plain_text() -> None:
    full, before = Text(text="a < b"), Text(text="a &lt; b", html=True)

    after = Text(text="a &lt; <b>c</b>", html=True)

    assert carry_text(full, before, after) == Text(text="a < c")
