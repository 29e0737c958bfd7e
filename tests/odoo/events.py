"""`calendar.event`, `calendar.attendee` and `calendar.recurrence`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from tests.odoo.markup import sanitized
from tests.odoo.refusals import AccessError, Fault, MissingError, UserError
from tests.odoo.refusals import ValidationError as Invalid
from tests.odoo.tables import Record, Tables, read_moment

Json = Any
MOST_ROWS = 720
RULE_FIELDS = frozenset(
    {
        *("rrule", "rrule_type", "interval", "end_type", "count", "until", "event_tz"),
        *("mon", "tue", "wed", "thu", "fri", "sat", "sun"),
        *("month_by", "day", "weekday", "byday"),
    }
)
RULE_PARTS = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY"}
"""What fits into these fields; anything else would come out as another series."""
DEFAULTS: Mapping[str, Json] = {
    "name": False,
    "description": False,
    "location": False,
    "videocall_location": False,
    "privacy": "public",
    "show_as": "busy",
    "allday": False,
    "start": None,
    "stop": None,
    "start_date": False,
    "stop_date": False,
    "active": True,
    "access_token": False,
    "recurrency": False,
    "recurrence_id": False,
    "follow_recurrence": False,
}
TIME_FIELDS = frozenset({"start", "stop", "start_date", "stop_date"})
QUIET = "no_mail_to_attendees"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, when, and in which context."""

    uid: int
    partner: int
    groups: frozenset[str]
    now: datetime
    context: Mapping[str, Json]


