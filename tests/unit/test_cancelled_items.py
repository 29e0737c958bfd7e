"""A cancelled item at Google: tentative, in free time, and neither comes back."""

from dataclasses import replace
from typing import Any

from sync.content import Content, FreeBusy, Status
from sync.google import project
from sync.plan import Act, plan
from sync.policy import Policy
from sync.seen import after_create, after_write
from sync.sides import Pair, Side
from tests.unit.test_two_seens import google, single

CALENDAR, AGENDA = Side.CALENDAR, Side.AGENDA
POLICY = Policy(
    project={CALENDAR: google, AGENDA: lambda content: content},
    winner=lambda _name, _pair: CALENDAR,
)


def stated(content: Content, **details: Any) -> Content:
    return replace(content, details=replace(content.details, **details))


def connected() -> Pair:
    item = single()
    event = google(item)
    pair = Pair(now={AGENDA: item, CALENDAR: None}, seen=dict.fromkeys(Side))
    return after_create(pair, CALENDAR, answer=event, trusted=event)


def settled(pair: Pair) -> Pair:
    """Return the pair when nothing is left to be written."""
    for _ in range(5):
        found = plan(pair, POLICY)
        if found.act is Act.NOTHING or found.wanted is None:
            return pair
        answer = POLICY.project[found.side](found.wanted)
        pair = after_write(
            pair, found.side, atoms=found.atoms, answer=answer, trusted=answer
        )
    raise AssertionError("The pair never settles.")


def with_item(pair: Pair, **details: Any) -> Pair:
    item = pair.now[AGENDA]
    assert item is not None
    return replace(pair, now={**pair.now, AGENDA: stated(item, **details)})


def shows(pair: Pair, side: Side) -> tuple[Status, FreeBusy]:
    content = pair.now[side]
    assert content is not None
    return content.details.status, content.details.free_busy


def test_the_free_time_of_a_cancelled_item_does_not_come_back() -> None:
    pair = settled(with_item(connected(), status=Status.CANCELLED))

    assert shows(pair, CALENDAR) == (Status.TENTATIVE, FreeBusy.FREE)
    assert shows(pair, AGENDA) == (Status.CANCELLED, FreeBusy.BUSY)


def test_the_free_time_ends_with_the_cancellation() -> None:
    cancelled = settled(with_item(connected(), status=Status.CANCELLED))

    pair = settled(with_item(cancelled, status=Status.CONFIRMED))

    assert shows(pair, CALENDAR) == (Status.CONFIRMED, FreeBusy.BUSY)
    assert shows(pair, AGENDA) == (Status.CONFIRMED, FreeBusy.BUSY)


def test_time_that_somebody_frees_at_google_meanwhile_still_comes() -> None:
    pair = with_item(connected(), status=Status.CANCELLED)
    event = pair.now[CALENDAR]
    assert event is not None
    freed = stated(event, free_busy=FreeBusy.FREE)

    pair = settled(replace(pair, now={**pair.now, CALENDAR: freed}))

    assert shows(pair, CALENDAR) == (Status.TENTATIVE, FreeBusy.FREE)
    assert shows(pair, AGENDA) == (Status.CANCELLED, FreeBusy.FREE)


def test_what_is_cancelled_is_projected_as_free_and_tentative() -> None:
    cancelled = stated(single(), status=Status.CANCELLED)

    held = project(cancelled, zone="Europe/Amsterdam").details

    assert (held.status, held.free_busy) == (Status.TENTATIVE, FreeBusy.FREE)
