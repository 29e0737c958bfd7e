"""The agenda's side through templates: texts made from an item's fields.

They go one way. What is turned back holds the item's own texts, whatever was wanted.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sync.content import Details, Text, length
from sync.normal import normal_details
from sync.templates import line_of, text_of, text_of_field
from sync.times import ends, local_at, shifted
from sync.values import Json, day_of, naive

TITLE, LOCATION, DESCRIPTION = "title", "location", "description"
A_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class TemplateView:
    """Texts of one item by template; an empty template leaves the item's own text.

    `extra` are the fields that only its application knows.
    """

    title: str = ""
    location: str = ""
    description: str = ""
    extra: Mapping[str, Json] = field(default_factory=dict)

    def templated(self, name: str) -> bool:
        """Return whether a field of ours is made by template."""
        made = {TITLE: self.title, LOCATION: self.location}
        return bool({**made, DESCRIPTION: self.description}.get(name))

    def show(self, held: Details) -> Details:
        """Return what an occurrence shows, its texts made by template."""
        values = values_of(held, self.extra)
        shown = held
        if self.title:
            shown = replace(shown, title=line_of(self.title, values))
        if self.location:
            place = line_of(self.location, values)
            shown = replace(shown, places=(place, *held.places[1:]) if place else ())
        if self.description:
            shown = replace(shown, description=text_of(self.description, values))
        return normal_details(shown)

    def hold(self, wanted: Details, now: Details | None) -> Details:
        """Return the occurrence with the item's own texts, as they are now."""
        if now is None:
            return wanted
        if self.title:
            wanted = replace(wanted, title=now.title)
        if self.location:
            wanted = replace(wanted, places=now.places)
        if self.description:
            wanted = replace(wanted, description=now.description)
        return wanted


def values_of(details: Details, extra: Mapping[str, Json]) -> dict[str, Text]:
    """Return what the fields of one occurrence hold, by the names for templates.

    The item's own members come before fields of the same name. What lies in an object
    is named with a slash: `customer/name`.
    """
    own = {
        TITLE: details.title,
        LOCATION: details.places[0] if details.places else "",
        "start": _clock(details.when.start),
        "end": _clock(_end(details)),
    }
    return {
        **_flattened(extra, ""),
        **{name: Text(text=text) for name, text in own.items()},
        DESCRIPTION: details.description,
    }


def _flattened(fields: Mapping[str, Json], under: str) -> dict[str, Text]:
    found: dict[str, Text] = {}
    for name, value in fields.items():
        if isinstance(value, Mapping):
            found |= _flattened(value, f"{under}{name}/")
        else:
            found[under + name] = Text(text=text_of_field(value))
    return found


def _clock(moment: object) -> str:
    """Return a local time as people read it: a date, or a date and a time."""
    if isinstance(moment, datetime):
        return moment.strftime("%Y-%m-%d %H:%M")
    return str(moment)


def _end(details: Details) -> object:
    """Return when it ends, by the clock of its own zone; of whole days the last."""
    when = details.when
    if not isinstance(when.start, datetime):
        more = max(length(details.duration) - A_DAY, timedelta(0))
        return day_of(shifted(naive(when.start), more))
    if when.zone is None:
        return shifted(when.start, length(details.duration))
    return local_at(ends(details, zone=when.zone), zone=when.end_zone or when.zone)