@dataclass(slots=True)
class Events:
    """The calendar of one database."""

    tables: Tables
    version: int
    own_google_sync: bool = False
    mails: int = 0

    # --- reading ---------------------------------------------------------------------

    def hides(self, number: int, caller: Caller) -> bool:
        """Whether it is another's private event: even for administrators (F17)."""
        event = self.tables.of("calendar.event")[number]
        owner = self.tables.of("res.users")[event["user_id"]]
        privacy = event["privacy"] or owner.get("calendar_default_privacy", "public")
        own = event["user_id"] == caller.uid or caller.partner in event["partner_ids"]
        return privacy == "private" and not own

    # --- writing ---------------------------------------------------------------------

    def create(self, values: Mapping[str, Json], caller: Caller) -> int:
        """Make an event, or the rows of a series; return the first (F20)."""
        self._check_names(values, {"recurrency", "partner_ids"})
        if not values.get("name"):
            raise Invalid("Missing required value for the field 'Meeting Subject'")
        partners = _linked([], values.get("partner_ids", [[4, caller.partner]]))
        rule = {name: values[name] for name in values if name in RULE_FIELDS}
        plain = {name: values[name] for name in values if name not in RULE_FIELDS}
        number = self._add(plain, partners, caller)
        if values.get("recurrency"):
            self._expand(number, rule, caller)
        self._mail(partners, caller)
        return number

    def write(
        self, numbers: Sequence[int], values: Mapping[str, Json], caller: Caller
    ) -> bool:
        """Change events; see F21 for what happens to those of a series."""
        values = dict(values)
        how = values.pop("recurrence_update", None)
        assert how in (None, "self_only"), "a connector never rebuilds a series (F22)"
        self._check_names(values, {"partner_ids"})
        if how is None and RULE_FIELDS & values.keys():
            raise UserError("Unable to save the recurrence with “This Event”")
        for number in numbers:
            self._check_writable(number, caller)
        for number in numbers:
            self._write_one(number, values, caller)
        return True

    def unlink(self, numbers: Sequence[int], caller: Caller) -> bool:
        """Delete rows: no trace is left, and no rule knows of it (F19, F23)."""
        for number in numbers:
            self._check_writable(number, caller)
        for number in numbers:
            event = self.tables.of("calendar.event")[number]
            if self.own_google_sync and event["google_id"]:
                event |= {"active": False, "write_date": caller.now}
                continue
            for attendee in event["attendee_ids"]:
                del self.tables.of("calendar.attendee")[attendee]
            del self.tables.of("calendar.event")[number]
        return True

    def write_attendees(
        self, numbers: Sequence[int], values: Mapping[str, Json], caller: Caller
    ) -> bool:
        """Answer for attendees: the event's write_date does not move (F15)."""
        for number in numbers:
            attendee = self.tables.of("calendar.attendee").get(number)
            if attendee is None:
                raise MissingError("Record does not exist or has been deleted.")
            self._check_writable(attendee["event_id"], caller)
            attendee |= {**values, "write_date": caller.now}
        return True

    # --- one row ---------------------------------------------------------------------

    def _check_names(self, values: Mapping[str, Json], also: set[str]) -> None:
        known = {*DEFAULTS, *RULE_FIELDS, "alarm_ids", "categ_ids", *also}
        known |= {"google_id", "need_sync"} if self.own_google_sync else set()
        for name in values:
            if name not in known:
                raise Fault(f"Invalid field {name!r} on model 'calendar.event'")

    def _check_writable(self, number: int, caller: Caller) -> None:
        if number not in self.tables.of("calendar.event"):
            raise MissingError("Record does not exist or has been deleted.")
        if self.hides(number, caller):
            raise AccessError("You are not allowed to access this private event.")

    def _add(
        self, values: Mapping[str, Json], partners: list[int], caller: Caller
    ) -> int:
        event: Record = {
            **DEFAULTS,
            "privacy": "public" if self.version == 17 else False,
            "user_id": caller.uid,
            "partner_id": caller.partner,
            "partner_ids": [],
            "attendee_ids": [],
            "alarm_ids": [],
            "categ_ids": [],
            "write_date": caller.now,
            "write_uid": caller.uid,
            **({"google_id": False} if self.own_google_sync else {}),
        }
        number = self.tables.add("calendar.event", event)
        row = self.tables.of("calendar.event")[number]
        try:
            self._set(row, values)
        except Fault:
            del self.tables.of("calendar.event")[number]
            raise
        if self.version == 19 and not caller.context.get("skip_contact_description"):
            row["description"] = f"{row['description'] or ''}<p>Organized by</p>"
        self._invite(row, partners, caller)
        return number

    def _write_one(
        self, number: int, values: Mapping[str, Json], caller: Caller
    ) -> None:
        row = self.tables.of("calendar.event")[number]
        moved = any(values.get(name) for name in TIME_FIELDS)
        if row["recurrence_id"] and moved and "follow_recurrence" not in values:
            row["follow_recurrence"] = False
        self._set(row, values)
        if "partner_ids" in values:
            wanted = _linked(row["partner_ids"], values["partner_ids"])
            self._invite(row, wanted, caller)
            self._mail(wanted, caller)
        row |= {"write_date": caller.now, "write_uid": caller.uid}

    def _set(self, row: Record, values: Mapping[str, Json]) -> None:
        changed = {name: values[name] for name in values if name != "partner_ids"}
        for name in ("alarm_ids", "categ_ids"):
            if name in changed:
                changed[name] = _linked(row[name], changed[name])
        if "description" in changed:
            changed["description"] = sanitized(changed["description"])
        row |= _timed(row, changed)
        if row["start"] is None or row["stop"] is None:
            raise Invalid("Missing required value for the field 'Start'")
        if row["stop"] < row["start"]:
            raise Invalid("The ending date and time cannot be earlier than the start.")

    def _invite(self, row: Record, partners: list[int], caller: Caller) -> None:
        """Let attendees follow partners; the caller's own is accepted (F16)."""
        attendees = self.tables.of("calendar.attendee")
        for gone in list(row["attendee_ids"]):
            if attendees[gone]["partner_id"] not in partners:
                row["attendee_ids"].remove(gone)
                del attendees[gone]
        known = {attendees[one]["partner_id"] for one in row["attendee_ids"]}
        for partner in partners:
            if partner not in known:
                values = {
                    "event_id": row["id"],
                    "partner_id": partner,
                    "email": self.tables.of("res.partner")[partner]["email"],
                    "state": "accepted" if partner == caller.partner else "needsAction",
                    "write_date": caller.now,
                }
                row["attendee_ids"].append(self.tables.add("calendar.attendee", values))
        row["partner_ids"] = list(partners)

    def _mail(self, partners: Sequence[int], caller: Caller) -> None:
        if not caller.context.get(QUIET):
            self.mails += len([one for one in partners if one != caller.partner])

    # --- series ----------------------------------------------------------------------

    def _expand(self, number: int, rule: Mapping[str, Json], caller: Caller) -> None:
        base = self.tables.of("calendar.event")[number]
        text, zone = str(rule["rrule"]), str(rule.get("event_tz") or "UTC")
        values = {
            "rrule": text,
            "event_tz": zone,
            "base_event_id": number,
            "write_date": caller.now,
        }
        recurrence = self.tables.add("calendar.recurrence", values)
        tied = {"recurrency": True, "recurrence_id": recurrence}
        base |= {**tied, "follow_recurrence": True}
        for start, stop in self._ranges(base, text, zone):
            if start != base["start"]:
                self._copy(base, start, stop, caller)

    def _copy(
        self, base: Record, start: datetime, stop: datetime, caller: Caller
    ) -> None:
        copied = {
            name: base[name] for name in base if name not in ("id", "attendee_ids")
        }
        copied |= {"start": start, "stop": stop, "attendee_ids": []}
        # Neither is copied to the others of a series.
        copied |= {"access_token": False, "partner_ids": []}
        if base["allday"]:
            copied |= {
                "start_date": start.date().isoformat(),
                "stop_date": stop.date().isoformat(),
            }
        number = self.tables.add("calendar.event", copied)
        row = self.tables.of("calendar.event")[number]
        self._invite(row, base["partner_ids"], caller)

    def _ranges(
        self, base: Record, text: str, zone: str
    ) -> Iterator[tuple[datetime, datetime]]:
        """Yield the occurrences, by the clocks of the zone, 720 at most (F18)."""
        length, tz = base["stop"] - base["start"], ZoneInfo(zone)
        first = base["start"]
        if not base["allday"]:
            first = first.replace(tzinfo=UTC).astimezone(tz).replace(tzinfo=None)
        parts = {part.partition("=")[0] for part in text.split(";")}
        assert parts <= RULE_PARTS, f"no form of Odoo's holds {text}"
        last_year = first.year + 15 if self.version == 19 else 9990
        for count, local in enumerate(rrulestr(text, dtstart=first)):
            if count == MOST_ROWS or local.year >= last_year:
                return
            start = local
            if not base["allday"]:
                start = local.replace(tzinfo=tz).astimezone(UTC).replace(tzinfo=None)
            yield start, start + length


