"""Reading the settings of an agenda or connection: each bad member is named."""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from services.agendas.settings import (
    AgendaSettings,
    Brake,
    Cancelled,
    Declined,
    Deletes,
    Direction,
    FirstSync,
    GoogleEvents,
    GuestMail,
    Participants,
    Rule,
    Templates,
    Types,
)
from services.json_values import merge_patch, pointer_to
from services.ports.values import Json
from services.refusals import Invalid, Problem
from sync.policy import OnDelete
from sync.templates import TemplateInvalid, parsed
from sync.zones import zone_names

__all__ = ["AgendaSettings", "effective", "read_settings"]

GOOGLE_EVENT_TYPES = (
    "default",
    "birthday",
    "focusTime",
    "fromGmail",
    "outOfOffice",
    "workingLocation",
)
MAX_TEXT = 2000
MAX_ENTRIES = 200

FIELDS_OF: Mapping[str, tuple[str, ...]] = {
    "title": ("title",),
    "description": ("description",),
    "start": ("when",),
    "timeZone": ("when",),
    "showWithoutTime": ("when",),
    "duration": ("duration",),
    "locations": ("location",),
    "virtualLocations": ("conference",),
    "status": ("status",),
    "freeBusyStatus": ("freeBusy",),
    "privacy": ("privacy",),
    "participants": ("participant", "answer"),
    "alerts": ("alert", "alerts"),
    "keywords": ("keyword",),
    "color": ("color",),
    "recurrenceRules": ("rules",),
    "recurrenceOverrides": ("there",),
}
"""The members of an item, by which applications name what the engine merges."""

Read = Callable[[Json], Any]
"""Turns one member's JSON into its value, or raises `_Wrong`."""


