"""Which series Odoo's recurrence can be, and its rule in words of both (pure).

Odoo parses a rule into fields of its own: a frequency, an interval, weekdays of weekly
rules, one day of monthly ones. What does not fit into these would come back as another
series, so it is refused.
"""

from datetime import date, datetime

from sync.content import Content, Rule, When
from sync.recurrence import rule_of, rule_text
from sync.rule_parts import days_of, numbers
from sync.slots import start_fits
from sync.values import naive

MOST_ROWS = 720
"""Odoo makes no more occurrences of a series."""

LONGEST_YEARS = 15
"""Nor, since Odoo 19, later ones (`calendar.max_recurrence_years`)."""

_BEYOND = "Odoo has no such recurrence: {what}."


def refusal(content: Content) -> str:
    """Return why Odoo cannot hold this series, as a sentence; empty where it can."""
    if not content.rules and not content.overrides:
        return ""
    if len(content.rules) != 1:
        return _BEYOND.format(what="it takes exactly one rule")
    rule, when = content.rules[0], content.details.when
    what = _misfit(rule, when)
    if what:
        return _BEYOND.format(what=what)
    start = naive(when.start)
    if not start_fits(rule, start):
        return _BEYOND.format(what="the first day must fit its rule")
    return ""


def _misfit(rule: Rule, when: When) -> str:
    parts, start = dict(rule.parts), naive(when.start)
    frequency = parts["FREQ"]
    extra = parts.keys() - {"FREQ", "INTERVAL"}
    if frequency == "WEEKLY" and extra <= {"BYDAY", "WKST"}:
        return "weeks begin on Monday there" if "WKST" in extra else ""
    if frequency == "MONTHLY" and extra <= {"BYDAY", "BYMONTHDAY"}:
        return _monthly_misfit(parts, start)
    if frequency in ("DAILY", "YEARLY") and not extra:
        return ""
    if frequency not in ("DAILY", "WEEKLY", "MONTHLY", "YEARLY"):
        return "nothing recurs within a day"
    return "the rule says more than Odoo's form can hold"


def _monthly_misfit(parts: dict[str, str], start: datetime) -> str:
    days = days_of(parts)
    if len(days) > 1 or (days and "BYMONTHDAY" in parts):
        return "a month has one such day"
    if days and not (1 <= days[0][0] <= 4 or days[0][0] == -1):
        return "it counts the weekdays of a month from the first to the fourth, or last"
    if numbers(parts, "BYMONTHDAY") not in ([], [start.day]):
        return "a month has one such day"
    return ""


def recurrence_values(content: Content) -> dict[str, str | bool]:
    """Return the values that make a series of a new row. Assumes no refusal."""
    when, rule = content.details.when, content.rules[0]
    return {
        "recurrency": True,
        "rrule": _text_for(rule, when),
        "event_tz": when.zone or "UTC",
    }


def _text_for(rule: Rule, when: When) -> str:
    """Return the rule as Odoo writes it itself: the last day counts to its end."""
    text = rule_text(Rule(parts=rule.parts, count=rule.count), when)
    day = _last_day(rule, when)
    return f"{text};UNTIL={day:%Y%m%d}T235959" if day else text


def _last_day(rule: Rule, when: When) -> date | None:
    """Return the last day that may have an occurrence."""
    until = rule.until
    if until is None:
        return None
    if not isinstance(until, datetime) or not isinstance(when.start, datetime):
        return naive(until).date()
    last = datetime.combine(until.date(), when.start.time())
    return until.date() if last <= until else date.fromordinal(until.toordinal() - 1)


def held_rule(rule: Rule, when: When) -> Rule:
    """Return the rule as Odoo gives it back."""
    return rule_from(_text_for(rule, when), when)


def rule_from(text: str, when: When) -> Rule:
    """Read what `calendar.recurrence.rrule` says. Raises RuleInvalid.

    The DTSTART in it is the moment of the call, and means nothing. A last day counts to
    its end; it is told as the moment of the day at which the series happens.
    """
    lines = [line.removeprefix("RRULE:") for line in text.split("\n")]
    [value] = [line for line in lines if not line.startswith("DTSTART")]
    found = rule_of(value.replace("T235959Z", "T235959"), when)
    if isinstance(found.until, datetime) and isinstance(when.start, datetime):
        last = datetime.combine(found.until.date(), when.start.time())
        whole = Rule(parts=found.parts, until=last)
        return rule_of(rule_text(whole, when), when)
    return found
