"""Kinds of appointment: how Google's client and our API show the same one.

The year is far ahead, so that these dates stay inside every connection's window. In it,
Amsterdam's clocks skip an hour on March 30th and repeat one on October 26th.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

Json = dict[str, Any]

AMSTERDAM = "Europe/Amsterdam"
NEW_YORK = "America/New_York"


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """One kind, as both sides show it, but for the title."""

    event: Json
    item: Json

    def also(self, event: Json, item: Json) -> "Kind":
        """Return the kind with these members on both sides."""
        return replace(self, event={**self.event, **event}, item={**self.item, **item})


def at(local: str, zone: str = AMSTERDAM) -> Json:
    """Return Google's moment of a local time."""
    return {"dateTime": f"{local}:00", "timeZone": zone}


def timed(start: Json, end: Json, duration: str = "", **item: Any) -> Kind:
    """Return a single event with these times, and the calendar's own reminders."""
    lasting = {"duration": duration} if duration else {}
    zoned = {"start": start["dateTime"], "timeZone": start["timeZone"], **lasting}
    return Kind(
        event={"start": start, "end": end, "reminders": {"useDefault": True}},
        item={**zoned, "useDefaultAlerts": True, **item},
    )


def all_day(first: str, after: str, duration: str) -> Kind:
    """Return a single event of whole days."""
    return Kind(
        event={
            "start": {"date": first},
            "end": {"date": after},
            "reminders": {"useDefault": True},
        },
        item={
            "start": f"{first}T00:00:00",
            "showWithoutTime": True,
            "duration": duration,
            "useDefaultAlerts": True,
        },
    )


MEETING = timed(at("2031-03-03T10:00"), at("2031-03-03T11:00"), "PT1H")
DAY = all_day("2031-03-03", "2031-03-04", "P1D")


def series(*lines: str, of: Kind = MEETING, **rule: Any) -> Kind:
    """Return a series that begins on Monday, March 3rd."""
    whole = {"@type": "RecurrenceRule", **rule}
    return of.also({"recurrence": list(lines)}, {"recurrenceRules": [whole]})


def overridden(kind: Kind, line: str, slot: str, patch: Json) -> Kind:
    """Return a series with one more line, and the override that it stands for."""
    lines = [*kind.event["recurrence"], line]
    return kind.also({"recurrence": lines}, {"recurrenceOverrides": {slot: patch}})


def reminded(*reminders: tuple[str, int]) -> Kind:
    """Return a meeting with reminders of its own: (popup or email, minutes before)."""
    own = [{"method": method, "minutes": minutes} for method, minutes in reminders]
    alerts = {
        f"{'email' if method == 'email' else 'display'}-{minutes}": {
            "@type": "Alert",
            "trigger": {"@type": "OffsetTrigger", "offset": f"-PT{minutes}M"},
            **({"action": "email"} if method == "email" else {}),
        }
        for method, minutes in reminders
    }
    item = {name: MEETING.item[name] for name in ("start", "timeZone", "duration")}
    overrides = {"overrides": own} if own else {}
    return Kind(
        event={**MEETING.event, "reminders": {"useDefault": False, **overrides}},
        item={**item, **({"alerts": alerts} if alerts else {})},
    )


WEEKLY = series("RRULE:FREQ=WEEKLY;COUNT=8", frequency="weekly", count=8)
PLACE = {"1": {"@type": "Location", "name": "Dorpsstraat 1, Utrecht"}}
END_IN_NEW_YORK = {
    "end": {"@type": "Location", "relativeTo": "end", "timeZone": NEW_YORK}
}

KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "one-off": MEETING,
        "in another zone": timed(
            at("2031-03-03T10:00", NEW_YORK), at("2031-03-03T11:00", NEW_YORK), "PT1H"
        ),
        "all day": DAY,
        "all day for a week": all_day("2031-03-28", "2031-04-04", "P7D"),
        "over days": timed(at("2031-03-03T10:00"), at("2031-03-05T12:00"), "PT50H"),
        "no length": timed(at("2031-03-03T10:00"), at("2031-03-03T10:00")),
        "over the night of an hour less": timed(
            at("2031-03-29T23:00"), at("2031-03-30T04:00"), "PT4H"
        ),
        "over the night of an hour more": timed(
            at("2031-10-25T23:00"), at("2031-10-26T04:00"), "PT6H"
        ),
        "flight": timed(
            at("2031-03-03T10:00"),
            at("2031-03-03T13:00", NEW_YORK),
            "PT9H",
            locations=END_IN_NEW_YORK,
        ),
        "weekly, counted": WEEKLY,
        "weekly, until a day": series(
            "RRULE:FREQ=WEEKLY;UNTIL=20310428T080000Z",
            frequency="weekly",
            until="2031-04-28T10:00:00",
        ),
        "weekly, endless": series("RRULE:FREQ=WEEKLY", frequency="weekly"),
        "first Monday of the month": series(
            "RRULE:FREQ=MONTHLY;COUNT=6;BYDAY=1MO",
            frequency="monthly",
            count=6,
            byDay=[{"@type": "NDay", "day": "mo", "nthOfPeriod": 1}],
        ),
        "weekly, all day": series(
            "RRULE:FREQ=WEEKLY;COUNT=8", of=DAY, frequency="weekly", count=8
        ),
        "one time more": overridden(
            WEEKLY,
            "RDATE;TZID=Europe/Amsterdam:20310313T150000",
            "2031-03-13T15:00:00",
            {},
        ),
        "one time less": overridden(
            WEEKLY,
            "EXDATE;TZID=Europe/Amsterdam:20310317T100000",
            "2031-03-17T10:00:00",
            {"excluded": True},
        ),
        "private": MEETING.also(
            {"visibility": "private"}, {"privacy": "private", "type": "Personal"}
        ),
        "secret": MEETING.also(
            {"visibility": "confidential"}, {"privacy": "secret", "type": "Personal"}
        ),
        "free": MEETING.also(
            {"transparency": "transparent"}, {"freeBusyStatus": "free"}
        ),
        "tentative": MEETING.also({"status": "tentative"}, {"status": "tentative"}),
        "reminders of its own": reminded(("popup", 10), ("email", 45)),
        "without reminders": reminded(),
        "place": MEETING.also(
            {"location": "Dorpsstraat 1, Utrecht"}, {"locations": PLACE}
        ),
        "colour": MEETING.also({"colorId": "11"}, {"color": "crimson"}),
        "plain text": MEETING.also(
            {"description": "Key at 14b.\nRing twice, < 5 minutes."},
            {"description": "Key at 14b.\nRing twice, < 5 minutes."},
        ),
        "HTML": MEETING.also(
            {"description": "<b>Key</b> at 14b"},
            {"description": "<b>Key</b> at 14b", "descriptionContentType": "text/html"},
        ),
        "title in Arabic 🦊 زيارة": MEETING,
    }
)
"""What both sides can hold, by what people call it."""
