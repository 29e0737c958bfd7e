"""An organization's settings as the policy by which its links are merged."""

from datetime import UTC, datetime

from connectors.base import Connector
from services.setting_values import Direction, Participants, Rule
from services.settings import AgendaSettings
from sync.google import project
from sync.policy import Policy
from sync.sides import Pair, Side

LONG_AGO = datetime.min.replace(tzinfo=UTC)


def policy_of(settings: AgendaSettings, connector: Connector, *, zone: str) -> Policy:
    """Return how links are merged under these settings."""

    def winner(name: str, pair: Pair) -> Side:
        field = name.partition("/")[0]
        rule = settings.conflict_by_field.get(field, settings.conflict)
        return _later(pair) if rule is Rule.LATEST else Side(rule)

    def carries(target: Side, name: str) -> bool:
        if not _directed(settings.direction, target):
            return False
        return not (
            target is Side.CALENDAR
            and name.startswith("participant/")
            and settings.participants is not Participants.GUESTS
        )

    return Policy(
        project={
            Side.CALENDAR: lambda content: project(content, zone=zone),
            Side.AGENDA: connector.project,
        },
        winner=winner,
        carries=carries,
    )


def _directed(direction: Direction, target: Side) -> bool:
    if direction is Direction.BOTH:
        return True
    return (direction is Direction.TO_CALENDAR) == (target is Side.CALENDAR)


def _later(pair: Pair) -> Side:
    """Return the side that changed later; a tie is the calendar's."""
    stamps = {side: pair.changed_at.get(side) or LONG_AGO for side in Side}
    later = stamps[Side.AGENDA] > stamps[Side.CALENDAR]
    return Side.AGENDA if later else Side.CALENDAR
