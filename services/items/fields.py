"""Which members of an item are JSCalendar's, which are ours, and which its owner's."""

from collections.abc import Mapping

from services.ports.values import Json

OURS = "tandem.dev:"
"""What our own members begin with; applications leave them alone."""

FIELDS = OURS + "fields"
"""Where the fields of a flat appointment are kept that only its application knows."""

ICAL_UID = OURS + "icalUid"
"""Where the iCalUID of the event is kept that an item came from."""

# https://www.rfc-editor.org/rfc/rfc8984, sections 4 and 5.1
JSCALENDAR_MEMBERS = frozenset(
    """
    @type uid relatedTo prodId created updated sequence method title description
    descriptionContentType showWithoutTime locations virtualLocations links locale
    keywords categories color recurrenceId recurrenceIdTimeZone recurrenceRules
    excludedRecurrenceRules recurrenceOverrides excluded priority freeBusyStatus
    privacy replyTo sentBy participants requestStatus useDefaultAlerts alerts
    localizations timeZone timeZones start duration status
    """.split()  # noqa: SIM905  because one word a line reads worse
)


def extra_of(value: Mapping[str, Json]) -> dict[str, Json]:
    """Return the application's own fields: for templates, types and holds."""
    own = {
        name: member
        for name, member in value.items()
        if name not in JSCALENDAR_MEMBERS and not name.startswith(OURS)
    }
    fields = value.get(FIELDS)
    return {**own, **fields} if isinstance(fields, Mapping) else own


def with_fields(
    value: Mapping[str, Json], fields: Mapping[str, Json]
) -> Mapping[str, Json]:
    """Return the item with these own fields, each where it was; null takes one away.

    New ones become members of the item.
    """
    flat = value.get(FIELDS)
    known = dict(flat) if isinstance(flat, Mapping) else {}
    in_flat = {name: field for name, field in fields.items() if name in known}
    own = {name: field for name, field in fields.items() if name not in known}
    changed = _patched(value, own)
    return {**changed, FIELDS: _patched(known, in_flat)} if in_flat else changed


def _patched(value: Mapping[str, Json], fields: Mapping[str, Json]) -> dict[str, Json]:
    kept = {name: member for name, member in value.items() if name not in fields}
    return kept | {name: new for name, new in fields.items() if new is not None}
