"""iCalendar as lines: folded, escaped, and left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.caldav.lines import (
    Malformed,
    escaped,
    line,
    parsed,
    text_line,
    texts,
    unescaped,
    written,
)
from tests.unit.caldav.resources import ics

PRINTABLE = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n")
)


def test_what_is_read_is_written_as_it_was() -> None:
    odd = 'X-THING;A="b;c:d";E=f,"g,h":any \\thing\\, even; this'
    text = ics("DTSTART:20310303T100000Z", odd, "SUMMARY:" + "ü" * 100)

    assert written(parsed(text)) == written(parsed(written(parsed(text))))
    assert odd in written(parsed(text)).replace("\r\n ", "")


@given(PRINTABLE)
def test_a_text_comes_back_whatever_it_holds(text: str) -> None:
    calendar = parsed(ics("DTSTART:20310303T100000Z"))
    event = calendar.inside[0].with_lines((), [text_line("SUMMARY", text)])
    again = parsed(f"BEGIN:VCALENDAR\r\n{written(event)}END:VCALENDAR\r\n")

    assert again.inside[0].text("SUMMARY") == text
    assert unescaped(escaped(text)) == text


@given(PRINTABLE)
def test_a_parameter_comes_back_whatever_it_holds(name: str) -> None:
    found = line("ATTENDEE", "mailto:a@x", {"CN": name, "PARTSTAT": "ACCEPTED"})

    assert found.parameters == {"CN": name, "PARTSTAT": "ACCEPTED"}
    assert found.value == "mailto:a@x"


@given(PRINTABLE)
def test_no_line_is_longer_than_75_bytes_and_no_letter_is_cut(text: str) -> None:
    calendar = parsed(ics("DTSTART:20310303T100000Z"))
    long = calendar.with_lines((), [text_line("X-LONG", text * 5)])

    lines = written(long).encode().split(b"\r\n")

    assert max(map(len, lines)) <= 75
    assert [each.decode() for each in lines]


def test_lists_of_words_are_split_where_a_comma_is_no_text() -> None:
    assert texts("one,two\\, three,,four") == ["one", "two, three", "four"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nothing",
        "BEGIN:VCALENDAR\r\nEND:VEVENT\r\n",
        "BEGIN:VCALENDAR\r\n",
        "BEGIN:VEVENT\r\nEND:VEVENT\r\n",
        "BEGIN:VCALENDAR\r\n;x\r\nEND:VCALENDAR\r\n",
        "BEGIN:A\r\n" * 9 + "END:A\r\n" * 9,
        "BEGIN:VCALENDAR\r\n" + "X:1\r\n" * 100_001 + "END:VCALENDAR\r\n",
        "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\nX:1\r\n",
    ],
)
def test_what_is_no_calendar_is_said_to_be_none(text: str) -> None:
    with pytest.raises(Malformed):
        parsed(text)
