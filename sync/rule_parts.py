"""The parts of a recurrence rule: which there are, what they hold, what goes together.

A set of parts is a mapping from RFC 5545's names to canonical texts, without UNTIL and
COUNT, which are no pattern but an end.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sync.errors import PermanentError

Parts = Mapping[str, str]

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
FREQUENCIES = (
    *("YEARLY", "MONTHLY", "WEEKLY", "DAILY"),
    *("HOURLY", "MINUTELY", "SECONDLY"),
)
SUB_DAILY = frozenset(FREQUENCIES[4:])
CLOCK = ("BYHOUR", "BYMINUTE", "BYSECOND")
LISTS: Mapping[str, tuple[int, bool]] = {
    "BYMONTH": (12, False),
    "BYWEEKNO": (53, True),
    "BYYEARDAY": (366, True),
    "BYMONTHDAY": (31, True),
    "BYHOUR": (23, False),
    "BYMINUTE": (59, False),
    "BYSECOND": (59, False),
    "BYSETPOS": (366, True),
}
"""The highest number of each list, and whether it may count from the end as well."""

MOST = {"INTERVAL": 1_000_000, "COUNT": 100_000}
NOT_WITH: Mapping[str, frozenset[str]] = {
    "BYWEEKNO": frozenset(FREQUENCIES[1:]),
    "BYYEARDAY": frozenset({"MONTHLY", "WEEKLY", "DAILY"}),
    "BYMONTHDAY": frozenset({"WEEKLY"}),
}
"""RFC 5545, section 3.3.10: "MUST NOT be specified when"."""

_NUMBER = re.compile(r"[+-]?[0-9]{1,9}")
_DAY = re.compile(r"([+-]?[0-9]{1,2})?(MO|TU|WE|TH|FR|SA|SU)")


class RuleInvalid(PermanentError):
    """No such recurrence rule; `problems` holds each bad part with a sentence.

    `part` is the first of them, by RFC 5545's name ("BYDAY").
    """

    def __init__(self, problems: Sequence[tuple[str, str]]) -> None:
        super().__init__(" ".join(f"{part}: {text}" for part, text in problems))
        self.problems = tuple(problems)
        self.part = problems[0][0]


def checked(raw: Parts, *, all_day: bool) -> dict[str, str]:
    """Return canonical texts, defaults left out. Raises RuleInvalid with all problems.

    Of an all-day series the hours, minutes and seconds are ignored, as RFC 5545 says.
    """
    ignored = CLOCK if all_day else ()
    problems: list[tuple[str, str]] = []
    parts: dict[str, str] = {}
    for name, text in raw.items():
        if name in ignored:
            continue
        try:
            parts[name] = _value(name, text.upper())
        except ValueError as error:
            problems.append((name, str(error)))
    if not problems:
        problems = list(_misfits(parts, all_day=all_day))
    if problems:
        raise RuleInvalid(problems)
    defaults = {("INTERVAL", "1"), ("WKST", "MO")}
    return {name: text for name, text in parts.items() if (name, text) not in defaults}


def _value(name: str, text: str) -> str:
    if name == "FREQ":
        return _one_of(text, FREQUENCIES)
    if name == "WKST":
        return _one_of(text, DAYS)
    if name == "BYDAY":
        return list_text(_days(text))
    if name == "INTERVAL":
        return str(count_of(text, most=MOST[name]))
    if name in LISTS:
        return _numbers_text(name, text)
    raise ValueError("There is no such part of a recurrence rule.")


def _one_of(text: str, allowed: Sequence[str]) -> str:
    if text not in allowed:
        raise ValueError(f"It is one of {', '.join(allowed)}.")
    return text


def count_of(text: str, *, most: int) -> int:
    """Read a number from 1 on. Raises ValueError with a sentence."""
    if not re.fullmatch(r"[0-9]{1,9}", text) or not 1 <= int(text) <= most:
        raise ValueError(f"It is a whole number from 1 to {most}.")
    return int(text)


def _numbers_text(name: str, text: str) -> str:
    highest, signed = LISTS[name]
    lowest = 1 if signed or name == "BYMONTH" else 0
    allowed = f"{'±' if signed else ''}{lowest} to {highest}"
    for word in text.split(","):
        if not _NUMBER.fullmatch(word):
            raise ValueError(f"It lists whole numbers, {allowed}.")
        number = abs(int(word)) if signed else int(word)
        if not lowest <= number <= highest:
            raise ValueError(f"It lists whole numbers, {allowed}, not {word}.")
    return ",".join(map(str, sorted({int(word) for word in text.split(",")})))


def _days(text: str) -> list[tuple[int, str]]:
    days = []
    for word in text.split(","):
        found = _DAY.fullmatch(word)
        if not found:
            raise ValueError(f'It lists weekdays like "MO" or "-1FR", not "{word}".')
        nth = int(found[1]) if found[1] else 0
        if found[1] and not 1 <= abs(nth) <= 53:
            raise ValueError("The number of a weekday is ±1 to 53.")
        days.append((nth, found[2]))
    return days


def list_text(days: Iterable[tuple[int, str]]) -> str:
    """Return numbered weekdays as BYDAY's text, sorted, without doubles."""
    ordered = sorted(set(days), key=lambda day: (day[0], DAYS.index(day[1])))
    return ",".join(f"{nth or ''}{day}" for nth, day in ordered)


