"""Recurrence lines: reading, refusing, and writing them as Google does.

https://developers.google.com/workspace/calendar/api/concepts/events-calendars
"""

import re

from local.google.errors import ApiError, calendar_refusal
from local.google.times import zone

ORDER = (
    "FREQ",
    "WKST",
    "UNTIL",
    "COUNT",
    "INTERVAL",
    "BYMONTH",
    "BYWEEKNO",
    "BYYEARDAY",
    "BYMONTHDAY",
    "BYDAY",
    "BYHOUR",
    "BYMINUTE",
    "BYSECOND",
    "BYSETPOS",
)
FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
NUMBERS = re.compile(r"[+-]?\d{1,3}(,[+-]?\d{1,3})*\Z")
DAYS = re.compile(
    r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)(,([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU))*\Z"
)
MOMENT = re.compile(r"\d{8}(T\d{6}Z?)?\Z")
LINE = re.compile(r"(RRULE|EXRULE|RDATE|EXDATE)((?:;[^:;]+)*):(.+)\Z", re.IGNORECASE)


def invalid_recurrence() -> ApiError:
    """Return the 400 for recurrence lines that make no sense."""
    return calendar_refusal(400, "invalid", "Invalid recurrence rule.")


def normalised(lines: object) -> list[str]:
    """Return recurrence lines in Google's spelling, or raise the 400."""
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        raise invalid_recurrence()
    return [_line(line.strip()) for line in lines]


def _line(text: str) -> str:
    match = LINE.match(text)
    if match is None:
        raise invalid_recurrence()
    name, parameters, value = match.group(1).upper(), match.group(2), match.group(3)
    if name in ("RRULE", "EXRULE"):
        return f"{name}:{rule_text(rule_parts(value))}"
    return _dates_line(name, parameters, value)


def _dates_line(name: str, parameters: str, value: str) -> str:
    moments = value.upper().split(",")
    if not all(MOMENT.match(moment) for moment in moments):
        raise invalid_recurrence()
    kept = [_parameter(text) for text in parameters.split(";") if text]
    return f"{name}{''.join(kept)}:{','.join(moments)}"


def _parameter(text: str) -> str:
    name, _, value = text.partition("=")
    if name.upper() == "TZID":
        try:
            zone(value)
        except KeyError:
            raise invalid_recurrence() from None
    elif name.upper() != "VALUE":
        raise invalid_recurrence()
    return f";{name.upper()}={value}"


def rule_parts(value: str) -> dict[str, str]:
    """Return the parts of a rule by name, or raise the 400."""
    parts: dict[str, str] = {}
    for text in value.strip(";").split(";"):
        name, _, content = text.partition("=")
        parts[name.strip().upper()] = content.strip().upper()
    if parts.get("FREQ") not in FREQUENCIES or not _sensible(parts):
        raise invalid_recurrence()
    return parts


def _sensible(parts: dict[str, str]) -> bool:
    if "COUNT" in parts and "UNTIL" in parts:
        return False
    return all(_part_fits(name, content) for name, content in parts.items())


def _part_fits(name: str, content: str) -> bool:
    if name == "FREQ":
        return True
    if name in ("COUNT", "INTERVAL"):
        return content.isdigit() and int(content) > 0
    if name == "UNTIL":
        return bool(MOMENT.match(content))
    if name == "BYDAY":
        return bool(DAYS.match(content))
    if name == "WKST":
        return content in ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
    return name in ORDER and bool(NUMBERS.match(content))


def rule_text(parts: dict[str, str]) -> str:
    """Return a rule's parts in Google's order, with the week's start named."""
    whole = dict(parts)
    if whole["FREQ"] == "WEEKLY":
        whole.setdefault("WKST", "MO")
    return ";".join(f"{name}={whole[name]}" for name in ORDER if name in whole)


def ends_before(lines: list[str], until: str) -> list[str]:
    """Return the lines with every rule ended at `until` instead."""
    return [_ended(line, until) for line in lines]


def _ended(line: str, until: str) -> str:
    name, _, value = line.partition(":")
    if name != "RRULE":
        return line
    parts = rule_parts(value)
    parts.pop("COUNT", None)
    parts["UNTIL"] = until
    return f"{name}:{rule_text(parts)}"
