"""What was timed becomes all day and back; what was here is moved to another zone."""

import pytest

from tests.journeys.kinds import DAY, KINDS, MEETING, NEW_YORK, WEEKLY, Json, at
from tests.journeys.tandem_server import TandemProcess
from tests.journeys.walks import Story, Walk, side_by_side, watched

SECOND, THIRD = "2031-03-10", "2031-03-17"
ALL_DAY_WEEKLY = KINDS["weekly, all day"]


def exceptions(time: str) -> Json:
    """Return one instance with a title of its own and one less, at this time of day."""
    return {
        f"{SECOND}T{time}:00": {"title": "Special"},
        f"{THIRD}T{time}:00": {"excluded": True},
    }


def a_meeting_becomes_a_day_at_google_and_a_meeting_in_the_agenda(walk: Walk) -> None:
    walk.insert(**MEETING.event)
    walk.item_is(title=walk.title, **MEETING.item)

    nothing = {"dateTime": None, "timeZone": None}
    start, end = DAY.event["start"], DAY.event["end"]
    walk.patch(start={**start, **nothing}, end={**end, **nothing})
    walk.until_item(lambda item: item.get("showWithoutTime") is True)
    walk.item_shows(start=DAY.item["start"], duration="P1D")

    times = {name: MEETING.item[name] for name in ("start", "timeZone", "duration")}
    walk.edit(**times, showWithoutTime=None)
    walk.event_shows(**MEETING.event)
    walk.remove()
    walk.both_are_gone()


def a_day_becomes_a_meeting_at_google_and_a_day_in_the_agenda(walk: Walk) -> None:
    walk.put(**DAY.item)
    walk.event_shows(**DAY.event)

    start, end = MEETING.event["start"], MEETING.event["end"]
    walk.patch(start={**start, "date": None}, end={**end, "date": None})
    walk.item_shows(start=MEETING.item["start"], duration="PT1H", showWithoutTime=None)

    times = {name: DAY.item[name] for name in ("start", "showWithoutTime", "duration")}
    walk.edit(**times, timeZone=None)
    walk.event_shows(**DAY.event)
    walk.delete()
    walk.both_are_gone()


def a_series_moves_to_another_zone_at_google(walk: Walk) -> None:
    walk.insert(**WEEKLY.event)
    walk.item_is(title=walk.title, **WEEKLY.item)

    times = {"start": "2031-03-03T10:00", "end": "2031-03-03T11:00"}
    there = {name: at(local, NEW_YORK) for name, local in times.items()}
    walk.patch(**there)
    walk.item_shows(start=WEEKLY.item["start"], timeZone=NEW_YORK)
    walk.edit(title=f"{walk.title}, edited")
    walk.event_shows(summary=f"{walk.title}, edited", **there)
    walk.remove()
    walk.both_are_gone()


def a_series_with_exceptions_moves_to_another_zone_in_the_agenda(walk: Walk) -> None:
    walk.put(**WEEKLY.item, recurrenceOverrides=exceptions("10:00"))
    walk.instance_shows(f"{SECOND}T10:00:00", summary="Special")

    walk.edit(timeZone=NEW_YORK)
    walk.event_shows(start=at("2031-03-03T10:00", NEW_YORK))
    walk.instance_shows(f"{SECOND}T15:00:00", summary="Special")
    assert THIRD not in walk.days_at_google()
    walk.item_shows(recurrenceOverrides=exceptions("10:00"))
    walk.delete()
    walk.both_are_gone()


def a_series_with_exceptions_becomes_one_of_days_in_the_agenda(walk: Walk) -> None:
    walk.put(**WEEKLY.item, recurrenceOverrides=exceptions("10:00"))
    walk.instance_shows(f"{SECOND}T10:00:00", summary="Special")

    walk.put(**ALL_DAY_WEEKLY.item, recurrenceOverrides=exceptions("00:00"))
    walk.event_shows(start=ALL_DAY_WEEKLY.event["start"])
    walk.instance_shows(SECOND, summary="Special")
    assert THIRD not in walk.days_at_google()
    walk.patch(summary=f"{walk.title}, edited")
    walk.item_shows(
        title=f"{walk.title}, edited", recurrenceOverrides=exceptions("00:00")
    )
    walk.remove()
    walk.both_are_gone()


AT_GOOGLE: tuple[Story, ...] = (
    a_meeting_becomes_a_day_at_google_and_a_meeting_in_the_agenda,
    a_series_moves_to_another_zone_at_google,
)
IN_THE_AGENDA: tuple[Story, ...] = (
    a_day_becomes_a_meeting_at_google_and_a_day_in_the_agenda,
    a_series_with_exceptions_moves_to_another_zone_in_the_agenda,
    a_series_with_exceptions_becomes_one_of_days_in_the_agenda,
)


@pytest.mark.parametrize(
    "stories", [AT_GOOGLE, IN_THE_AGENDA], ids=["at Google", "in the agenda"]
)
def test_what_an_appointment_becomes_it_becomes_on_both_sides(
    tandem_process: TandemProcess, stories: tuple[Story, ...]
) -> None:
    with watched(tandem_process.office()) as watch:
        side_by_side(watch, {story.__name__: story for story in stories})

    assert watch.items == {}
    assert watch.alive == {}
