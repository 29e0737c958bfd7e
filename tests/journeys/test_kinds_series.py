"""Series on both sides: exceptions, cancelled and added instances, splits and moves.

The series of these walks is on eight Mondays at ten, from March 3rd to April 21st 2031;
summer time begins between the fourth and the fifth.
"""

import pytest

from tests.journeys.kinds import WEEKLY, Json, at
from tests.journeys.tandem_server import TandemProcess
from tests.journeys.walks import Story, Walk, side_by_side, watched

SECOND, THIRD, FIFTH, SIXTH = (
    f"2031-{day}T10:00:00" for day in ("03-10", "03-17", "03-31", "04-07")
)
EXCLUDED = {"excluded": True}


def moved_to(local: str, ends: str) -> Json:
    return {"start": at(local), "end": at(ends)}


# --- At Google first -----------------------------------------------------------------


def an_instance_is_moved_at_google(walk: Walk) -> None:
    walk.insert(**WEEKLY.event)
    walk.item_is(title=walk.title, **WEEKLY.item)

    walk.patch_instance(FIFTH, **moved_to("2031-03-31T14:00", "2031-03-31T15:00"))
    walk.item_shows(recurrenceOverrides={FIFTH: {"start": "2031-03-31T14:00:00"}})

    later = {FIFTH: {"start": "2031-04-01T16:00:00"}}
    walk.edit(recurrenceOverrides=later)
    walk.instance_shows(FIFTH, **moved_to("2031-04-01T16:00", "2031-04-01T17:00"))

    walk.delete()
    walk.both_are_gone()


def an_instance_is_retitled_at_google(walk: Walk) -> None:
    walk.insert(**WEEKLY.event)
    walk.patch_instance(THIRD, summary="Special")
    walk.item_shows(recurrenceOverrides={THIRD: {"title": "Special"}})

    walk.edit(title=f"{walk.title}, all")
    walk.event_shows(summary=f"{walk.title}, all")
    walk.instance_shows(THIRD, summary="Special")
    walk.instance_shows(SECOND, summary=f"{walk.title}, all")

    walk.edit(recurrenceOverrides={THIRD: {"title": "More special"}})
    walk.instance_shows(THIRD, summary="More special")
    walk.remove()
    walk.both_are_gone()


def an_instance_is_cancelled_at_google_and_comes_back_from_the_agenda(
    walk: Walk,
) -> None:
    walk.insert(**WEEKLY.event)
    walk.item_is(title=walk.title, **WEEKLY.item)

    walk.patch_instance(THIRD, status="cancelled")
    walk.item_shows(recurrenceOverrides={THIRD: EXCLUDED})

    walk.edit(recurrenceOverrides=None)
    walk.instance_shows(THIRD, status="confirmed", summary=walk.title)
    walk.delete()
    walk.both_are_gone()


def an_instance_is_cancelled_and_restored_at_google(walk: Walk) -> None:
    walk.insert(**WEEKLY.event)
    walk.patch_instance(FIFTH, status="cancelled")
    walk.item_shows(recurrenceOverrides={FIFTH: EXCLUDED})

    walk.patch_instance(FIFTH, status="confirmed")
    walk.item_shows(recurrenceOverrides=None)
    walk.remove()
    walk.both_are_gone()


def a_series_moves_at_google_while_it_has_exceptions(walk: Walk) -> None:
    walk.insert(**WEEKLY.event)
    walk.patch_instance(SECOND, summary="Special")
    walk.patch_instance(THIRD, status="cancelled")
    walk.item_shows(recurrenceOverrides={SECOND: {"title": "Special"}, THIRD: EXCLUDED})

    walk.patch(**moved_to("2031-03-03T11:00", "2031-03-03T12:00"))
    walk.item_shows(start="2031-03-03T11:00:00", recurrenceOverrides=None)
    walk.edit(title=f"{walk.title}, later")
    walk.event_shows(summary=f"{walk.title}, later")
    walk.delete()
    walk.both_are_gone()