def days_of(parts: Parts) -> list[tuple[int, str]]:
    """Return BYDAY's weekdays with their numbers (0: every one)."""
    return _days(parts["BYDAY"]) if "BYDAY" in parts else []


def numbers(parts: Parts, name: str) -> list[int]:
    """Return the numbers of a list part; none when it is absent."""
    return [int(word) for word in parts[name].split(",")] if name in parts else []


def interval(parts: Parts) -> int:
    """Return INTERVAL, 1 when it is absent."""
    return int(parts.get("INTERVAL", 1))


def _misfits(parts: Parts, *, all_day: bool) -> Iterable[tuple[str, str]]:
    frequency = parts.get("FREQ")
    if frequency is None:
        yield "FREQ", "A recurrence rule needs a frequency."
        return
    if all_day and frequency in SUB_DAILY:
        yield "FREQ", "An all-day series recurs by days, not by hours or less."
    for name, frequencies in NOT_WITH.items():
        if name in parts and frequency in frequencies:
            yield name, f"It does not go with FREQ={frequency}."
    yield from _misfit_days(parts, frequency)
    others = [name for name in parts if name.startswith("BY") and name != "BYSETPOS"]
    if "BYSETPOS" in parts and not others:
        yield "BYSETPOS", "It needs another BY part to choose from."


def _misfit_days(parts: Parts, frequency: str) -> Iterable[tuple[str, str]]:
    highest = max((abs(nth) for nth, _ in days_of(parts)), default=0)
    if highest == 0:
        return
    if frequency not in ("MONTHLY", "YEARLY"):
        yield "BYDAY", f"Numbered weekdays do not go with FREQ={frequency}."
    elif "BYWEEKNO" in parts:
        yield "BYDAY", "Numbered weekdays do not go with BYWEEKNO."
    elif highest > 5 and (frequency == "MONTHLY" or "BYMONTH" in parts):
        yield "BYDAY", "No month has more than five weekdays of a kind."
    elif "BYMONTHDAY" in parts and frequency == "YEARLY" and "BYMONTH" not in parts:
        # The two standards disagree: the fifth Friday of the year, or of a month?
        yield "BYDAY", "Numbered weekdays with days of the month need BYMONTH."


# --- What a start adds to a pattern --------------------------------------------------


def completed(parts: Parts, start: datetime) -> dict[str, str]:
    """Return the parts with all that the start implies (RFC 8984, section 4.3.3).

    A yearly rule by days of the month, without months, is left alone: RFC 5545 means
    every month, RFC 8984 the start's. A canonical rule names its months.
    """
    full = dict(parts)
    place = FREQUENCIES.index(parts["FREQ"])
    clock = (start.hour, start.minute, start.second)
    for implied_above, (name, value) in enumerate(zip(CLOCK, clock, strict=True), 4):
        if place < implied_above:
            full.setdefault(name, str(value))
    days = _implied_days(parts, start)
    return {**days, **full}


def _implied_days(parts: Parts, start: datetime) -> dict[str, str]:
    weekday, day = DAYS[start.weekday()], str(start.day)
    frequency = parts["FREQ"]
    if frequency == "WEEKLY":
        return {"BYDAY": weekday}
    if parts.keys() & {"BYDAY", "BYMONTHDAY", "BYYEARDAY"}:
        return {}
    if frequency == "MONTHLY":
        return {"BYMONTHDAY": day}
    if frequency != "YEARLY":
        return {}
    if "BYWEEKNO" in parts:
        return {"BYDAY": weekday}
    return {"BYMONTH": str(start.month), "BYMONTHDAY": day}


def shortest(parts: Parts, start: datetime) -> dict[str, str]:
    """Return the parts without all that the start implies anyway."""
    whole = completed(parts, start)
    short = dict(whole)
    for name in (*CLOCK, "BYMONTHDAY", "BYMONTH", "BYDAY"):
        rest = {key: text for key, text in short.items() if key != name}
        if _fit(rest) and completed(rest, start) == whole:
            short = rest
    if not _week_start_matters(short):
        short.pop("WKST", None)
    return short


def _fit(parts: Parts) -> bool:
    return not list(_misfits(parts, all_day=False))


def _week_start_matters(parts: Parts) -> bool:
    if parts["FREQ"] == "YEARLY":
        return "BYWEEKNO" in parts
    if parts["FREQ"] != "WEEKLY":
        return False
    return "BYSETPOS" in parts or (interval(parts) > 1 and "BYDAY" in parts)
