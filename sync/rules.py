"""Recurrence rules: RFC 5545's text, RFC 8984's JSON, and one canonical form of both.

What the two standards read differently is spelled out in the canonical form, so that
it means the same to everybody.
"""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, time

from sync.content import Rule, When
from sync.rule_json import json_of, member_of, parts_of
from sync.rule_parts import (
    MOST,
    Parts,
    RuleInvalid,
    checked,
    count_of,
    shortest,
)
from sync.slots import comes_to_pass
from sync.times import local_at, local_instant
from sync.values import Json, day_of, local_of, naive

ORDER = (
    *("FREQ", "UNTIL", "COUNT", "INTERVAL", "BYMONTH", "BYWEEKNO", "BYYEARDAY"),
    *("BYMONTHDAY", "BYDAY", "BYHOUR", "BYMINUTE", "BYSECOND", "BYSETPOS", "WKST"),
)
EVERY_MONTH = ",".join(map(str, range(1, 13)))
NARROWING = (
    *("BYMONTHDAY", "BYSETPOS", "BYYEARDAY", "BYWEEKNO", "BYDAY"),
    *("BYHOUR", "BYMINUTE", "BYSECOND"),
)
END_OF_DAY = time(23, 59, 59)
LONGEST_TEXT = 4_000

Problems = list[tuple[str, str]]

_UNTIL = re.compile(
    r"([0-9]{4})([0-9]{2})([0-9]{2})(?:T([0-9]{2})([0-9]{2})([0-9]{2})(Z?))?"
)


def canonical(rule: Rule, when: When) -> Rule:
    """Return the one form of all rules that mean the same for this start.

    Left out is what the start implies; UNTIL is of the start's own kind. A rule that
    cannot be of such a start (hourly, all day) stays as it is.
    """
    try:
        parts = checked(dict(rule.parts), all_day=when.all_day)
    except RuleInvalid:
        return rule
    if _month_is_open(parts):
        # RFC 5545 means every month here, RFC 8984 the start's: say which.
        parts["BYMONTH"] = EVERY_MONTH
    short = shortest(parts, naive(when.start))
    return Rule(
        parts=tuple(sorted(short.items())),
        count=rule.count,
        until=_fitting_until(rule.until, when),
    )


def _month_is_open(parts: Parts) -> bool:
    closing = ("BYMONTH", "BYWEEKNO", "BYYEARDAY")
    if parts.get("FREQ") != "YEARLY" or "BYMONTHDAY" not in parts:
        return False
    return not any(name in parts for name in closing)


# --- Text ----------------------------------------------------------------------------


def rule_of(text: str, when: When) -> Rule:
    """Read an RRULE's value for a series that starts like this. Raises RuleInvalid."""
    raw = _split(text)
    problems: Problems = []
    if "COUNT" in raw and "UNTIL" in raw:
        problems.append(("UNTIL", "A rule ends by COUNT or by UNTIL, not by both."))
    until = _until(raw.pop("UNTIL", None), when, problems)
    rule = _rule(raw, problems, all_day=when.all_day)
    if problems:
        raise RuleInvalid(problems)
    return _possible(canonical(replace(rule, until=until), when), when)


def _possible(rule: Rule, when: When) -> Rule:
    """Return the rule. Raises RuleInvalid where nothing ever fits it."""
    if comes_to_pass(rule, naive(when.start)):
        return rule
    parts = dict(rule.parts)
    named = next((part for part in NARROWING if part in parts), "FREQ")
    raise RuleInvalid([(named, "With this the rule never comes to pass.")])


def _split(text: str) -> dict[str, str]:
    if len(text) > LONGEST_TEXT:
        raise RuleInvalid([("RRULE", "The recurrence rule is too long.")])
    parts: dict[str, str] = {}
    for word in text.upper().removesuffix(";").split(";"):
        name, _, value = word.partition("=")
        if not value:
            raise RuleInvalid([(name[:20], "A part looks like FREQ=WEEKLY.")])
        if name in parts:
            raise RuleInvalid([(name[:20], "The part stands there twice.")])
        parts[name] = value
    return parts


