"""Settings of an agenda: defaults, every bad member named, one laid over the other."""

from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.agendas.settings import Brake, Direction, Rule
from services.agendas.settings_reading import (
    FIELDS_OF,
    AgendaSettings,
    effective,
    read_settings,
)
from services.json_values import check_text, merge_patch
from services.ports.values import Json
from services.refusals import Invalid
from sync.content import (
    Alert,
    Answer,
    Details,
    Duration,
    FreeBusy,
    Participant,
    Privacy,
    Status,
    Text,
    When,
)
from sync.fields import fields_of
from sync.policy import OnDelete
from sync.values import local_of
from sync.zones import zone_names

NOON = local_of("2027-03-29T12:00:00")
FULL = Details(
    when=When(start=NOON),
    duration=Duration(seconds=60),
    title="Roof survey",
    description=Text(text="Bring a ladder"),
    status=Status.TENTATIVE,
    free_busy=FreeBusy.FREE,
    privacy=Privacy.PRIVATE,
    participants=(Participant(email="bob@example.com", answer=Answer.ACCEPTED),),
    places=("Hall 1", "Hall 2"),
    conferences=("https://meet.example.com/a",),
    alerts=(Alert(minutes=10),),
    default_alerts=True,
    keywords=("roof",),
    color="red",
)

SOME_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
    ),
    max_leaves=8,
)
NAMES = st.sampled_from(["direction", "brake", "types", "deletes", "time_zone", "x"])


def pointers(json: Json) -> set[str]:
    with pytest.raises(Invalid) as caught:
        read_settings(json)
    return {problem.pointer for problem in caught.value.problems}


def test_without_settings_the_defaults_of_the_contract_hold() -> None:
    settings = read_settings({})

    assert settings == AgendaSettings()
    assert settings.window_days == 30
    assert settings.brake == Brake(max_deletes=20, max_moves=50, max_share=0.3, hours=1)
    assert settings.event_types == ("default", "outOfOffice", "focusTime")


def test_a_direction_may_differ_by_type_and_a_conflict_by_field() -> None:
    settings = read_settings(
        {
            "direction": {"default": "to_agenda", "by_type": {"Visit": "both"}},
            "conflict": {"by_field": {"title": "agenda"}},
        }
    )

    assert settings.direction is Direction.TO_AGENDA
    assert settings.direction_by_type == {"Visit": Direction.BOTH}
    assert settings.conflict is Rule.CALENDAR
    assert settings.conflict_by_field == {"title": Rule.AGENDA}


def test_a_conflict_is_ruled_by_the_names_that_items_have() -> None:
    by_field = {"start": "agenda", "locations": "latest", "alerts": "agenda"}

    settings = read_settings({"conflict": {"by_field": by_field}})

    assert settings.conflict_by_field == {
        "when": Rule.AGENDA,
        "location": Rule.LATEST,
        "alert": Rule.AGENDA,
        "alerts": Rule.AGENDA,
    }


def test_a_conflict_about_a_field_that_no_item_has_is_refused() -> None:
    assert pointers({"conflict": {"by_field": {"colour": "agenda"}}}) == {
        "/conflict/by_field/colour"
    }


def test_every_member_of_an_item_that_is_merged_may_have_its_own_rule() -> None:
    merged = {name.partition("/")[0] for name in fields_of(FULL)} | {"rules", "there"}

    ruled = {field for fields in FIELDS_OF.values() for field in fields}

    assert ruled == merged


def test_a_zone_that_items_could_not_have_is_refused() -> None:
    known_to_python_only = available_timezones() - zone_names()

    for name in [*known_to_python_only, "localtime", "Factory"]:
        assert pointers({"time_zone": name}) == {"/time_zone"}


def test_every_bad_and_unknown_member_is_named() -> None:
    named = pointers(
        {
            "direction": "sideways",
            "brake": {"max_share": 2, "max_deletes": True, "wheels": 4},
            "time_zone": "Mars/Olympus",
            "allowed_accounts": ["a@b.example", "nobody"],
            "conflict": {"by_field": {"title": "mine"}},
            "a/b": 1,
        }
    )

    assert named == {
        "/direction",
        "/brake/max_share",
        "/brake/max_deletes",
        "/brake/wheels",
        "/time_zone",
        "/allowed_accounts/1",
        "/conflict/by_field/title",
        "/a~1b",
    }


def test_a_connection_overrides_its_agenda_member_by_member() -> None:
    agenda = {"deletes": {"to_calendar": "restore", "to_agenda": "mark"}}
    connection = {"deletes": {"to_agenda": None}, "window_days": 7}

    settings = effective(agenda, connection)

    assert settings.deletes.to_calendar is OnDelete.RESTORE
    assert settings.deletes.to_agenda is OnDelete.FOLLOW
    assert settings.window_days == 7


@given(st.dictionaries(NAMES, SOME_JSON, max_size=3) | SOME_JSON)
def test_whatever_is_given_is_read_or_refused(json: Json) -> None:
    named = 0
    settings = None

    try:
        settings = read_settings(json)
    except Invalid as refused:
        named = len(refused.problems)

    assert bool(settings) != bool(named)


def test_a_merge_patch_is_that_of_the_standard() -> None:
    target = {"a": "b", "c": {"d": "e", "f": "g"}}
    patch = {"a": "z", "c": {"f": None}}

    assert merge_patch(target, patch) == {"a": "z", "c": {"d": "e"}}
    assert merge_patch([1], {"a": None}) == {}
    assert merge_patch({"a": 1}, [2]) == [2]


@pytest.mark.parametrize(
    ("json", "pointer"),
    [
        ({"title": "a\0b"}, "/title"),
        ({"title": "\ud800"}, "/title"),
        ({"list": ["ok", {"x": "\udfff"}]}, "/list/1/x"),
        ({"na\0me": 1}, "/na?me"),
        ("\ud800", ""),
    ],
)
def test_text_that_nobody_can_store_is_named(json: Json, pointer: str) -> None:
    with pytest.raises(Invalid) as caught:
        check_text(json)

    assert caught.value.problems[0].pointer == pointer


def test_json_that_is_too_deep_is_refused() -> None:
    deep: Json = "x"
    for _ in range(200):
        deep = [deep]

    with pytest.raises(Invalid, match="cannot be kept"):
        check_text(deep)
