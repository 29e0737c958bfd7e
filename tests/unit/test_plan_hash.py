"""The hash of a plan: the same for what was shown, another for anything else."""

from dataclasses import replace

from hypothesis import given

from sync.content import Content
from sync.google import project
from sync.normal import normal
from sync.plan import Act, Plan, plan
from sync.plan_hash import plan_hash, plan_marks
from sync.policy import Policy
from sync.sides import Pair, Side
from tests.unit.strategies import contents, filled

CALENDAR, AGENDA = Side.CALENDAR, Side.AGENDA


def as_is(content: Content) -> Content:
    return content


def policy(winner: Side = CALENDAR) -> Policy:
    held = {CALENDAR: lambda one: project(one, zone="UTC"), AGENDA: as_is}
    return Policy(project=held, winner=lambda _name, _pair: winner)


def titled(content: Content, title: str) -> Content:
    return normal(replace(content, details=replace(content.details, title=title)))


def coloured(content: Content, color: str) -> Content:
    return normal(replace(content, details=replace(content.details, color=color)))


def met(calendar: Content, agenda: Content, seen: Content) -> Pair:
    now = {CALENDAR: calendar, AGENDA: agenda}
    return Pair(now=now, seen=dict.fromkeys(Side, seen))


def planned(calendar: Content, agenda: Content, seen: Content) -> Plan:
    return plan(met(calendar, agenda, seen), policy())


@given(contents())
def test_the_same_plan_has_the_same_hash(content: Content) -> None:
    pair = Pair(now={CALENDAR: None, AGENDA: content}, seen=dict.fromkeys(Side))

    first, second = plan(pair, policy()), plan(pair, policy())

    assert first.act is Act.CREATE
    assert plan_hash(first) == plan_hash(second)


@given(contents(), filled(), filled())
def test_another_value_is_another_plan(content: Content, one: str, two: str) -> None:
    before = titled(content, "")
    first = planned(before, titled(before, one), before)
    second = planned(before, titled(before, two), before)

    same = titled(before, one) == titled(before, two)
    assert (plan_hash(first) == plan_hash(second)) is same


@given(contents())
def test_a_change_beside_it_is_no_other_plan(content: Content) -> None:
    before = coloured(titled(content, "before"), "")
    moved = titled(before, "after")

    both = met(coloured(before, "#ff0000"), moved, before)

    alone = planned(before, moved, before)
    beside = plan(both, policy(), first=CALENDAR)

    assert plan_marks(alone) == plan_marks(beside)


@given(contents())
def test_a_value_that_gives_way_unseen_is_another_plan(content: Content) -> None:
    before = titled(content, "before")
    ours = titled(before, "ours")
    alone = planned(ours, before, before)

    disputed = planned(ours, titled(before, "theirs"), before)

    assert disputed.side is AGENDA
    assert not plan_marks(alone) & plan_marks(disputed)


@given(contents())
def test_the_rest_of_a_plan_bears_marks_of_the_whole(content: Content) -> None:
    before = coloured(titled(content, "before"), "")
    after = coloured(titled(before, "after"), "#ff0000")
    half = coloured(before, "#ff0000")

    whole = planned(before, after, before)
    rest = planned(half, after, half)

    assert plan_marks(rest) < plan_marks(whole)


def test_a_delete_on_one_side_is_not_that_on_the_other() -> None:
    deletes = [Plan(act=Act.DELETE, side=side) for side in Side]

    assert len({plan_hash(each) for each in deletes}) == 2


@given(contents())
def test_what_two_bring_each_other_is_part_of_the_plan(content: Content) -> None:
    nothing_seen = dict.fromkeys(Side)
    before = titled(content, "same")
    other = coloured(before, "#ff0000")
    plans = [
        plan(Pair(now={CALENDAR: one, AGENDA: before}, seen=nothing_seen), policy())
        for one in (coloured(before, ""), other)
    ]

    assert {each.act for each in plans} == {Act.MEET}
    assert (plan_hash(plans[0]) == plan_hash(plans[1])) is (
        coloured(before, "") == other
    )
