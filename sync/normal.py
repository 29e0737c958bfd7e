"""The one normal form of a content: what means the same compares equal."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from sync.content import (
    Alert,
    Content,
    Details,
    Duration,
    Participant,
    Rule,
    Slot,
    Text,
    When,
)
from sync.grid import has_slot
from sync.recurrence import canonical, given
from sync.values import day_of, naive

T = TypeVar("T")
SECONDS_A_DAY = 86_400


def normal(content: Content) -> Content:
    """Return the content in canonical order, without doubles and idle overrides."""
    details = normal_details(content.details)
    rules = {canonical(rule, details.when) for rule in content.rules}
    series = Content(
        uid=content.uid, details=details, rules=tuple(sorted(rules, key=_rule_order))
    )
    return replace(series, overrides=_overrides(series, content.overrides))


def _rule_order(rule: Rule) -> tuple[tuple[tuple[str, str], ...], int, str]:
    return rule.parts, rule.count or 0, str(rule.until or "")


def _overrides(
    series: Content, overrides: Mapping[Slot, Details | None]
) -> dict[Slot, Details | None]:
    """Return the overrides that say something, by slot."""
    kept: dict[Slot, Details | None] = {}
    for slot, details in _by_own_slot(series, overrides).items():
        shown = details and _override(series, details)
        idle = given(series, slot) if has_slot(series, slot) else None
        if shown != idle:
            kept[slot] = shown
    return dict(sorted(kept.items(), key=lambda pair: naive(pair[0])))


def _by_own_slot(
    series: Content, overrides: Mapping[Slot, Details | None]
) -> dict[Slot, Details | None]:
    """Return the overrides by slots of the series' own kind: dates, or times."""
    all_day = series.details.when.all_day
    own: dict[Slot, Details | None] = {}
    other: dict[Slot, Details | None] = {}
    for slot, details in overrides.items():
        if isinstance(slot, datetime) != all_day:
            own[_second(slot) if isinstance(slot, datetime) else slot] = details
        elif details is not None:  # What was removed there is no slot here.
            other[day_of(slot) if all_day else naive(slot)] = details
    return {**other, **own}


def _override(series: Content, details: Details) -> Details:
    # RFC 8984, section 4.3.5: an occurrence has no privacy of its own.
    return replace(normal_details(details), privacy=series.details.privacy)


def normal_details(details: Details) -> Details:
    """Return the details in canonical order, without doubles and empty values."""
    when = _when(details.when)
    alerts = set() if details.default_alerts else set(details.alerts)
    return replace(
        details,
        when=when,
        duration=_duration(details.duration, when),
        title=one_newline(details.title),
        description=_description(details.description),
        participants=_participants(details.participants),
        places=_places(details.places),
        conferences=_words(details.conferences),
        alerts=tuple(sorted(alerts, key=_alert_order)),
        keywords=_words(details.keywords),
        color=details.color.strip().lower(),
    )


def one_newline(text: str) -> str:
    """Return the text with its line ends as LF."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _when(when: When) -> When:
    if not isinstance(when.start, datetime):
        return When(start=when.start)
    end_zone = when.end_zone if when.zone and when.end_zone != when.zone else None
    return When(start=_second(when.start), zone=when.zone, end_zone=end_zone)


def _second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0, fold=0, tzinfo=None)


def _duration(duration: Duration, when: When) -> Duration:
    """All-day durations are whole days; what has begun counts."""
    days, seconds = max(duration.days, 0), max(duration.seconds, 0)
    if not when.all_day:
        return Duration(days=days, seconds=seconds)
    return Duration(days=days - (-seconds // SECONDS_A_DAY))


def _description(description: Text) -> Text:
    text = one_newline(description.text)
    return Text(text=text, html=description.html) if text else Text()


def normal_person(person: Participant) -> Participant:
    """Return the participant under the lower-case address."""
    texts = (
        person.email.strip().lower(),
        one_newline(person.name),
        one_newline(person.comment),
    )
    if texts == (person.email, person.name, person.comment) and person.guests >= 0:
        return person  # Nearly always; a series has many overrides with many people.
    email, name, comment = texts
    guests = max(person.guests, 0)
    return replace(person, email=email, name=name, comment=comment, guests=guests)


def _participants(participants: Iterable[Participant]) -> tuple[Participant, ...]:
    """The first of an address counts."""
    single: dict[str, Participant] = {}
    for person in map(normal_person, participants):
        single.setdefault(person.email, person)
    return tuple(single[email] for email in sorted(single) if email)


def _places(places: Iterable[str]) -> tuple[str, ...]:
    """The first is the main place; the others have no order."""
    filled = [one_newline(place) for place in places if place]
    main = filled[:1]
    return (*main, *sorted(set(filled) - set(main)))


def _words(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({word for word in words if word}))


def _alert_order(alert: Alert) -> tuple[int, bool]:
    return alert.minutes, alert.by_email