def _timed(row: Record, values: dict[str, Json]) -> dict[str, Json]:
    """Return the values with both ends of both forms (F10, F11)."""
    whole = {**row, **values}
    if whole["allday"]:
        first = whole["start_date"] or whole["start"].date().isoformat()
        last = whole["stop_date"] or first
        dates = {"start_date": first, "stop_date": last}
        start = datetime.combine(date.fromisoformat(first), time(8))
        stop = datetime.combine(date.fromisoformat(last), time(18))
        return {**values, **dates, "start": start, "stop": stop}
    times: dict[str, Json] = {
        name: read_moment(values[name]) for name in ("start", "stop") if name in values
    }
    if "start" in times and "stop" not in times and row["stop"] is not None:
        times["stop"] = times["start"] + (row["stop"] - row["start"])
    ends: dict[str, Json] = {**times, "start_date": False, "stop_date": False}
    return {**values, **ends}


def _linked(held: Sequence[int], commands: Sequence[Sequence[Json]]) -> list[int]:
    """Apply many2many commands; 0 and 1 are not supported for attendees (F12)."""
    found = list(held)
    for command in commands:
        match command[0]:
            case 6:
                found = list(command[2])
            case 4:
                found += [command[1]] if command[1] not in found else []
            case 3:
                found = [one for one in found if one != command[1]]
            case _:
                raise Fault(f"The command {command!r} is not supported here.")
    return found
