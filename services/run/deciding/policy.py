"""An organization's settings as the policy by which a link is merged."""

from dataclasses import dataclass
from datetime import UTC, datetime

from connectors.base import Connector
from services.agendas.settings import Direction, Participants, Rule
from services.agendas.settings_reading import AgendaSettings
from services.links.link import Link
from services.run.deciding.scope import copy_of, out_of_scope, type_of
from sync.content import Content
from sync.fields import ANSWER
from sync.google import project
from sync.policy import Policy
from sync.sides import Pair, Side

LONG_AGO = datetime.min.replace(tzinfo=UTC)


def policy_of(
    settings: AgendaSettings,
    connector: Connector,
    *,
    zone: str,
    link: Link,
    shown: Content | None,
) -> Policy:
    """Return how a link is merged; `shown` is what the side of its birth shows."""
    copy = copy_of(link)
    kind = type_of(settings, link, shown)
    decided = _Decided(
        settings=settings,
        direction=settings.direction_by_type.get(kind, settings.direction),
        guarded=copy is Side.CALENDAR and not settings.allow_external_changes,
    )
    return Policy(
        project={
            Side.CALENDAR: lambda content: project(content, zone=zone),
            Side.AGENDA: connector.project,
        },
        winner=decided.winner,
        carries=decided.carries,
        puts_back=decided.puts_back,
        on_delete={
            Side.CALENDAR: settings.deletes.to_calendar,
            Side.AGENDA: settings.deletes.to_agenda,
        },
        copy=copy,
        outside=out_of_scope(settings, link, shown),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Decided:
    """What the settings say of one link."""

    settings: AgendaSettings
    direction: Direction
    guarded: bool

    def winner(self, name: str, pair: Pair) -> Side:
        """Return who prevails where both sides changed a field."""
        field = name.partition("/")[0]
        rule = self.settings.conflict_by_field.get(field, self.settings.conflict)
        return _later(pair) if rule is Rule.LATEST else Side(rule)

    def carries(self, target: Side, name: str) -> bool:
        """Return whether a field is written to a side at all."""
        if not _directed(self.direction, target):
            return False
        return not (
            target is Side.CALENDAR
            and name.startswith("participant/")
            and self.settings.participants is not Participants.GUESTS
        )

    def puts_back(self, side: Side, name: str) -> bool:
        """Return whether what a side changed is undone; answers of guests never are."""
        guarded = self.guarded and side is Side.CALENDAR
        return guarded and not name.startswith(ANSWER)


def _directed(direction: Direction, target: Side) -> bool:
    if direction is Direction.BOTH:
        return True
    return (direction is Direction.TO_CALENDAR) == (target is Side.CALENDAR)


def _later(pair: Pair) -> Side:
    """Return the side that changed later; a tie is the calendar's."""
    stamps = {side: pair.changed_at.get(side) or LONG_AGO for side in Side}
    later = stamps[Side.AGENDA] > stamps[Side.CALENDAR]
    return Side.AGENDA if later else Side.CALENDAR
