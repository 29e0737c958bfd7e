"""Series that are cut in two, and series whose rows come in any order."""

import pytest

from tests.journeys.kinds import WEEKLY
from tests.journeys.tandem_server import Office, TandemProcess
from tests.journeys.walks import Story, Walk, side_by_side, watched

SECOND, THIRD, SIXTH = (f"2031-{day}T10:00:00" for day in ("03-10", "03-17", "04-07"))
WHOLE = {"@type": "RecurrenceRule", "frequency": "weekly"}


def the_rest_of_a_series_is_changed_at_google(walk: Walk) -> None:
    walk.insert(**WEEKLY.event)
    walk.item_is(title=walk.title, **WEEKLY.item)
    walk.patch_instance(SIXTH, location="Elsewhere")

    rest = cut(walk)
    walk.item_shows(recurrenceRules=[WHOLE | {"until": "2031-03-16T23:59:59"}])
    rest.item_shows(
        title=rest.title, start=THIRD, recurrenceRules=[WHOLE | {"count": 6}]
    )
    place = {"1": {"@type": "Location", "name": "Elsewhere"}}
    rest.item_shows_override(SIXTH, locations=place)
    both_parts_go_on(walk, rest)


def the_rest_of_an_items_series_is_changed_at_google(walk: Walk) -> None:
    walk.put(**WEEKLY.item)
    walk.event_shows(**WEEKLY.event)

    rest = cut(walk)
    walk.item_shows(recurrenceRules=[WHOLE | {"until": "2031-03-16T23:59:59"}])
    rest.item_shows(
        title=rest.title, start=THIRD, recurrenceRules=[WHOLE | {"count": 6}]
    )
    both_parts_go_on(walk, rest)


def cut(walk: Walk) -> Walk:
    """Change the third instance and all that follow, as Google's page does it."""
    rest = walk.another(f"{walk.title}, the rest")
    body = {
        "calendar": walk.office.email,
        "event_id": walk.instance(THIRD)["id"],
        "body": {"summary": rest.title},
    }
    rest.event_id = walk.office.server.control("split", body)["id"]
    return rest


def both_parts_go_on(walk: Walk, rest: Walk) -> None:
    rest.edit(title=f"{rest.title}, edited")
    rest.event_shows(summary=f"{rest.title}, edited")
    walk.edit(title=f"{walk.title}, edited")
    walk.event_shows(summary=f"{walk.title}, edited")
    rest.instance_shows(SIXTH, summary=f"{rest.title}, edited")
    rest.remove()
    walk.delete()
    rest.both_are_gone()
    walk.both_are_gone()


@pytest.mark.parametrize(
    "story",
    [
        the_rest_of_a_series_is_changed_at_google,
        the_rest_of_an_items_series_is_changed_at_google,
    ],
)
def test_a_series_that_is_cut_in_two_at_google_is_two_items(
    tandem_process: TandemProcess, story: Story
) -> None:
    with watched(tandem_process.office()) as watch:
        side_by_side(watch, {story.__name__: story})

    assert watch.items == {}
    assert watch.alive == {}


@pytest.fixture
def unordered(tandem_process: TandemProcess) -> Office:
    """An office, not connected yet, to which Google shows rows in any order."""
    office = tandem_process.new_office()
    for kind in ("shuffle", "short_page"):
        rule = {"kind": kind, "method": "events.list", "account": office.email}
        tandem_process.control("faults", rule)
    return office


def test_exceptions_that_come_before_their_series_find_it(unordered: Office) -> None:
    owner = unordered.calendar()
    titles = [f"Series {letter * 5}" for letter in "abcdefgh"]
    for title in titles:
        made = owner.weekly(summary=title, **times())
        second, third = (row["id"] for row in owner.instances(made["id"])[1:3])
        owner.patch(second, summary="Special")
        owner.patch(third, status="cancelled")
    owner.close()

    unordered.connect()

    expected = {SECOND: {"title": "Special"}, THIRD: {"excluded": True}}
    with watched(unordered) as watch:

        def look() -> None:
            found = {item["title"]: item for item in watch.items.values()}
            assert sorted(found) == titles
            overrides = [item.get("recurrenceOverrides") for item in found.values()]
            assert overrides == [expected] * len(titles)

        watch.until(look)


def times() -> dict[str, object]:
    return {name: WEEKLY.event[name] for name in ("start", "end", "recurrence")}
