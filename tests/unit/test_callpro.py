"""What CallPro holds, its merge fields, and the configurations for its Fulfilment."""

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.base import Site
from connectors.callpro.definition import DEFINITION, settings_of
from connectors.callpro.fulfilment import json_of
from connectors.callpro.holding import LONGEST_TEXT, LONGEST_TITLE, held
from connectors.callpro.merging import fields_of, template_of
from services.agendas.settings_reading import read_settings
from sync.content import Content, Details, Text, When
from sync.templates import parsed
from tests.house import ROOT
from tests.unit import strategies

SITE = Site(
    base="https://tandem.example",
    agenda="a_office",
    time_zone="Europe/Amsterdam",
    key="tdm_key",
)
FIELDS = ["%SCRIPT.COMP_NAME%", "%SCRIPT.X%", "%APPOINTMENT.FROMDATE \\DTHH:mm%"]
PAGE = ROOT / "docs" / "connectors" / "callpro.md"


def shown(title: str = "", description: str = "", *, html: bool = False) -> Details:
    """Return what CallPro holds of an appointment with these texts."""
    when = When(start=strategies.FIRST, zone="Europe/Amsterdam")
    text = Text(text=description, html=html)
    details = Details(when=when, title=title, description=text)
    return held(Content(uid="u", details=details)).details


# --- what it holds -------------------------------------------------------------------


@given(strategies.contents())
def test_what_is_held_is_held_as_it_is_and_fits(content: Content) -> None:
    once = held(content)

    assert held(once) == once
    for details in (once.details, *once.overrides.values()):
        if details is not None:
            assert len(details.title.encode("utf-16-le")) <= 2 * LONGEST_TITLE
            assert len(details.description.text.encode("utf-16-le")) <= 2 * LONGEST_TEXT
            assert details.title == details.title.strip()
            assert not details.description.html


@pytest.mark.parametrize(
    ("title", "held_as"),
    [
        ("🦊 Vossen", "Vossen"),
        ("  Lunch", "Lunch"),
        ("👩‍👩‍👧 Familie ☎️ 1️⃣", "Familie"),
        ("زيارة café €5 — ½", "زيارة café €5 — ½"),
        ("x" * 251, "x" * 250),
        ("🇳🇱", ""),
    ],
)
def test_titles_lose_what_callpro_stumbled_over(title: str, held_as: str) -> None:
    assert shown(title).title == held_as


def test_texts_are_plain_and_cut_and_may_be_empty() -> None:
    assert (
        shown(description="<b>Bel</b><br>ons", html=True).description.text == "Bel\nons"
    )
    assert len(shown(description="x" * 1025).description.text) == 1024
    assert shown(description=" \n").description == Text()


# --- merge fields --------------------------------------------------------------------


def test_merge_fields_become_places_of_a_template() -> None:
    text = r"{100%} %SCRIPT.COMP_NAME% om %APPOINTMENT.FROMDATE \DTHH:mm%, 5% korting"

    template = template_of(text)

    shown = r"{{100%}} {SCRIPT_COMP_NAME} om {APPOINTMENT_FROMDATE_DTHH_mm}, 5% korting"
    assert template == shown
    assert fields_of(text, text) == [
        "%SCRIPT.COMP_NAME%",
        r"%APPOINTMENT.FROMDATE \DTHH:mm%",
    ]


TEXTS = st.lists(st.one_of(st.text(max_size=20), st.sampled_from(FIELDS))).map("".join)


@given(TEXTS, TEXTS)
def test_any_subject_and_body_make_good_templates_and_good_xml(
    subject: str, body: str
) -> None:
    plain = {"calendar": 7, "subject": _xml(subject) or "x", "body": _xml(body)}

    for one in DEFINITION.configurations(plain, SITE):
        root = ElementTree.fromstring(one.text)  # noqa: S314  because it is our own
        assert root.tag == "settings"
    for text in settings_of(plain)["templates"].values():
        parsed(text or "")


def _xml(text: str) -> str:
    """Return the text without what no XML can hold: such is not typed by anybody."""
    return re.sub("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", text)


@given(TEXTS)
def test_the_body_of_a_put_is_json_once_its_fields_are_merged(subject: str) -> None:
    application = {"calendar": 7, "subject": subject or "x", "waiting": "WACHT"}

    merged = re.sub(
        r"%[A-Za-z]\w*\.[A-Za-z]\w*( \\[^%]*)?%", "1", json_of(application, SITE)
    )

    assert json.loads(merged)["validated"] == "1"


# --- settings ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("application", "member", "value"),
    [
        ({}, "allow_external_changes", False),
        ({"allow_outside_changes": True}, "allow_external_changes", True),
        ({}, "google_events", "busy"),
        ({"events": "none"}, "google_events", "none"),
        ({}, "hold_until", ""),
        ({"waiting": "WACHT"}, "hold_until", "validated"),
        ({}, "window_days", 30),
        ({"younger_than_days": 7}, "window_days", 7),
    ],
)
def test_its_settings_are_ours(
    application: dict[str, Any], member: str, value: object
) -> None:
    settings = read_settings(settings_of({"calendar": 7, **application}))

    assert getattr(settings, member) == value


def test_its_categories_are_our_types() -> None:
    application = {
        "calendar": 7,
        "only_categories": ["Bezoek"],
        "but_categories": ["Privé"],
        "events_category": "Extern",
        "category_field": "%SCRIPT.SOORT%",
    }

    types = read_settings(settings_of(application)).types

    assert (types.include, types.exclude) == (("Bezoek",), ("Privé",))
    assert (types.default, types.private) == ("Extern", "Extern")
    assert r'"type": "%SCRIPT.SOORT \JS%"' in json_of(application, SITE)


# --- the page ------------------------------------------------------------------------


def test_the_page_shows_the_configurations_as_they_are_handed_out() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert page == with_configurations(page), "run: python -m tests.unit.test_callpro"


def with_configurations(page: str) -> str:
    """Return the page with its configurations made anew."""
    site = Site(
        base="https://tandem.example",
        agenda="a_…",
        time_zone="Europe/Amsterdam",
        key="tdm_…",
    )
    for one in DEFINITION.configurations({"calendar": 1234, "waiting": "WACHT"}, site):
        begin, end = f"<!-- {one.name} -->", f"<!-- end of {one.name} -->"
        before, _, rest = page.partition(begin)
        after = rest.partition(end)[2]
        page = f"{before}{begin}\n\n```xml\n{one.text}```\n\n{end}{after}"
    return page


if __name__ == "__main__":
    Path(PAGE).write_text(with_configurations(PAGE.read_text()), encoding="utf-8")