def a_date_is_added_and_taken_at_google(walk: Walk) -> None:
    walk.insert(**WEEKLY.event)
    walk.item_is(title=walk.title, **WEEKLY.item)
    [rule] = WEEKLY.event["recurrence"]

    walk.patch(recurrence=[rule, "RDATE;TZID=Europe/Amsterdam:20310313T150000"])
    walk.item_shows(recurrenceOverrides={"2031-03-13T15:00:00": {}})
    walk.patch(recurrence=[rule, "EXDATE;TZID=Europe/Amsterdam:20310317T100000"])
    walk.item_shows(recurrenceOverrides={THIRD: EXCLUDED})
    walk.edit(title=f"{walk.title}, edited")
    walk.event_shows(summary=f"{walk.title}, edited")
    walk.remove()
    walk.both_are_gone()


def a_single_event_becomes_a_series_and_back_at_google(walk: Walk) -> None:
    single = {name: WEEKLY.event[name] for name in ("start", "end")}
    walk.insert(**single)
    walk.item_shows(recurrenceRules=None)

    walk.patch(recurrence=WEEKLY.event["recurrence"])
    walk.item_is(title=walk.title, **WEEKLY.item)
    walk.patch(recurrence=None)
    walk.item_shows(recurrenceRules=None, start="2031-03-03T10:00:00")
    walk.edit(title=f"{walk.title}, edited")
    walk.event_shows(summary=f"{walk.title}, edited", recurrence=None)
    walk.delete()
    walk.both_are_gone()


# --- In the agenda first -------------------------------------------------------------


def an_instance_is_moved_in_the_agenda(walk: Walk) -> None:
    walk.put(
        **WEEKLY.item,
        recurrenceOverrides={FIFTH: {"start": "2031-03-31T14:00:00"}},
    )
    walk.event_shows(**WEEKLY.event)
    walk.instance_shows(FIFTH, **moved_to("2031-03-31T14:00", "2031-03-31T15:00"))

    walk.patch_instance(FIFTH, **moved_to("2031-03-30T08:00", "2031-03-30T09:30"))
    there = {"start": "2031-03-30T08:00:00", "duration": "PT1H30M"}
    walk.item_shows(recurrenceOverrides={FIFTH: there})
    walk.remove()
    walk.both_are_gone()


def an_instance_is_retitled_in_the_agenda(walk: Walk) -> None:
    walk.put(**WEEKLY.item)
    walk.event_shows(**WEEKLY.event)

    walk.edit(recurrenceOverrides={THIRD: {"title": "Special"}})
    walk.instance_shows(THIRD, summary="Special")
    walk.patch_instance(THIRD, summary="More special", location="Elsewhere")
    item = walk.item_shows_override(THIRD, title="More special")
    assert item["title"] == walk.title
    walk.delete()
    walk.both_are_gone()


def an_instance_is_cancelled_in_the_agenda_and_comes_back_from_google(
    walk: Walk,
) -> None:
    walk.put(**WEEKLY.item)
    walk.event_shows(**WEEKLY.event)

    walk.edit(recurrenceOverrides={THIRD: EXCLUDED})
    walk.instance_shows(THIRD, status="cancelled")
    walk.patch_instance(THIRD, status="confirmed")
    walk.item_shows(recurrenceOverrides=None)
    walk.remove()
    walk.both_are_gone()


def a_series_moves_in_the_agenda_while_it_has_exceptions(walk: Walk) -> None:
    walk.put(
        **WEEKLY.item,
        recurrenceOverrides={SECOND: {"title": "Special"}, THIRD: EXCLUDED},
    )
    walk.instance_shows(SECOND, summary="Special")

    second, third = (slot.replace("T10", "T11") for slot in (SECOND, THIRD))
    walk.put(
        **WEEKLY.item | {"start": "2031-03-03T11:00:00"},
        recurrenceOverrides={second: {"title": "Special"}, third: EXCLUDED},
    )
    walk.event_shows(**moved_to("2031-03-03T11:00", "2031-03-03T12:00"))
    walk.instance_shows(second, summary="Special")
    assert third[:10] not in walk.days_at_google()
    walk.patch(summary=f"{walk.title}, edited")
    walk.item_shows(title=f"{walk.title}, edited")
    walk.delete()
    walk.both_are_gone()


