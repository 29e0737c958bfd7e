"""OpenFire's visits <-> contents (pure).

What is written here was seen on OpenFire itself: see docs/connectors/openfire.md.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from connectors.odoo.moments import moment_of, moment_text
from connectors.odoo.owner import Owner
from connectors.odoo.rules import refusal
from connectors.odoo.values import NO_TITLE
from sync.content import (
    Answer,
    Content,
    Details,
    Duration,
    FreeBusy,
    Participant,
    Privacy,
    Rule,
    Slot,
    Status,
    Text,
    When,
)
from sync.markup import plain
from sync.normal import normal, normal_details, one_newline
from sync.recurrence import rule_of
from sync.rule_parts import DAYS, days_of, interval
from sync.slots import last_slot
from sync.times import ends, instant, local_at
from sync.values import Json, naive

Visit = Mapping[str, Json]
LONGEST = timedelta(days=5 * 365)
"""How long a series may go on that has no end: OpenFire's always have one."""

MINUTE = 60
_STATES = {
    "confirm": Status.CONFIRMED,
    "done": Status.CONFIRMED,
    "unfinished": Status.CONFIRMED,
    "cancel": Status.CANCELLED,
    "postponed": Status.CANCELLED,
}
_WANTED = {
    Status.CONFIRMED: "confirm",
    Status.TENTATIVE: "draft",
    Status.CANCELLED: "cancel",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Hours:
    """When working days begin and end: a whole day lasts from one to the other."""

    begin: time
    end: time

    @property
    def length(self) -> float:
        """How many hours a working day has."""
        minutes = (self.end.hour - self.begin.hour) * 60
        return (minutes + self.end.minute - self.begin.minute) / 60


# --- Reading -------------------------------------------------------------------------


def details_of(visit: Visit, owner: Owner) -> Details:
    """Return what a visit shows. Raises ValueError, TypeError, KeyError on nonsense."""
    when, duration = _times_of(visit, zone=owner.zone)
    place = visit["google_address"] or _name(visit["address_id"])
    text = one_newline(visit["description"] or "")
    found = Details(
        when=when,
        duration=duration,
        title=visit["name"] or "",
        description=Text(text=text),
        status=status_of(visit),
        participants=_participants(visit, owner),
        places=(place,) if place else (),
    )
    return normal_details(found)


def status_of(visit: Visit) -> Status:
    """Return what a visit's state means; the ones not named are no more than drafts."""
    return _STATES.get(visit["state"] or "", Status.TENTATIVE)


def _times_of(visit: Visit, *, zone: str) -> tuple[When, Duration]:
    start, stop = moment_of(visit["date"]), moment_of(visit["date_deadline"])
    local = local_at(start, zone=zone)
    if visit["all_day"]:
        days = (local_at(stop, zone=zone).date() - local.date()).days + 1
        return When(start=local.date()), Duration(days=days)
    seconds = int((stop - start).total_seconds())
    return When(start=local, zone=zone), Duration(seconds=seconds)


def _participants(visit: Visit, owner: Owner) -> tuple[Participant, ...]:
    """Return operators and customers; alone, the owner is not worth telling of."""
    found: dict[str, Participant] = {}
    for person in [*visit["operators"], *visit["people"]]:
        email = (person["email"] or "").strip().lower()
        if email:
            found.setdefault(email, Participant(email=email, name=person["name"] or ""))
    return () if [*found] == [owner.email] else tuple(found.values())


def visit_content(
    master: Visit, detached: Iterable[Visit], owner: Owner, *, uid: str
) -> Content:
    """Return a visit, or a series with what was detached of it."""
    details = details_of(master, owner)
    if not master["recurrency"]:
        return normal(Content(uid=uid, details=details))
    # The last day counts to its end, whatever the Z says.
    text = str(master["rrule"]).removeprefix("RRULE:").replace("59Z", "59")
    rule = rule_of(text, details.when)
    overrides: dict[Slot, Details | None] = {
        slot_of(visit, details.when, owner): (
            details_of(visit, owner) if visit["active"] else None
        )
        for visit in detached
    }
    whole = Content(uid=uid, details=details, rules=(_ending(rule, details.when),))
    return normal(replace(whole, overrides=overrides))


def slot_of(visit: Visit, when: When, owner: Owner) -> Slot:
    """Return the slot that a detached visit stands for."""
    local = local_at(moment_of(visit["recurrent_id_date"]), zone=owner.zone)
    return local.date() if when.all_day else local


def _name(found: Json) -> str:
    return str(found[1]) if isinstance(found, list | tuple) else ""


# --- What OpenFire would hold --------------------------------------------------------


def held(content: Content, owner: Owner) -> Content:
    """Return the content as OpenFire would give it back."""
    content = normal(content)
    details = held_details(content.details, owner)
    rules = tuple(_ending(rule, details.when) for rule in content.rules)
    overrides = {
        slot: one and held_details(one, owner)
        for slot, one in content.overrides.items()
    }
    return normal(
        Content(uid=content.uid, details=details, rules=rules, overrides=overrides)
    )


def held_details(details: Details, owner: Owner) -> Details:
    """Return what OpenFire would hold of an occurrence."""
    when, duration = _held_times(details, zone=owner.zone)
    text = details.description
    return normal_details(
        Details(
            when=when,
            duration=duration,
            title=details.title or NO_TITLE,
            description=Text(text=plain(text.text) if text.html else text.text),
            status=details.status,
            free_busy=FreeBusy.BUSY,
            privacy=Privacy.PUBLIC,
            participants=_held_people(details.participants, owner),
            places=details.places[:1],
        )
    )


def _held_times(details: Details, *, zone: str) -> tuple[When, Duration]:
    when = details.when
    if when.all_day:
        return When(start=when.start), Duration(days=max(details.duration.days, 1))
    own = when.zone or zone
    start = instant(when, zone=own).replace(second=0)
    seconds = int((ends(details, zone=own) - start).total_seconds())
    whole = max(seconds // MINUTE, 1) * MINUTE
    local = local_at(start, zone=zone)
    return When(start=local, zone=zone), Duration(seconds=whole)


def _held_people(
    participants: Sequence[Participant], owner: Owner
) -> tuple[Participant, ...]:
    found = {
        person.email: Participant(
            email=person.email,
            name=person.name or person.email,
            answer=Answer.NEEDS_ACTION,
        )
        for person in reversed(participants)
        if person.email
    }
    if not found or [*found] == [owner.email]:
        return ()
    found.setdefault(owner.email, Participant(email=owner.email, name=owner.email))
    return tuple(found.values())


def _ending(rule: Rule, when: When) -> Rule:
    """Return the rule with an end: OpenFire knows no series without one."""
    if rule.count is not None:
        return rule
    day = naive(when.start).date() + LONGEST
    if rule.until is not None:
        until = rule.until
        last = until.date() if isinstance(until, datetime) else until
        if isinstance(until, datetime) and until.time() < naive(when.start).time():
            last -= timedelta(days=1)
        day = min(day, last)
    if not isinstance(when.start, datetime):
        return replace(rule, until=day)
    return replace(rule, until=datetime.combine(day, when.start.time()))


def refused(content: Content, owner: Owner) -> str:
    """Return why OpenFire cannot hold this, as a sentence; empty where it can."""
    zone = content.details.when.zone
    if content.recurs and zone not in (None, owner.zone):
        return "In OpenFire a series keeps to the clocks of the agenda's time zone."
    shown = [content.details, *filter(None, content.overrides.values())]
    if any(one.privacy is not Privacy.PUBLIC for one in shown):
        return "OpenFire has no private visits: everybody there would see this one."
    return refusal(content).replace("Odoo", "OpenFire")


# --- Writing -------------------------------------------------------------------------


def values_of(details: Details, *, zone: str, hours: Hours) -> dict[str, Json]:
    """Return a visit's values; its end is always forced, its people are not among."""
    return {
        "name": details.title or NO_TITLE,
        "description": details.description.text or False,
        "google_address": details.places[0] if details.places else False,
        "state": _WANTED[details.status],
        **time_values(details, zone=zone, hours=hours),
    }


def time_values(details: Details, *, zone: str, hours: Hours) -> dict[str, Json]:
    """Return the times of a visit; without `forcer_dates` OpenFire computes the end."""
    start, stop = _span(details, zone=zone, hours=hours)
    whole = isinstance(details.when.start, datetime)
    duree = (stop - start).total_seconds() / 3600
    if not whole:
        duree = hours.length * max(details.duration.days, 1)
    return {
        "all_day": not whole,
        "date": moment_text(start),
        "forcer_dates": True,
        "date_deadline_forcee": moment_text(stop),
        "duree": duree,
    }


def _span(details: Details, *, zone: str, hours: Hours) -> tuple[datetime, datetime]:
    if isinstance(details.when.start, datetime):
        return instant(details.when, zone=zone), ends(details, zone=zone)
    first = details.when.start
    last = first + timedelta(days=max(details.duration.days, 1) - 1)
    return (
        instant(When(start=datetime.combine(first, hours.begin), zone=zone)),
        instant(When(start=datetime.combine(last, hours.end), zone=zone)),
    )


def slot_moment(slot: Slot, *, zone: str, hours: Hours) -> datetime:
    """Return when an occurrence of a slot begins, in UTC."""
    local = slot if isinstance(slot, datetime) else datetime.combine(slot, hours.begin)
    return instant(When(start=local, zone=zone)).astimezone(UTC)


def rule_values(content: Content) -> dict[str, Json]:
    """Return the fields that make a series of a visit; assumes no refusal."""
    when, rule = content.details.when, content.rules[0]
    parts, start = dict(rule.parts), naive(when.start)
    days = days_of(parts)
    kind = parts["FREQ"].lower()
    values: dict[str, Json] = {
        "recurrency": True,
        "rrule_type": kind,
        "interval": interval(parts),
        **_end_values(rule, start),
    }
    if kind == "weekly":
        chosen = {day for _, day in days} or {DAYS[start.weekday()]}
        values |= {day.lower(): day in chosen for day in DAYS}
    if kind == "monthly" and days:
        nth, day = days[0]
        values |= {"month_by": "day", "byday": str(nth), "week_list": day}
    elif kind == "monthly":
        values |= {"month_by": "date", "day": start.day}
    return values


def _end_values(rule: Rule, start: datetime) -> dict[str, Json]:
    if rule.count is not None:
        return {"end_type": "count", "count": rule.count}
    last = last_slot(rule, start)
    day: date = (last or start + LONGEST).date()
    return {"end_type": "end_date", "final_date": day.isoformat()}
