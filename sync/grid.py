"""The slots that all rules of a series give together."""

from collections.abc import Iterator
from datetime import datetime
from heapq import merge
from itertools import groupby

from sync.content import Content, Rule, Slot
from sync.rule_parts import SUB_DAILY
from sync.slots import gives, slots_from
from sync.values import naive


def rules_of(content: Content) -> list[Rule]:
    """Return the rules that such a start can have: an all-day series has no hours."""
    if not content.details.when.all_day:
        return list(content.rules)
    return [rule for rule in content.rules if dict(rule.parts)["FREQ"] not in SUB_DAILY]


def has_slot(content: Content, slot: Slot) -> bool:
    """Return whether the rules alone give this slot; without rules, the start is it."""
    when = content.details.when
    if isinstance(slot, datetime) == when.all_day:
        return False
    if slot == when.start:
        return _starts(content)
    start, point = naive(when.start), naive(slot)
    return any(gives(rule, start, point) for rule in rules_of(content))


def _starts(content: Content) -> bool:
    """Whether the start is a slot: not where every rule ended before it."""
    start = naive(content.details.when.start)
    rules = rules_of(content)
    return not rules or any(gives(rule, start, start) for rule in rules)


def slots_on(content: Content, point: datetime) -> Iterator[Slot]:
    """Yield the slots that the rules give at or after a local time, in order."""
    when = content.details.when
    start = naive(when.start)
    rules = rules_of(content)
    if not rules:
        moments = iter([start] if start >= point else [])
    else:
        moments = merge(*(slots_from(rule, start, point) for rule in rules))
    for moment, _ in groupby(moments):
        yield moment.date() if when.all_day else moment
