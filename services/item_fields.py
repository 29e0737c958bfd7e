"""Which members of an item are JSCalendar's, which are ours, and which its owner's."""

from collections.abc import Mapping

from services.ports import Json

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
