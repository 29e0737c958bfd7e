"""The `recurrence` lines of a series: rules, added slots and excluded ones.

The slots are the rules' and the RDATEs' without the EXDATEs. An EXRULE, which RFC 5545
gave up, is not understood.

A start that does not fit its rule is a slot everywhere, but Google does not count it
(https://github.com/fmeringdal/rust-rrule/issues/119), while RFC 8984 does.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from sync.content import Content, Details, Rule, Slot, When
from sync.google.errors import Unreadable
from sync.google.moments import UTC_NAME, known_zone
from sync.recurrence import has_slot, rule_of, rule_text
from sync.rule_parts import RuleInvalid
from sync.slots import start_fits
from sync.times import local_at, local_instant
from sync.values import Json, naive


@dataclass(frozen=True, kw_only=True, slots=True)
class Lines:
    """What recurrence lines say, in the local time of their series."""

    rules: tuple[Rule, ...] = ()
    added: frozenset[Slot] = frozenset()
    excluded: frozenset[Slot] = frozenset()


def lines_of(texts: Iterable[Json], when: When) -> Lines:
    """Read recurrence lines for a series that starts like this. Raises Unreadable."""
    rules: list[Rule] = []
    dates: dict[str, set[Slot]] = {"RDATE": set(), "EXDATE": set()}
    for text in texts:
        head, _, value = str(text).strip().partition(":")
        name, *parameters = head.upper().split(";")
        if name == "RRULE":
            rules.append(_rule(value, when))
        elif name in dates:
            tzid = _tzid(head) if parameters else None
            found = [_slot(each, tzid, when) for each in value.split(",")]
            dates[name].update(slot for slot in found if slot is not None)
        elif name == "EXRULE":
            raise Unreadable("The series excludes by a rule (EXRULE).")
    return Lines(
        rules=tuple(rules),
        added=frozenset(dates["RDATE"]),
        excluded=frozenset(dates["EXDATE"]),
    )


def _rule(value: str, when: When) -> Rule:
    try:
        rule = rule_of(value, when)
    except RuleInvalid as invalid:
        raise Unreadable(f"The recurrence rule is not understood. {invalid}") from None
    if rule.count is None or start_fits(rule, naive(when.start)):
        return rule
    return replace(rule, count=rule.count + 1)


def _as_google_counts(rule: Rule, when: When) -> Rule:
    if rule.count is None or start_fits(rule, naive(when.start)):
        return rule
    if rule.count == 1:
        return replace(rule, count=None, until=when.start)
    return replace(rule, count=rule.count - 1)


def _tzid(head: str) -> str | None:
    for parameter in head.split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.upper() == "TZID":
            return value.strip('"')
    return None


def _slot(text: str, tzid: str | None, when: When) -> Slot | None:
    """Return the slot that an RDATE or EXDATE names (of a period, its start).

    Google passes over a date in a timed series, and a time in an all-day one.
    """
    moment = _moment(text.strip().partition("/")[0])
    if isinstance(moment, datetime) == when.all_day:
        return None
    if not isinstance(moment, datetime):
        return moment
    if moment.tzinfo is None and tzid in (None, when.zone):
        return moment
    if moment.tzinfo is None:
        moment = local_instant(moment, zone=known_zone(tzid) or UTC_NAME)
    return local_at(moment, zone=when.zone or UTC_NAME)


def _moment(text: str) -> datetime | date:
    try:
        if "T" not in text.upper():
            return date.fromisoformat(text)
        found = datetime.fromisoformat(text.upper())
    except ValueError:
        raise Unreadable(f"“{text}” is no date of a series.") from None
    return found.astimezone(UTC) if found.tzinfo else found


def dates_line(name: str, slots: Iterable[Slot], when: When) -> list[str]:
    """Return an RDATE or EXDATE line for these slots, none where there are none."""
    texts = [_text(slot) for slot in sorted(slots, key=naive)]
    if not texts:
        return []
    kind = "VALUE=DATE" if when.all_day else f"TZID={when.zone}"
    return [f"{name};{kind}:{','.join(texts)}"]


def rule_lines(rules: Sequence[Rule], when: When) -> list[str]:
    """Return the RRULE lines of a series."""
    counted = [_as_google_counts(rule, when) for rule in rules]
    return [f"RRULE:{rule_text(rule, when)}" for rule in counted]


def _text(slot: Slot) -> str:
    return slot.isoformat().replace("-", "").replace(":", "")


# --- The grid of a content -----------------------------------------------------------


def grid(content: Content) -> Content:
    """Return the bare series: its rules, without what differs or was added."""
    return Content(uid=content.uid, details=content.details, rules=content.rules)


def on_grid(series: Content, slot: Slot) -> bool:
    """Whether the rules alone make this slot; a slot of another kind never fits."""
    same_kind = isinstance(slot, datetime) != series.details.when.all_day
    return same_kind and has_slot(grid(series), slot)


def added_slots(content: Content) -> dict[Slot, Details]:
    """Return the occurrences that no rule makes (RDATEs)."""
    return {
        slot: details
        for slot, details in content.overrides.items()
        if details is not None and not on_grid(content, slot)
    }


def removed_slots(content: Content) -> frozenset[Slot]:
    """Return the slots of the rules that have no occurrence (EXDATEs)."""
    return frozenset(
        slot for slot, details in content.overrides.items() if details is None
    )


def recurrence_of(content: Content) -> list[str]:
    """Return the whole `recurrence` of a new series; empty for a single event."""
    when = content.details.when
    removed = [slot for slot in removed_slots(content) if on_grid(content, slot)]
    return [
        *rule_lines(content.rules, when),
        *dates_line("RDATE", added_slots(content), when),
        *dates_line("EXDATE", removed, when),
    ]
