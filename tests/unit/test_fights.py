"""A field is left alone when somebody puts it back, not when we carry it in steps."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from services.links.link import Link
from services.run.deciding.fights import TOO_OFTEN, counted, unsettled, written
from sync.content import Content, Details, Duration, When
from sync.plan import Act, Plan
from sync.sides import Atom, Pair, Side

NOW = datetime(2027, 3, 8, 9, tzinfo=UTC)
TITLE = Atom(None, "title")
BACK = Plan(act=Act.WRITE, side=Side.CALENDAR, atoms=frozenset({TITLE}))


def content(title: str) -> Content:
    when = When(start=NOW.replace(tzinfo=None), zone="Europe/Amsterdam")
    details = Details(when=when, duration=Duration(seconds=3600), title=title)
    return Content(uid="1", details=details)


def pair(title: str) -> Pair:
    both = dict.fromkeys(Side, content(title))
    return Pair(now=both, seen=both)


def we_write(link: Link, *, at: datetime) -> Link:
    before = content("Theirs")
    return written(link, Side.AGENDA, BACK.atoms, before=before, now=at)


def test_what_comes_back_once_may_take_many_steps_to_carry() -> None:
    link = we_write(Link(id="1", birth=Side.AGENDA), at=NOW)

    for _ in range(TOO_OFTEN + 1):
        link = counted(link, BACK, pair("Theirs"), now=NOW)

    assert unsettled(link) is None


def test_what_comes_back_after_each_of_our_writes_is_left_alone() -> None:
    link = Link(id="1", birth=Side.AGENDA)

    for turn in range(TOO_OFTEN):
        at = NOW + timedelta(minutes=turn)
        link = counted(we_write(link, at=at), BACK, pair("Theirs"), now=at)

    fight = unsettled(link)
    assert fight is not None
    assert (fight.side, fight.atom) == (Side.AGENDA, TITLE)


def test_another_value_is_no_fight() -> None:
    link = we_write(Link(id="1", birth=Side.AGENDA), at=NOW)

    link = counted(link, BACK, pair("Another"), now=NOW)

    assert link.fights == we_write(replace(link, fights=()), at=NOW).fights
