"""The web page's forms: an event as its fields, and back to an event's body."""

from datetime import date, datetime, timedelta

from werkzeug.datastructures import MultiDict

from local.google.errors import invalid
from local.google.model import Resource
from local.google.recurrence import rule_parts, rule_text
from local.google.times import zone

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
REPEATS = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
TEXTS = ("summary", "location", "description")

Form = MultiDict[str, str]


def empty_form(day: date, zone_name: str) -> dict[str, object]:
    """Return the fields of an event that is still to be made."""
    return {
        "start_date": day.isoformat(),
        "start_time": "09:00",
        "end_date": day.isoformat(),
        "end_time": "10:00",
        "time_zone": zone_name,
        "repeat": "",
        "days": [],
        "interval": "1",
    }


def form_of(fields: Resource, *, zone_name: str) -> dict[str, object]:
    """Return an event's fields as the form shows them, times in its own zone."""
    shown: dict[str, object] = {name: fields.get(name, "") for name in TEXTS}
    guests = [entry["email"] for entry in fields.get("attendees", ())]
    shown["guests"] = ", ".join(guests)
    shown.update(_times_of(fields, zone_name))
    shown.update(_repeat_of(fields.get("recurrence") or []))
    return shown


def _times_of(fields: Resource, zone_name: str) -> dict[str, object]:
    start, end = fields["start"], fields["end"]
    if "date" in start:
        last = date.fromisoformat(end["date"]) - timedelta(days=1)
        return {
            "all_day": True,
            "start_date": start["date"],
            "end_date": last.isoformat(),
            "time_zone": zone_name,
        }
    here = zone(start["timeZone"])
    first = datetime.fromisoformat(start["dateTime"]).astimezone(here)
    last_time = datetime.fromisoformat(end["dateTime"]).astimezone(here)
    return {
        "all_day": False,
        "start_date": first.date().isoformat(),
        "start_time": first.strftime("%H:%M"),
        "end_date": last_time.date().isoformat(),
        "end_time": last_time.strftime("%H:%M"),
        "time_zone": start["timeZone"],
    }


def _repeat_of(lines: list[str]) -> dict[str, object]:
    rules = [line for line in lines if line.startswith("RRULE:")]
    if not rules:
        return {"repeat": "", "days": [], "interval": "1"}
    parts = rule_parts(rules[0].removeprefix("RRULE:"))
    until = parts.get("UNTIL", "")[:8]
    return {
        "repeat": parts["FREQ"],
        "days": parts.get("BYDAY", "").split(","),
        "interval": parts.get("INTERVAL", "1"),
        "count": parts.get("COUNT", ""),
        "until": f"{until[:4]}-{until[4:6]}-{until[6:]}" if until else "",
    }


def body_of(form: Form) -> Resource:
    """Return the event body that a form means."""
    body: Resource = {name: form.get(name, "").strip() for name in TEXTS}
    body["start"], body["end"] = _times(form)
    if "guests" in form:
        entries = form["guests"].replace("\n", ",").split(",")
        emails = [text.strip() for text in entries if text.strip()]
        body["attendees"] = [{"email": email} for email in emails]
    return body


def with_answers(body: Resource, fields: Resource) -> Resource:
    """Return a body whose guests keep what they answered before."""
    known = {entry["email"].lower(): entry for entry in fields.get("attendees", ())}
    if "attendees" not in body:
        return body
    attendees = [
        known.get(entry["email"].lower(), entry) for entry in body["attendees"]
    ]
    return {**body, "attendees": attendees}


def _times(form: Form) -> tuple[Resource, Resource]:
    first, last = form.get("start_date", ""), form.get("end_date", "")
    if form.get("all_day"):
        try:
            end = date.fromisoformat(last or first) + timedelta(days=1)
        except ValueError:
            raise invalid("Invalid end time.") from None
        none = {"dateTime": None, "timeZone": None}
        return {"date": first, **none}, {"date": end.isoformat(), **none}
    here = {"timeZone": form.get("time_zone") or "UTC", "date": None}
    start = f"{first}T{form.get('start_time') or '00:00'}:00"
    end_text = f"{last or first}T{form.get('end_time') or '00:00'}:00"
    return {"dateTime": start, **here}, {"dateTime": end_text, **here}


def recurrence_of(form: Form) -> list[str]:
    """Return the recurrence lines that a form means."""
    frequency = form.get("repeat", "")
    if not frequency:
        return []
    if frequency not in REPEATS:
        raise invalid("Invalid recurrence rule.")
    parts = {"FREQ": frequency}
    if form.get("interval", "1") != "1":
        parts["INTERVAL"] = form["interval"]
    days = [day for day in form.getlist("days") if day in DAYS]
    if frequency == "WEEKLY" and days:
        parts["BYDAY"] = ",".join(days)
    if form.get("count"):
        parts["COUNT"] = form["count"]
    elif form.get("until"):
        parts["UNTIL"] = form["until"].replace("-", "")
        if not form.get("all_day"):
            parts["UNTIL"] += "T235959Z"
    return [f"RRULE:{rule_text(parts)}"]


def moved_times(body: Resource, *, shown: Resource, master: Resource) -> Resource:
    """Return a body for the whole series: its start moves as the instance did."""
    moved = dict(body)
    for side in ("start", "end"):
        if "date" in shown[side] or body[side].get("date"):
            moved[side] = _moved_day(body[side], shown[side], master[side])
        else:
            moved[side] = _moved_instant(body[side], shown[side], master[side])
    return moved


def _moved_day(new: Resource, old: Resource, base: Resource) -> Resource:
    if not new.get("date") or "date" not in old:
        raise invalid("To turn a series into whole days, open the series itself.")
    shift = date.fromisoformat(new["date"]) - date.fromisoformat(old["date"])
    day = date.fromisoformat(base["date"]) + shift
    return {**new, "date": day.isoformat()}


def _moved_instant(new: Resource, old: Resource, base: Resource) -> Resource:
    here = zone(new["timeZone"])
    shown = datetime.fromisoformat(old["dateTime"]).astimezone(here)
    first = datetime.fromisoformat(base["dateTime"]).astimezone(here)
    wanted = datetime.fromisoformat(new["dateTime"])
    shift = wanted - shown.replace(tzinfo=None)
    return {**new, "dateTime": (first.replace(tzinfo=None) + shift).isoformat()}
