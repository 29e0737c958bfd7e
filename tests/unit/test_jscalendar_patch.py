"""Changes carried into the JSON that an application gave us."""

from copy import deepcopy
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.content import (
    Alert,
    Answer,
    Content,
    Details,
    Duration,
    Privacy,
    Slot,
    Status,
    Text,
    When,
)
from sync.jscalendar import patch, read, write
from sync.normal import normal
from sync.recurrence import given as given_at
from tests.unit import strategies

RAW: dict[str, Any] = {
    "@type": "Event",
    "uid": "visit-4711",
    "x.nl:order": {"number": 7},
    "links": {"1": {"href": "https://x.nl"}},
    "title": "Roof survey",
    "description": "Ladder",
    "descriptionContentType": "text/plain; charset=utf-8",
    "start": "2027-03-29T09:00:00",
    "timeZone": "Europe/Amsterdam",
    "duration": "PT90M",
    "status": "confirmed",
    "locations": {
        "site": {"@type": "Location", "name": "Site", "x.nl:gate": 3},
        "office": {"name": "Office", "coordinates": "geo:52,5"},
        "dot": {"coordinates": "geo:1,2"},
    },
    "participants": {
        "boss": {
            "name": "Ann",
            "email": "Ann@X.nl",
            "roles": {"owner": True, "chair": True},
            "expectReply": True,
        },
        "phone": {"name": "Unknown caller", "roles": {"attendee": True}},
    },
    "alerts": {
        "mine": {
            "trigger": {"offset": "-PT15M"},
            "acknowledged": "2027-01-01T00:00:00Z",
        },
        "theirs": {"trigger": {"offset": "PT5M", "relativeTo": "end"}},
    },
    "keywords": {"roof": True},
    "recurrenceRules": [{"frequency": "weekly", "byDay": [{"day": "mo"}]}],
    "recurrenceOverrides": {
        "2027-04-05T09:00:00": {"title": "Second", "x.nl:van": "red"},
        "2027-04-12T09:00:00": {"excluded": True},
        "2027-04-13T09:00:00": {"excluded": True},
        "2027-04-19T09:00:00": {"locations/site/name": "Yard"},
    },
}
BEFORE = read(RAW, default_uid="")
SECOND: Slot = datetime.fromisoformat("2027-04-05T09:00:00")
THIRD: Slot = datetime.fromisoformat("2027-04-12T09:00:00")
FOURTH: Slot = datetime.fromisoformat("2027-04-19T09:00:00")


def patched(**changes: Any) -> dict[str, Any]:
    """The JSON after the series' details changed; overrides that differ stay."""
    after = with_details(BEFORE, **changes)
    json = patch(RAW, BEFORE, after)
    assert read(json, default_uid="") == after
    return json


def with_details(content: Content, **changes: Any) -> Content:
    """The content with the details changed, in the overrides as well."""
    overrides = {
        slot: details and replace(details, **changes)
        for slot, details in content.overrides.items()
    }
    details = replace(content.details, **changes)
    return normal(replace(content, details=details, overrides=overrides))


def difference(json: dict[str, Any]) -> set[str]:
    """The members that are not as they were."""
    return {
        name for name in RAW.keys() | json.keys() if RAW.get(name) != json.get(name)
    }


@pytest.mark.parametrize(
    ("changes", "member"),
    [
        ({"duration": Duration(seconds=3600)}, "duration"),
        ({"status": Status.CANCELLED}, "status"),
        ({"privacy": Privacy.PRIVATE}, "privacy"),
        ({"color": "red"}, "color"),
        ({"keywords": ("roof", "wet")}, "keywords"),
        ({"description": Text(text="Rope")}, "description"),
        ({"conferences": ("https://meet.x.nl",)}, "virtualLocations"),
    ],
)
def test_only_the_member_that_changed_changes(changes: Any, member: str) -> None:
    assert difference(patched(**changes)) == {member}


def test_an_override_that_says_a_field_itself_keeps_it() -> None:
    after = normal(
        replace(BEFORE, details=replace(BEFORE.details, status=Status.TENTATIVE))
    )

    json = patch(RAW, BEFORE, after)

    second = json["recurrenceOverrides"]["2027-04-05T09:00:00"]
    assert second == {"title": "Second", "x.nl:van": "red", "status": None}
    assert read(json, default_uid="") == after


def test_a_participant_keeps_its_id_and_what_else_is_known() -> None:
    (ann,) = BEFORE.details.participants
    declined = replace(ann, answer=Answer.DECLINED, optional=True)

    json = patched(participants=(declined,))

    assert json["participants"]["boss"] == RAW["participants"]["boss"] | {
        "participationStatus": "declined",
        "roles": {"owner": True, "chair": True, "optional": True},
    }
    assert json["participants"]["phone"] == RAW["participants"]["phone"]


def test_who_left_is_taken_out_alone() -> None:
    json = patched(participants=())

    assert list(json["participants"]) == ["phone"]


def test_a_renamed_place_keeps_its_id_but_not_its_coordinates() -> None:
    json = patch(RAW, BEFORE, with_details(BEFORE, places=("Shop", "Site")))

    assert json["locations"]["office"] == {"name": "Shop"}
    assert json["locations"]["site"] == RAW["locations"]["site"]
    assert json["locations"]["dot"] == RAW["locations"]["dot"]


def test_an_added_place_does_not_become_the_main_one() -> None:
    after = with_details(BEFORE, places=("Office", "Barn", "Site"))

    json = patch(RAW, BEFORE, after)

    assert read(json, default_uid="").details.places == ("Office", "Barn", "Site")
    kept = [place for place in json["locations"].values() if "x.nl:gate" in place]
    assert kept == [RAW["locations"]["site"]]


