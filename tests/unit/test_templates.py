"""Texts by template: filled in, never broken by what they are filled with."""

import re

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from sync.content import Details, Duration, Text, When
from sync.markup import plain
from sync.safe_html import TAGS, safe
from sync.template_view import TemplateView, values_of
from sync.templates import TemplateInvalid, line_of, parsed, text_of
from sync.values import Json, slot_of_text
from tests.unit.strategies import details, texts

SURVEY = Details(
    when=When(start=slot_of_text("2027-03-29T09:00:00"), zone="Europe/Amsterdam"),
    duration=Duration(seconds=5400),
    title="Roof survey",
    description=Text(text="Bring the ladder"),
    places=("Dorpsstraat 1, Utrecht",),
)
NASTY = '<script>alert(1)</script>"><img src=x onerror=alert(1)> & Zn'


def line(template: str, **extra: Json) -> str:
    return line_of(template, values_of(SURVEY, extra))


def text(template: str, **extra: Json) -> Text:
    return text_of(template, values_of(SURVEY, extra))


def test_a_template_is_filled_in_from_the_item_and_from_its_own_fields() -> None:
    filled = line("{customer}: {title}, {location} from {start} to {end}", customer="J")

    assert filled == (
        "J: Roof survey, Dorpsstraat 1, Utrecht from 2027-03-29 09:00"
        " to 2027-03-29 10:30"
    )


def test_a_whole_day_begins_and_ends_on_a_date() -> None:
    fair = Details(
        when=When(start=slot_of_text("2027-03-29")), duration=Duration(days=2)
    )

    values = values_of(fair, {})

    assert line_of("{start} {end}", values) == "2027-03-29 2027-03-30"


def test_an_end_is_what_the_clock_shows_after_the_hour_was_put_forward() -> None:
    night = Details(
        when=When(start=slot_of_text("2027-03-28T01:00:00"), zone="Europe/Amsterdam"),
        duration=Duration(seconds=7200),
    )

    assert line_of("{end}", values_of(night, {})) == "2027-03-28 04:00"


def test_a_field_that_the_item_does_not_have_is_empty() -> None:
    assert line("{title} {nothing}") == "Roof survey"


def test_fields_of_every_kind_are_shown_as_people_read_them() -> None:
    fields = {
        "floor": 3,
        "paid": True,
        "tags": ["a", None, "b"],
        "none": None,
        "customer": {"name": "Jansen", "at": {"street": "Dorpsstraat"}},
    }

    filled = line(
        "{floor}|{paid}|{tags}|{none}|{customer}|{customer/name}|{customer/at/street}",
        **fields,
    )

    assert filled == "3|true|a, b|||Jansen|Dorpsstraat"


def test_the_items_own_title_comes_before_a_field_of_that_name() -> None:
    assert line("{title}", title="Another") == "Roof survey"


def test_a_brace_itself_is_written_twice() -> None:
    assert line("{{title}} {title}") == "{title} Roof survey"


def test_a_title_is_one_line() -> None:
    assert line("{notes}  !", notes="two\nlines\t") == "two lines !"


@pytest.mark.parametrize(
    ("template", "place"),
    [("{title", 1), ("title}", 6), ("a {", 3), ("{a{b}", 1), ("{} x", 1), ("x { }", 3)],
)
def test_a_template_with_unbalanced_braces_is_refused_with_the_place(
    template: str, place: int
) -> None:
    with pytest.raises(TemplateInvalid, match=f"character {place}"):
        parsed(template)


def test_a_text_without_tags_stays_plain_whatever_it_is_filled_with() -> None:
    assert text("{customer}\n{description}", customer=NASTY) == Text(
        text=f"{NASTY}\nBring the ladder"
    )


def test_what_fills_a_template_with_tags_is_escaped() -> None:
    filled = text("<b>{customer}</b><br>{description}", customer=NASTY)

    assert filled.html
    assert plain(filled.text) == f"{NASTY}\nBring the ladder"
    assert "<script" not in filled.text
    assert "<img" not in filled.text


def test_an_items_own_html_stays_html_and_is_made_safe() -> None:
    own = Text(text='<p onclick="x()">Bring <b>it</b></p><script>1</script>', html=True)
    values = {"description": own, "customer": Text(text="A < B")}

    filled = text_of("For {customer}\n{description}", values)

    assert filled == Text(
        text="For A &lt; B<br><p>Bring <b>it</b></p>",
        html=True,
    )


def test_a_field_in_a_links_address_cannot_leave_it() -> None:
    template = '<a href="https://maps.example/?q={location}">map</a>'

    kept = text_of(template, {"location": Text(text='x" onmouseover="y')}).text

    assert kept == (
        '<a href="https://maps.example/?q=x&quot;onmouseover=&quot;y">map</a>'
    )


def test_a_link_that_a_field_turns_into_a_script_leads_nowhere() -> None:
    filled = text_of(
        '<a href="{link}">here</a>', {"link": Text(text=" JavaScript:alert(1)")}
    )

    assert filled.text == "<a>here</a>"


html = st.lists(
    st.one_of(
        texts(),
        st.sampled_from(
            [
                *("<b>", "</b>", "<a href='x:y'>", '<a href="https://x/?a=1&b">'),
                *("<script>", "</script>", "<!--", "-->", "<", ">", "&", "&amp;"),
                *("<img src=x>", "<A HREF=x>", "<a href='java\nscript:x'>", '"', "'"),
            ]
        ),
    ),
    max_size=8,
).map("".join)


@for_all(text=html)
def test_safe_html_stays_the_same_when_it_is_made_safe_again(text: str) -> None:
    once = safe(text)

    assert safe(once) == once


@for_all(text=html)
def test_safe_html_has_nothing_but_tags_from_the_list(text: str) -> None:
    shown = safe(text)

    links = '<a href="(?:https?:|mailto:|tel:)[^"<>]*">'
    rest = re.sub(rf"</?([a-z0-9]+)>|{links}", "", shown, flags=re.IGNORECASE)
    assert "<" not in rest
    assert ">" not in rest
    assert set(re.findall(r"<([a-z0-9]+)", shown)) <= TAGS


@for_all(
    template=html.map(lambda some: some.replace("{", "").replace("}", "")),
    value=texts(),
    held=details(),
)
def test_a_template_can_always_be_filled_in(
    template: str, value: str, held: Details
) -> None:
    view = TemplateView(
        title="{title} " + template,
        location=template + "{x}",
        description=template + "{x} {description}",
        extra={"x": value},
    )

    shown = view.show(held)

    assert view.show(held) == shown
    assert "\n" not in shown.title
