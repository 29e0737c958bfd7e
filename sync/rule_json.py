"""RFC 8984's RecurrenceRule objects, as the parts of RFC 5545 and back."""

from collections.abc import Callable, Mapping

from sync.content import Rule
from sync.rule_parts import days_of, list_text, numbers
from sync.values import Json, local_of, local_text

MEMBERS: Mapping[str, str] = {
    "FREQ": "frequency",
    "INTERVAL": "interval",
    "WKST": "firstDayOfWeek",
    "BYDAY": "byDay",
    "BYMONTHDAY": "byMonthDay",
    "BYMONTH": "byMonth",
    "BYYEARDAY": "byYearDay",
    "BYWEEKNO": "byWeekNo",
    "BYHOUR": "byHour",
    "BYMINUTE": "byMinute",
    "BYSECOND": "bySecond",
    "BYSETPOS": "bySetPosition",
    "COUNT": "count",
    "UNTIL": "until",
}
WEEKDAYS = ("mo", "tu", "we", "th", "fr", "sa", "su")
ONLY = {"rscale": "gregorian", "skip": "omit", "@type": "RecurrenceRule"}

Problems = list[tuple[str, str]]


def member_of(part: str) -> str:
    """Return what RFC 8984 calls a part of RFC 5545."""
    return MEMBERS.get(part, part)


def parts_of(json: Json) -> tuple[dict[str, str], Problems]:
    """Return the parts, and each malformed member with a sentence."""
    if not isinstance(json, Mapping):
        return {}, [("", "A recurrence rule is an object.")]
    problems: Problems = []
    for name, only in ONLY.items():
        if json.get(name, only) != only:
            problems.append((name, f'Only "{only}" is supported.'))
    parts: dict[str, str] = {}
    for part, member in MEMBERS.items():
        if member in json:
            try:
                parts[part] = _READERS[part](json[member])
            except ValueError as error:
                problems.append((member, str(error)))
    if "count" in json and "until" in json:
        problems.append(("until", 'A rule ends by "count" or "until", not by both.'))
    return parts, problems


def _word(json: Json) -> str:
    if not isinstance(json, str) or json != json.lower():
        raise ValueError("It is a word in lower case.")
    return json.upper()


def _number(json: Json) -> str:
    if not _is_number(json):
        raise ValueError("It is a whole number.")
    return str(json)


def _is_number(json: Json) -> bool:
    return isinstance(json, int) and not isinstance(json, bool)


def _numbers(json: Json) -> str:
    if not isinstance(json, list) or not json or not all(map(_is_number, json)):
        raise ValueError("It is a list of whole numbers.")
    return ",".join(map(str, json))


def _months(json: Json) -> str:
    # Strings, because other calendars have leap months ("5L").
    listed = isinstance(json, list) and json
    if not listed or not all(isinstance(month, str) for month in json):
        raise ValueError('It is a list of months like "1" or "12".')
    return ",".join(json)


def _weekdays(json: Json) -> str:
    if not isinstance(json, list) or not json:
        raise ValueError('It is a list of objects like {"day": "mo"}.')
    return list_text([_weekday(day) for day in json])


def _weekday(json: Json) -> tuple[int, str]:
    day = str(json.get("day")) if isinstance(json, Mapping) else ""
    if day not in WEEKDAYS:
        raise ValueError('It is a list of objects like {"day": "mo"}.')
    if json.get("@type", "NDay") != "NDay":
        raise ValueError('The "@type" of each is "NDay".')
    nth = json.get("nthOfPeriod")
    if nth is None and "nthOfPeriod" not in json:
        return 0, day.upper()
    if not _is_number(nth) or not 1 <= abs(nth) <= 53:
        raise ValueError('"nthOfPeriod" is a whole number, ±1 to 53.')
    return nth, day.upper()


def _until(json: Json) -> str:
    last = json if isinstance(json, str) else ""
    local_of(last)
    return last


_READERS: Mapping[str, Callable[[Json], str]] = {
    **dict.fromkeys(MEMBERS, _numbers),
    **dict.fromkeys(("FREQ", "WKST"), _word),
    **dict.fromkeys(("INTERVAL", "COUNT"), _number),
    "BYMONTH": _months,
    "BYDAY": _weekdays,
    "UNTIL": _until,
}


def json_of(rule: Rule) -> dict[str, Json]:
    """Return the rule as RFC 8984 writes it; a last date stands for its midnight."""
    parts = dict(rule.parts)
    json: dict[str, Json] = {"@type": "RecurrenceRule"}
    for part, member in MEMBERS.items():
        if part in parts:
            json[member] = _json(part, parts)
    if rule.count is not None:
        json["count"] = rule.count
    if rule.until is not None:
        json["until"] = local_text(rule.until)
    return json


def _json(part: str, parts: Mapping[str, str]) -> Json:
    if part in ("FREQ", "WKST"):
        return parts[part].lower()
    if part == "INTERVAL":
        return int(parts[part])
    if part == "BYMONTH":
        return parts[part].split(",")
    if part == "BYDAY":
        return [_day_json(nth, day) for nth, day in days_of(parts)]
    return numbers(parts, part)


def _day_json(nth: int, day: str) -> dict[str, Json]:
    numbered = {"nthOfPeriod": nth} if nth else {}
    return {"@type": "NDay", "day": day.lower(), **numbered}
