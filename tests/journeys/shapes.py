"""Events and items in forms that can be compared."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.journeys.tandem_server import Json

BOOKKEEPING = ("@type", "uid", "created", "updated", "sequence", "tandem.dev:icalUid")


def uids(item: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the uid of an item, and of the event that it came from."""
    return item["uid"], item.get("tandem.dev:icalUid", "")


def plain(item: Mapping[str, Any]) -> Json:
    """Return an item without what is kept for its own sake."""
    return {name: value for name, value in item.items() if name not in BOOKKEEPING}


def shown(event: Mapping[str, Any], names: Mapping[str, Any]) -> Json:
    """Return these members of an event, its times in a form that can be compared."""
    found: Json = {name: event.get(name) for name in names}
    for name in ("start", "end"):
        if found.get(name):
            found[name] = moment(found[name])
    if found.get("recurrence"):
        found["recurrence"] = sorted(map(line, found["recurrence"]))
    return found


def line(text: str) -> str:
    """Return a line of a recurrence without what Google adds to it."""
    name, _, value = text.partition(":")
    parts = [part for part in value.split(";") if part != "WKST=MO"]
    return f"{name}:{';'.join(sorted(parts))}"


def moment(time_of: Mapping[str, str], zone: str = "") -> tuple[str, str]:
    """Return when a moment of Google's is, and the zone that it is shown in."""
    if "date" in time_of:
        return time_of["date"], ""
    zone = time_of.get("timeZone", zone)
    at = datetime.fromisoformat(time_of["dateTime"])
    at = at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))
    return at.astimezone(UTC).isoformat(), zone