def test_alerts_of_others_are_left_alone() -> None:
    json = patched(alerts=(Alert(minutes=15), Alert(minutes=60)))

    assert json["alerts"]["mine"] == RAW["alerts"]["mine"]
    assert json["alerts"]["theirs"] == RAW["alerts"]["theirs"]
    assert len(json["alerts"]) == 3


def test_a_rule_that_the_start_implied_follows_the_start() -> None:
    tuesday = datetime.fromisoformat("2027-03-30T09:00:00")
    when = replace(BEFORE.details.when, start=tuesday)
    after = normal(replace(BEFORE, details=replace(BEFORE.details, when=when)))
    after = replace(after, overrides={})

    json = patch(RAW, BEFORE, after)

    assert read(json, default_uid="") == after
    assert json["recurrenceRules"] == [
        {"@type": "RecurrenceRule", "frequency": "weekly"}
    ]


def test_a_slot_removed_and_one_brought_back() -> None:
    fourth = given_at(BEFORE, FOURTH)
    overrides = {**BEFORE.overrides, SECOND: None, FOURTH: fourth}
    del overrides[THIRD]
    after = normal(replace(BEFORE, overrides=overrides))

    json = patch(RAW, BEFORE, after)

    assert json["recurrenceOverrides"] == {
        "2027-04-05T09:00:00": {"excluded": True},
        "2027-04-13T09:00:00": {"excluded": True},
    }


def test_a_changed_slot_keeps_what_else_its_patch_says() -> None:
    second = BEFORE.overrides[SECOND]
    assert second is not None
    later = second.when.start + timedelta(hours=2)
    moved = replace(second, when=replace(second.when, start=later), title="Moved")
    after = normal(replace(BEFORE, overrides={**BEFORE.overrides, SECOND: moved}))

    json = patch(RAW, BEFORE, after)

    assert json["recurrenceOverrides"]["2027-04-05T09:00:00"] == {
        "x.nl:van": "red",
        "start": "2027-04-05T11:00:00",
        "title": "Moved",
    }
    assert {**json, "recurrenceOverrides": RAW["recurrenceOverrides"]} == RAW


def test_a_series_that_becomes_all_day_takes_its_overrides_along() -> None:
    when = When(start=date(2027, 3, 29))
    details = replace(BEFORE.details, when=when, duration=Duration(days=1))
    series = replace(BEFORE, details=details, overrides={})
    overrides: dict[Slot, Details | None] = {
        date(2027, 4, 5): replace(given_at(series, date(2027, 4, 5)), title="Second"),
        date(2027, 4, 12): None,
    }
    after = normal(replace(series, overrides=overrides))

    assert read(patch(RAW, BEFORE, after), default_uid="") == after


def test_what_is_said_twice_is_said_anew() -> None:
    raw = deepcopy(RAW)
    raw["participants"]["zwei"] = {"email": "ann@x.nl", "name": "Anna"}
    before = read(raw, default_uid="")
    after = replace(before, details=replace(before.details, participants=()))

    json = patch(raw, before, normal(after))

    assert read(json, default_uid="").details.participants == ()
    assert json["x.nl:order"] == {"number": 7}


# --- For every change ----------------------------------------------------------------

ASPECTS = (
    *("when", "duration", "title", "description", "status", "free_busy", "privacy"),
    *("participants", "places", "conferences", "alerts", "default_alerts"),
    *("keywords", "color"),
)


def edited(content: Content) -> st.SearchStrategy[Content]:
    """The content after somebody changed some of the series or of its slots."""
    return st.builds(
        _edit,
        st.just(content),
        strategies.details(),
        st.lists(st.sampled_from(ASPECTS), max_size=3),
        st.lists(st.sampled_from([*strategies.slots_of(content, 4), None])),
        st.booleans(),
    )


def _edit(
    content: Content,
    other: Details,
    aspects: list[str],
    slots: list[Slot | None],
    remove: bool,
) -> Content:
    changes = {aspect: getattr(other, aspect) for aspect in aspects}
    overrides = dict(content.overrides)
    for slot in slots:
        if slot is not None:
            shown = replace(given_at(content, slot), **changes)
            overrides[slot] = None if remove else shown
    if None in slots or not slots:
        details = replace(content.details, **changes)
        content = replace(content, details=details)
    return normal(replace(content, overrides=overrides))


def with_vendor_members(json: dict[str, Any]) -> dict[str, Any]:
    """The JSON with something of a vendor's own in every object."""
    marked = {name: _marked(value) for name, value in json.items()}
    return {**marked, "x.nl:mine": 1}


def _marked(value: Any) -> Any:
    if isinstance(value, dict) and "@type" in value:
        return {**value, "x.nl:mine": 1}
    if isinstance(value, dict) and True not in value.values():
        return {name: _marked(member) for name, member in value.items()}
    return value


@given(st.data())
def test_any_edit_reads_as_it_was_meant_and_keeps_what_is_unknown(
    data: st.DataObject,
) -> None:
    before = data.draw(strategies.contents())
    raw = with_vendor_members(write(before))
    untouched = deepcopy(raw)
    after = data.draw(edited(before))

    json = patch(raw, before, after)

    assert read(raw, default_uid="") == before
    assert read(json, default_uid="") == after
    assert json["x.nl:mine"] == 1
    assert raw == untouched
    assert _kept(raw, json, before, after)


def _kept(raw: Any, json: Any, before: Content, after: Content) -> bool:
    """Whether the objects of the addresses that stayed are as rich as they were."""
    stayed = _addresses(before) & _addresses(after)
    found = [
        person
        for person in json.get("participants", {}).values()
        if person["email"] in stayed
    ]
    return len(found) == len(stayed) and all("x.nl:mine" in one for one in found)


def _addresses(content: Content) -> set[str]:
    return {person.email for person in content.details.participants}
