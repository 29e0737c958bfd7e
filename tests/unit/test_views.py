"""What views promise, for every content: nothing is lost behind them, nothing leaks."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from sync.calendar_views import BUSY, BusyOnly, DeclinedFree
from sync.content import Answer, Content, Details, FreeBusy, Participant, Text
from sync.facets import facets_of
from sync.google import project
from sync.normal import normal
from sync.people_view import PeopleBelow, PeopleOfItem, join, split
from sync.recurrence import occurrence
from sync.template_view import TemplateView
from sync.views import Chain, View, shown, to_hold
from tests.unit.strategies import contents, details, people, texts

T = TypeVar("T")
OWNER = "ann@x.nl"
LAYERS: Sequence[View] = (
    PeopleBelow(),
    DeclinedFree(OWNER),
    BusyOnly(),
    Chain([PeopleBelow(), DeclinedFree(OWNER)]),
    Chain([PeopleBelow(), DeclinedFree(OWNER), BusyOnly()]),
)
TEMPLATES = TemplateView(
    title="{customer}: {title}",
    location="{location} ({floor})",
    description="<b>{title}</b><br>{description}",
    extra={"customer": "Jansen & Zn", "floor": 3},
)
OF_ITEMS: Sequence[View] = (
    TEMPLATES,
    replace(TEMPLATES, location="", description=""),
    PeopleOfItem(OWNER, shows=True),
    Chain([TEMPLATES, PeopleOfItem(OWNER, shows=True)]),
    Chain([]),
)


def with_details(content: Content, **changed: object) -> Content:
    """Return a content of which every occurrence has these members."""
    overrides = {
        slot: one and replace(one, **changed)  # type: ignore[arg-type]  # because any
        for slot, one in content.overrides.items()
    }
    whole = replace(content.details, **changed)  # type: ignore[arg-type]  # because any
    return normal(replace(content, details=whole, overrides=overrides))


def occurrences(content: Content) -> Sequence[Details]:
    """Return all details that a content holds."""
    exceptions = [one for one in content.overrides.values() if one is not None]
    return [content.details, *exceptions]


@for_all(content=contents(), view=st.sampled_from([*LAYERS, *OF_ITEMS]))
def test_to_hold_what_is_shown_is_to_change_nothing(
    content: Content, view: View
) -> None:
    assert to_hold(view, shown(view, content), content) == content


@for_all(content=contents(), view=st.sampled_from([*LAYERS, *OF_ITEMS]))
def test_what_is_shown_twice_is_the_same(content: Content, view: View) -> None:
    once = shown(view, content)

    assert shown(view, to_hold(view, once, content)) == once


@for_all(now=contents(), wanted=contents(), view=st.sampled_from(LAYERS[:1]))
def test_an_event_shows_what_was_wanted_of_it(
    now: Content, wanted: Content, view: View
) -> None:
    assert shown(view, to_hold(view, wanted, now)) == wanted


@for_all(now=contents(), wanted=contents())
def test_a_busy_block_only_moves_its_event(now: Content, wanted: Content) -> None:
    block = shown(BusyOnly(), wanted)

    held = to_hold(BusyOnly(), block, now)

    assert shown(BusyOnly(), held) == block
    assert BUSY not in {one.title for one in occurrences(held)}
    assert {one.title for one in occurrences(held)} <= {
        one.title for one in occurrences(now)
    }


@for_all(now=contents(), wanted=contents())
def test_a_text_by_template_never_gets_into_the_item(
    now: Content, wanted: Content
) -> None:
    held = to_hold(TEMPLATES, wanted, now)

    own = [(one.title, one.places, one.description) for one in occurrences(now)]
    assert {(one.title, one.places, one.description) for one in occurrences(held)} <= {
        *own
    }


@for_all(content=contents())
def test_a_busy_block_says_when_and_nothing_else(content: Content) -> None:
    block = shown(BusyOnly(), content)

    names = {
        name
        for fields in facets_of(block, ()).values()
        if fields is not None
        for name in fields
    }
    assert names <= {"title", "when", "duration", "rules", "freeBusy"}
    assert {one.title for one in occurrences(block)} == {BUSY}
    for slot in content.overrides:
        ours, theirs = occurrence(block, slot), occurrence(content, slot)
        assert (ours and ours.when) == (theirs and theirs.when)


@for_all(content=contents())
def test_a_declined_occurrence_is_free_and_stays_as_busy_as_it_was_behind_it(
    content: Content,
) -> None:
    no = (Participant(email=OWNER, answer=Answer.DECLINED),)
    declined = with_details(content, participants=no)
    view = DeclinedFree(OWNER)

    free = shown(view, declined)

    assert {one.free_busy for one in occurrences(free)} == {FreeBusy.FREE}
    assert to_hold(view, free, declined) == declined


plain_people = st.lists(
    people().filter(lambda person: person.email != OWNER), min_size=1, max_size=3
).map(tuple)


@for_all(text=st.builds(Text, text=texts(longest=200), html=st.booleans()))
def test_a_block_is_told_apart_from_any_text(text: Text) -> None:
    text = text if text.text else Text()

    assert split(join(text, "Bob (bob@x.nl)\nroom-1@x.nl, room")) == (
        text,
        "Bob (bob@x.nl)\nroom-1@x.nl, room",
    )


@settings(max_examples=60)
@for_all(content=contents(), named=plain_people)
def test_people_as_text_settle_at_google(
    content: Content, named: tuple[Participant, ...]
) -> None:
    item = with_details(content, participants=named)
    wanted = shown(PeopleOfItem(OWNER, shows=True), item)

    def would_show(one: Content) -> Content:
        below = to_hold(PeopleBelow(), one, None)
        return shown(PeopleBelow(), project(below, zone="Europe/Amsterdam"))

    once = would_show(wanted)

    assert would_show(once) == once


@for_all(one=details(), named=plain_people)
def test_participants_never_get_into_an_items_description(
    one: Details, named: tuple[Participant, ...]
) -> None:
    view = PeopleOfItem(OWNER, shows=True)
    item = replace(one, participants=named)

    held = view.hold(view.show(item), item)

    assert held == item
    assert named[0].email in view.show(item).people