def _rule(raw: Parts, problems: Problems, *, all_day: bool) -> Rule:
    pattern = {name: text for name, text in raw.items() if name != "COUNT"}
    parts: Parts = {}
    try:
        parts = checked(pattern, all_day=all_day)
    except RuleInvalid as invalid:
        problems.extend(invalid.problems)
    count = _count(raw.get("COUNT"), problems)
    return Rule(parts=tuple(sorted(parts.items())), count=count)


def _count(text: str | None, problems: Problems) -> int | None:
    if text is None:
        return None
    try:
        return count_of(text, most=MOST["COUNT"])
    except ValueError as error:
        problems.append(("COUNT", str(error)))
        return None


def _until(text: str | None, when: When, problems: Problems) -> datetime | date | None:
    found = _UNTIL.fullmatch(text) if text else None
    if text and not found:
        problems.append(("UNTIL", "It looks like 20270405T070000Z or 20270405."))
    if not found:
        return None
    try:
        return _until_of(found, when)
    except ValueError:
        problems.append(("UNTIL", f"There is no date and time {text}."))
        return None


def _until_of(found: re.Match[str], when: When) -> datetime | date:
    year, month, day, hour, minute, second = (
        int(part or 0) for part in found.groups()[:6]
    )
    if found[4] is None:
        return date(year, month, day)
    moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    if found[7] and when.zone and not when.all_day:
        return local_at(moment, zone=when.zone)
    return moment.replace(tzinfo=None)


def _fitting_until(until: datetime | date | None, when: When) -> datetime | date | None:
    """Return the end as a date of an all-day series, as a local time of any other.

    A time that clocks skip becomes the one they show then: what comes back as UTC.
    """
    if until is None or when.all_day:
        return until and day_of(until)
    last = until
    if not isinstance(last, datetime):
        last = datetime.combine(last, END_OF_DAY)
    if when.zone is None:
        return last
    return local_at(local_instant(last, zone=when.zone), zone=when.zone)


def rule_text(rule: Rule, when: When) -> str:
    """Return the RRULE's value: UNTIL in UTC for a zone, as a date when all day."""
    parts = dict(rule.parts)
    if rule.count is not None:
        parts["COUNT"] = str(rule.count)
    last = _fitting_until(rule.until, when)
    if last is not None:
        parts["UNTIL"] = _until_text(last, when)
    return ";".join(f"{name}={parts[name]}" for name in ORDER if name in parts)


def _until_text(last: datetime | date, when: When) -> str:
    if not isinstance(last, datetime):
        return last.isoformat().replace("-", "")
    if when.zone is None:
        return _basic(last)
    return _basic(local_instant(last, zone=when.zone)) + "Z"


def _basic(moment: datetime) -> str:
    return re.sub("[-:]", "", moment.replace(tzinfo=None).isoformat(timespec="seconds"))


# --- JSON ----------------------------------------------------------------------------


def rule_from_json(json: Json, when: When) -> Rule:
    """Read RFC 8984's RecurrenceRule for a series that starts like this.

    Raises RuleInvalid, whose parts are the names of members ("byDay").
    """
    try:
        rule = _pattern_from_json(json, all_day=when.all_day)
        parts = dict(rule.parts)
        if _month_is_open(parts):
            # RFC 8984, section 4.3.3: the start's month is implied.
            parts["BYMONTH"] = str(when.start.month)
        whole = replace(rule, parts=tuple(sorted(parts.items())))
        return _possible(canonical(whole, when), when)
    except RuleInvalid as invalid:
        named = [(member_of(part), text) for part, text in invalid.problems]
        raise RuleInvalid(named) from None


def _pattern_from_json(json: Json, *, all_day: bool) -> Rule:
    raw, problems = parts_of(json)
    if problems:
        raise RuleInvalid(problems)
    until = raw.pop("UNTIL", None)
    rule = _rule(raw, problems, all_day=all_day)
    if problems:
        raise RuleInvalid(problems)
    return replace(rule, until=local_of(until) if until else None)


def rule_json(rule: Rule) -> dict[str, Json]:
    """Return RFC 8984's RecurrenceRule."""
    return json_of(rule)
