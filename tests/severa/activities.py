"""What the stand-in for Severa keeps: activities, their types, people.

The rules [S6] and so on are lines of docs/connectors/severa.md.
"""

from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from tests.severa.answers import Refused, Row

WRITABLE = frozenset(
    {
        *("name", "notes", "location", "startDateTime", "endDateTime", "isAllDay"),
        *("activityType", "ownerUser", "isClosed", "isUnassigned"),
        *("customer", "phase", "recurrence"),
    }
)
LONGEST_LOCATION = 1000
OFFICE = (
    ("Meeting", "CalendarEntry"),
    ("Visit", "CalendarEntry"),
    ("Holiday", "Absences"),
    ("Own affairs", "Personal"),
    ("To do", "Task"),
)
STAFF = (("anna", "Anna"), ("ben", "Ben"), ("carla", "Carla"))


@dataclass(kw_only=True)
class Activities:
    """Everything that one Severa holds, by guid."""

    now: Callable[[], datetime]
    rows: dict[str, Row] = field(default_factory=dict)
    invitations: dict[str, Row] = field(default_factory=dict)
    types: list[Row] = field(default_factory=list)
    users: list[Row] = field(default_factory=list)
    series_written: int = 0
    _count: int = 0

    def __post_init__(self) -> None:
        for name, category in OFFICE:
            row = {"guid": self.new_guid(), "name": name, "category": category}
            self.types.append({**row, "isActive": True})
        for name, shown in STAFF:
            row = {"guid": self.new_guid(), "firstName": shown, "lastName": ""}
            email = f"{name}@example.com"
            self.users.append({**row, "email": email, "isActive": True})

    def new_guid(self) -> str:
        """Return the next guid; they say nothing of the order."""
        self._count += 1
        return str(
            UUID(int=(self._count * 0x9E3779B97F4A7C15F39CC0605CEDC835) % 2**128)
        )

    def type_named(self, name: str) -> Row:
        """Return a type by its name."""
        [found] = [row for row in self.types if row["name"] == name]
        return found

    def user(self, name: str) -> Row:
        """Return a user by the beginning of the address."""
        [found] = [row for row in self.users if row["email"].startswith(f"{name}@")]
        return found

    # --- activities ------------------------------------------------------------------

    def listed(self, query: Mapping[str, list[str]], *, heard: bool) -> list[Row]:
        """[S6] [S7] [S8] What changed since, what overlaps; never the series itself.

        [S9] Filters by user and category are ignored unless `heard`.
        """
        rows: Iterable[Row] = self.rows.values()
        rows = [row for row in rows if row["recurrenceType"] != "Series"]
        if "changedSince" in query:
            since = moment(query["changedSince"][0])
            rows = [row for row in rows if moment(row["lastUpdatedDateTime"]) >= since]
        if "startDateTime" in query:
            start, end = (
                moment(query[f"{one}DateTime"][0]) for one in ("start", "end")
            )
            rows = [
                row
                for row in rows
                if moment(row["startDateTime"]) <= end
                and moment(row["endDateTime"] or row["startDateTime"]) >= start
            ]
        if heard:
            rows = [
                row
                for row in rows
                if row["ownerUser"]["guid"] in query["userGuids"]
                and row["activityType"]["category"] in query["activityCategories"]
            ]
        return [self.shown(row["guid"]) for row in rows]

    def shown(self, guid: str) -> Row:
        """[S10] Return an activity: moments in UTC, and nothing of who takes part."""
        if guid not in self.rows:
            raise Refused(404, "NotFound", "Activity")
        return deepcopy(self.rows[guid])

    def made(self, body: Any) -> Row:
        """[S12] Make an activity; the guid is Severa's own."""
        for name in ("name", "startDateTime", "activityType", "ownerUser"):
            if not body.get(name):
                raise Refused(400, "InvalidParameter", f"{name} is required")
        row: Row = {
            "guid": self.new_guid(),
            "notes": None,
            "location": None,
            "endDateTime": None,
            "isAllDay": False,
            "isClosed": False,
            "hasHours": False,
            "projectTaskStatus": None,
            "recurrenceType": "None",
            "recurrenceParentActivityGuid": None,
        }
        for name, value in body.items():
            if name in WRITABLE:
                row[name] = self._checked(name, value)
        self.rows[row["guid"]] = row
        return self.touched(row["guid"])

    def patched(self, guid: str, operations: Any) -> Row:
        """[S13] Replace members alone; an occurrence becomes an exception."""
        row = self.shown(guid)
        if not isinstance(operations, list) or not operations:
            raise Refused(400, "InvalidParameter", "An array of operations is needed")
        for one in operations:
            name = one["path"].removeprefix("/")
            if one["op"] != "Replace" or name not in WRITABLE:
                raise Refused(400, "InvalidParameter", f"{one['op']} {one['path']}")
            row[name] = self._checked(name, one["value"])
        if row["recurrenceType"] == "Series":
            self.series_written += 1
        if row["recurrenceType"] == "Occurrence":
            row["recurrenceType"] = "Exception"
        self.rows[guid] = row
        return self.touched(guid)

    def delete(self, guid: str) -> None:
        """[S14] Delete for good; nothing tells of it afterwards."""
        row = self.shown(guid)
        if row["hasHours"]:
            raise Refused(400, "InvalidParameter", "The activity has hours")
        if row["recurrenceType"] == "Series":
            self.series_written += 1
        del self.rows[guid]
        for name, one in list(self.invitations.items()):
            if one["activityGuid"] == guid:
                del self.invitations[name]

    def touched(self, guid: str) -> Row:
        """[S15] Stamp a change, in whole seconds: no better is promised."""
        at = self.now().astimezone(UTC).replace(microsecond=0)
        self.rows[guid]["lastUpdatedDateTime"] = at.isoformat()
        return self.shown(guid)

    def _checked(self, name: str, value: Any) -> Any:
        if name in ("startDateTime", "endDateTime"):
            return value and moment(value).isoformat()
        if name == "activityType":
            return self._known(self.types, value, "name", "category")
        if name == "ownerUser":
            return self._known(self.users, value, "firstName")
        if name == "name" and not str(value).strip():
            raise Refused(400, "InvalidParameter", "name is required")
        if name == "location" and utf16(value or "") > LONGEST_LOCATION:
            raise Refused(400, "InvalidParameter", "location is too long")
        return value

    def _known(self, rows: list[Row], value: Any, *members: str) -> Row:
        for row in rows:
            if row["guid"] == value.get("guid"):
                return {name: row[name] for name in ("guid", *members)}
        raise Refused(400, "InvalidParameter", "There is no such guid")

    # --- who takes part --------------------------------------------------------------

    def participants(self, guid: str) -> list[Row]:
        """[S16] Return who takes part: of one activity at a time."""
        self.shown(guid)
        found = self.invitations.values()
        return [deepcopy(row) for row in found if row["activityGuid"] == guid]

    def invited(self, body: Any) -> Row:
        """[S16] Add somebody by guid; this does not stamp the activity."""
        self.shown(body["activityGuid"])
        user = next(
            (row for row in self.users if row["guid"] == body.get("participantGuid")),
            None,
        )
        if user is None:
            raise Refused(400, "InvalidParameter", "participantGuid")
        row = {
            "guid": self.new_guid(),
            "name": user["firstName"],
            "email": user["email"],
            "type": "User",
            "status": "Invited",
            "participantGuid": user["guid"],
            "activityGuid": body["activityGuid"],
        }
        self.invitations[row["guid"]] = row
        return deepcopy(row)

    def confirmed(self, guid: str, operations: Any) -> Row:
        """[S16] Of a participant only whether it is confirmed can be written."""
        for one in operations:
            if (one["op"], one["path"]) != ("Replace", "/isConfirmed"):
                raise Refused(400, "InvalidParameter", one["path"])
            answer = "Accepted" if one["value"] else "Invited"
            self.invitations[guid]["status"] = answer
        return deepcopy(self.invitations[guid])

    def uninvite(self, activity: str, guid: str) -> None:
        """Let somebody take part no more."""
        row = self.invitations.get(guid)
        if row is None or row["activityGuid"] != activity:
            raise Refused(404, "NotFound", "Participant")
        del self.invitations[guid]

    # --- people at Severa ------------------------------------------------------------

    def add_series(self, row: Row, *, weeks: int) -> list[str]:
        """Make a weekly series as its page does; return its occurrences' guids."""
        parent = self.made(row)["guid"]
        self.rows[parent]["recurrenceType"] = "Series"
        guids = []
        for week in range(weeks):
            times = {
                name: (moment(row[name]) + timedelta(weeks=week)).isoformat()
                for name in ("startDateTime", "endDateTime")
            }
            one = self.made({**row, **times})["guid"]
            self.rows[one]["recurrenceType"] = "Occurrence"
            self.rows[one]["recurrenceParentActivityGuid"] = parent
            guids.append(one)
        return guids


def moment(text: Any) -> datetime:
    """[S17] Return a moment in UTC; one without an offset is refused."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Refused(400, "InvalidParameter", str(text)) from None
    if found.tzinfo is None:
        raise Refused(400, "InvalidParameter", f"{text} has no offset")
    return found.astimezone(UTC)


def utf16(text: str) -> int:
    """Return how long a text is to .NET."""
    return len(text.encode("utf-16-le")) // 2