class _Wrong(Exception):
    """A value is not acceptable; `problems` are relative to it."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__()
        self.problems = problems


def read_settings(json: Json) -> AgendaSettings:
    """Return settings as given with every default filled in.

    Raises Invalid, which names each bad or unknown member by its JSON pointer. A member
    that is null has its default.
    """
    try:
        given = _members(_READERS, json)
    except _Wrong as wrong:
        raise Invalid(
            "These settings cannot be used.", problems=wrong.problems
        ) from None
    direction, by_type = given.pop("direction", (Direction.BOTH, {}))
    conflict, by_field = given.pop("conflict", (Rule.CALENDAR, {}))
    return AgendaSettings(
        direction=direction,
        direction_by_type=by_type,
        conflict=conflict,
        conflict_by_field=by_field,
        **given,
    )


def effective(
    agenda_settings: Mapping[str, Json], connection_settings: Mapping[str, Json]
) -> AgendaSettings:
    """Return what holds for a connection: its own settings over those of its agenda."""
    return read_settings(merge_patch(agenda_settings, connection_settings))


def _wrong(message: str) -> _Wrong:
    return _Wrong(Problem(pointer="", message=message))


def _members(readers: Mapping[str, Read], json: Json) -> dict[str, Any]:
    """Return every member that is given and not null, read by its own reader."""
    if not isinstance(json, Mapping):
        raise _wrong("Must be an object.")
    read: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, value in json.items():
        reader = readers.get(name)
        if reader is None:
            known = ", ".join(sorted(readers))
            message = f"There is no such member here; there are {known}."
            problems.append(Problem(pointer=pointer_to("", name), message=message))
        elif value is not None:
            problems += _taken(read, name, reader, value)
    if problems:
        raise _Wrong(*problems)
    return read


def _taken(
    read: dict[str, Any], name: str, reader: Read, value: Json
) -> Sequence[Problem]:
    try:
        read[name] = reader(value)
    except _Wrong as wrong:
        return _under(name, wrong)
    return ()


def _under(name: object, wrong: _Wrong) -> Sequence[Problem]:
    """Return the problems of a member as problems of the whole."""
    here = pointer_to("", name)
    return [
        Problem(pointer=here + problem.pointer, message=problem.message)
        for problem in wrong.problems
    ]


def _one_of(kind: type[StrEnum]) -> Read:
    def read(json: Json) -> StrEnum:
        if not isinstance(json, str) or json not in list(kind):
            raise _wrong(f"Must be one of {', '.join(kind)}.")
        return kind(json)

    return read


def _default_and(
    other: str, kind: type[StrEnum], standard: StrEnum, *, table: Callable[[Read], Read]
) -> Read:
    """Read one word, or an object with a default and a table of exceptions to it."""
    one = _one_of(kind)
    readers = {"default": one, other: table(one)}

    def read(json: Json) -> tuple[StrEnum, Mapping[str, StrEnum]]:
        if isinstance(json, Mapping):
            given = _members(readers, json)
            return given.get("default", standard), given.get(other, {})
        return one(json), {}

    return read


def _table_of(one: Read) -> Read:
    def read(json: Json) -> Mapping[str, Any]:
        if not isinstance(json, Mapping) or len(json) > MAX_ENTRIES:
            raise _wrong(f"Must be an object of at most {MAX_ENTRIES} members.")
        return _members(dict.fromkeys(json, one), json)

    return read


def _by_field(one: Read) -> Read:
    """Read exceptions by members of an item, and return them by our fields."""

    def read(json: Json) -> Mapping[str, Any]:
        given = _members(dict.fromkeys(FIELDS_OF, one), json)
        return {
            field: rule for name, rule in given.items() for field in FIELDS_OF[name]
        }

    return read


def _number(kind: type[int] | type[float], least: float, most: float) -> Read:
    def read(json: Json) -> float:
        number = isinstance(json, int if kind is int else int | float)
        if not number or isinstance(json, bool) or not least <= json <= most:
            what = "a whole number" if kind is int else "a number"
            raise _wrong(f"Must be {what} from {least} to {most}.")
        return kind(json)

    return read


def _text(json: Json) -> str:
    if not isinstance(json, str) or len(json) > MAX_TEXT:
        raise _wrong(f"Must be text of at most {MAX_TEXT} characters.")
    return json


def _template(json: Json) -> str:
    text = _text(json)
    try:
        parsed(text)
    except TemplateInvalid as error:
        raise _wrong(str(error)) from None
    return text


def _some_text(json: Json) -> str:
    text = _text(json)
    if not text.strip():
        raise _wrong("Must not be empty.")
    return text


def _flag(json: Json) -> bool:
    if not isinstance(json, bool):
        raise _wrong("Must be true or false.")
    return json


def _zone(json: Json) -> str:
    if not isinstance(json, str) or json not in zone_names():
        raise _wrong('Must be the name of a time zone such as "Europe/Amsterdam".')
    return json


def _email(json: Json) -> str:
    text = _some_text(json).strip().lower()
    local, at, domain = text.partition("@")
    if not (local and at and domain) or "@" in domain or " " in text:
        raise _wrong("Must be a mail address.")
    return text


def _event_type(json: Json) -> str:
    if json not in GOOGLE_EVENT_TYPES:
        raise _wrong(f"Must be one of {', '.join(GOOGLE_EVENT_TYPES)}.")
    return str(json)


def _list_of(one: Read) -> Read:
    def read(json: Json) -> tuple[Any, ...]:
        if not isinstance(json, list) or len(json) > MAX_ENTRIES:
            raise _wrong(f"Must be a list of at most {MAX_ENTRIES} entries.")
        problems: list[Problem] = []
        values: dict[str, Any] = {}
        for position, value in enumerate(json):
            problems += _taken(values, str(position), one, value)
        if problems:
            raise _Wrong(*problems)
        return tuple(values.values())

    return read


def _group(record: Callable[..., Any], readers: Mapping[str, Read]) -> Read:
    return lambda json: record(**_members(readers, json))


_READERS: Mapping[str, Read] = {
    "direction": _default_and("by_type", Direction, Direction.BOTH, table=_table_of),
    "time_zone": _zone,
    "window_days": _number(int, 0, 3650),
    "horizon_days": _number(int, 1, 3650),
    "conflict": _default_and("by_field", Rule, Rule.CALENDAR, table=_by_field),
    "allow_external_changes": _flag,
    "deletes": _group(
        Deletes, {"to_calendar": _one_of(OnDelete), "to_agenda": _one_of(OnDelete)}
    ),
    "first_sync": _one_of(FirstSync),
    "max_creates": _number(int, 0, 1_000_000),
    "brake": _group(
        Brake,
        {
            "max_deletes": _number(int, 0, 1_000_000),
            "max_moves": _number(int, 0, 1_000_000),
            "max_share": _number(float, 0, 1),
            "hours": _number(float, 0.1, 168),
        },
    ),
    "guest_mail": _one_of(GuestMail),
    "participants": _one_of(Participants),
    "types": _group(
        Types,
        {
            "include": _list_of(_some_text),
            "exclude": _list_of(_some_text),
            "private": _text,
            "default": _text,
        },
    ),
    "templates": _group(
        Templates,
        {"title": _template, "location": _template, "description": _template},
    ),
    "hold_until": _text,
    "google_events": _one_of(GoogleEvents),
    "event_types": _list_of(_event_type),
    "declined": _one_of(Declined),
    "cancelled": _one_of(Cancelled),
    "calendar_id": _some_text,
    "allowed_accounts": _list_of(_email),
    "poll_seconds": _number(int, 10, 86_400),
    "audit_days": _number(int, 1, 365),
}
