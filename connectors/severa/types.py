"""Activity types of Severa, chosen by their names: pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from connectors.base import Json
from connectors.severa.mapping import PERSONAL

ENTRY = "CalendarEntry"
NEVER = "Task"


@dataclass(frozen=True, kw_only=True, slots=True)
class ActivityType:
    """A type that an administrator of Severa made, in one of its categories."""

    guid: str
    name: str
    category: str


def types_of(rows: Iterable[Mapping[str, Json]]) -> list[ActivityType]:
    """Return the types that may be given, in the order of their names."""
    found = [
        ActivityType(
            guid=row["guid"],
            name=row.get("name") or "",
            category=row.get("category") or "",
        )
        for row in rows
        if row.get("isActive", True) is not False
    ]
    return sorted(found, key=lambda each: each.name.casefold())


def named(types: Sequence[ActivityType], name: str) -> ActivityType | None:
    """Return the type of a name, or else the first of the category of that name."""
    wanted = name.strip().casefold()
    for member in ("name", "category"):
        for each in types:
            if getattr(each, member).casefold() == wanted and each.category != NEVER:
                return each
    return None


def usual_name(*, private: bool, default: str) -> str:
    """Return the type, or category, of what nobody named a type for."""
    return PERSONAL if private else default or ENTRY
