"""A link without an engine: its plans are done as the engine would, with no faults."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sync.content import Content, Details
from sync.fields import ANSWER
from sync.google import project
from sync.normal import normal
from sync.plan import Act, Plan, plan
from sync.policy import Policy
from sync.seen import after_agreement, after_create, after_meeting, after_write
from sync.sides import Pair, Side

CALENDAR, AGENDA = Side.CALENDAR, Side.AGENDA
NOWHERE = dict.fromkeys(Side)
ZONE = "Europe/Amsterdam"


def google(content: Content) -> Content:
    return project(content, zone=ZONE)


def policy(**members: Any) -> Policy:
    """Return a policy under which Google wins, of a link that the agenda bore."""
    known = {
        "project": {CALENDAR: google, AGENDA: normal},
        "winner": lambda _name, _pair: CALENDAR,
        "copy": CALENDAR,
    }
    return Policy(**{**known, **members})


def guarded(**members: Any) -> Policy:
    """Return a policy that lets nobody change the application's events at Google."""

    def puts_back(side: Side, name: str) -> bool:
        return side is CALENDAR and not name.startswith(ANSWER)

    return policy(puts_back=puts_back, **members)


def connected(item: Content, rules: Policy) -> Pair:
    """Return a link whose item was just carried to Google."""
    alone = Pair(now={AGENDA: item, CALENDAR: None}, seen=NOWHERE)
    return settled(alone, replace(rules, outside=""))[0]


def settled(pair: Pair, rules: Policy) -> tuple[Pair, list[Plan]]:
    """Return the pair when nothing is left to do, and the writes that led there."""
    done: list[Plan] = []
    for _ in range(30):
        found = plan(pair, rules)
        if found.act in (Act.CREATE, Act.WRITE, Act.DELETE):
            done.append(found)
        after = _after(pair, found, rules)
        if after == pair:
            return pair, done
        pair = after
    raise AssertionError("The link never settles.")


def _after(pair: Pair, found: Plan, rules: Policy) -> Pair:
    if found.act is Act.AGREE and found.merged:
        return after_agreement(pair, found.merged.agreed)
    if found.act is Act.MEET and found.merged:
        return after_meeting(pair, found.merged.carried)
    if found.act in (Act.DELETE, Act.REST, Act.END):
        gone = {**pair.now, found.side: None}
        return Pair(now=gone if found.act is Act.DELETE else pair.now, seen=NOWHERE)
    if found.wanted is None:
        return pair
    answer = rules.project[found.side](found.wanted)
    if found.act is Act.CREATE:
        return after_create(pair, found.side, answer=answer, trusted=answer)
    shown = {**pair.now}
    if found.origin is not None:
        shown[found.side.other] = found.origin
    after = after_write(
        replace(pair, now=shown),
        found.side,
        atoms=found.atoms,
        answer=answer,
        trusted=answer,
    )
    return replace(after, now={**pair.now, found.side: answer})


def showing(pair: Pair, side: Side, content: Content | None) -> Pair:
    """Return the pair after somebody left this content on a side."""
    held = content if content is None else normal(content)
    if held is not None and side is CALENDAR:
        held = google(held)
    return replace(pair, now={**pair.now, side: held})


def edited(pair: Pair, side: Side, **details: Any) -> Pair:
    """Return the pair after somebody edited the whole on a side."""
    return redone(pair, side, lambda known: replace(known, **details))


def redone(pair: Pair, side: Side, how: Callable[[Details], Details]) -> Pair:
    content = there(pair, side)
    return showing(pair, side, replace(content, details=how(content.details)))


def there(pair: Pair, side: Side) -> Content:
    """Return what a side shows; it must show something."""
    content = pair.now[side]
    assert content is not None
    return content