def a_date_is_added_and_taken_in_the_agenda(walk: Walk) -> None:
    walk.put(**WEEKLY.item)
    walk.event_shows(**WEEKLY.event)
    thursday = "2031-03-13T15:00:00"

    walk.edit(recurrenceOverrides={thursday: {}, THIRD: EXCLUDED})
    walk.instance_shows(thursday, status="confirmed")
    walk.instance_shows(THIRD, status="cancelled")
    walk.put(**WEEKLY.item, recurrenceOverrides={})
    walk.instance_shows(THIRD, status="confirmed")
    assert thursday[:10] not in walk.days_at_google()
    walk.remove()
    walk.both_are_gone()


def an_item_becomes_a_series_and_back_in_the_agenda(walk: Walk) -> None:
    single = {k: v for k, v in WEEKLY.item.items() if k != "recurrenceRules"}
    walk.put(**single)
    walk.event_shows(recurrence=None)

    walk.put(**WEEKLY.item)
    walk.event_shows(**WEEKLY.event)
    walk.put(**single)
    walk.event_shows(recurrence=None, start=WEEKLY.event["start"])
    walk.patch(summary=f"{walk.title}, edited")
    walk.item_shows(title=f"{walk.title}, edited")
    walk.delete()
    walk.both_are_gone()


def the_rule_changes_in_the_agenda_while_there_are_exceptions(walk: Walk) -> None:
    walk.put(**WEEKLY.item, recurrenceOverrides={THIRD: {"title": "Special"}})
    walk.instance_shows(THIRD, summary="Special")

    fewer = {"@type": "RecurrenceRule", "frequency": "weekly", "count": 4}
    walk.edit(recurrenceRules=[fewer | {"interval": 2}])
    walk.event_shows(recurrence=["RRULE:FREQ=WEEKLY;COUNT=4;INTERVAL=2"])
    walk.instance_shows(THIRD, summary="Special")
    walk.patch(recurrence=["RRULE:FREQ=WEEKLY;COUNT=3"])
    walk.item_shows(recurrenceRules=[fewer | {"count": 3}])
    walk.instance_shows(THIRD, summary="Special")
    walk.remove()
    walk.both_are_gone()


AT_GOOGLE: tuple[Story, ...] = (
    an_instance_is_moved_at_google,
    an_instance_is_retitled_at_google,
    an_instance_is_cancelled_at_google_and_comes_back_from_the_agenda,
    an_instance_is_cancelled_and_restored_at_google,
    a_series_moves_at_google_while_it_has_exceptions,
    a_date_is_added_and_taken_at_google,
    a_single_event_becomes_a_series_and_back_at_google,
)
IN_THE_AGENDA: tuple[Story, ...] = (
    an_instance_is_moved_in_the_agenda,
    an_instance_is_retitled_in_the_agenda,
    an_instance_is_cancelled_in_the_agenda_and_comes_back_from_google,
    a_series_moves_in_the_agenda_while_it_has_exceptions,
    a_date_is_added_and_taken_in_the_agenda,
    an_item_becomes_a_series_and_back_in_the_agenda,
    the_rule_changes_in_the_agenda_while_there_are_exceptions,
)


@pytest.mark.parametrize(
    "stories", [AT_GOOGLE, IN_THE_AGENDA], ids=["at Google", "in the agenda"]
)
def test_what_happens_to_a_series_happens_on_the_other_side(
    tandem_process: TandemProcess, stories: tuple[Story, ...]
) -> None:
    with watched(tandem_process.office()) as watch:
        side_by_side(watch, {story.__name__: story for story in stories})

    assert watch.items == {}
    assert watch.alive == {}
