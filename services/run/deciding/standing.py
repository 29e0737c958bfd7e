"""What the owner of a calendar may change there: not everything is theirs to say.

A guest's copy takes colour, reminders, privacy, whether it is busy, and the own answer;
all else is the organizer's. Nobody answers for somebody else.
https://developers.google.com/workspace/calendar/api/concepts/inviting-attendees-to-events
"""

from dataclasses import dataclass, replace

from services.agendas.settings import Participants
from services.links.link import Link
from sync.fields import ANSWER
from sync.google import organizer_is_self, own_addresses
from sync.guests import PERSON, hosts
from sync.policy import Policy
from sync.sides import THERE, Side

OF_THE_ORGANIZER = frozenset(
    {"title", "description", "location", "when", "duration", "rules", "status"}
)
"""What a guest's agenda shows again as the organizer has it."""

OF_EACH_GUEST = frozenset({"color", "freeBusy", "privacy", "alert", "alerts", THERE})
"""What Google keeps for each guest alone; who deletes the own copy declines."""


def with_standing(
    policy: Policy, link: Link, *, participants: Participants, email: str
) -> Policy:
    """Return the policy of a link, without what its owner may not change at Google."""
    standing = Standing(
        guests=participants is Participants.GUESTS,
        own=own_of(link, email=email),
        copy=is_guests_copy(link),
        born_here=link.birth is Side.AGENDA,
        hosts=_hosts(link, email=email),
        complete=_is_complete(link),
    )

    def carries(target: Side, name: str) -> bool:
        if target is Side.CALENDAR and not standing.may(name):
            return False
        return policy.carries(target, name)

    def puts_back(side: Side, name: str) -> bool:
        if side is Side.AGENDA and standing.undone(name):
            return True
        return policy.puts_back(side, name)

    return replace(policy, carries=carries, puts_back=puts_back)


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """Who the owner is to an event: its host, or a guest with a copy of it.

    `guests` tells whether participants are guests at all, `complete` whether we know
    all of them, `born_here` whether the item is the application's own.
    """

    guests: bool
    own: frozenset[str]
    copy: bool
    born_here: bool
    hosts: bool
    complete: bool

    def may(self, name: str) -> bool:
        """Return whether a field may be changed in the owner's calendar."""
        if name.startswith(ANSWER):
            return self.guests and name.removeprefix(ANSWER) in self.own
        if name.startswith(PERSON):
            host = self.hosts and not self.copy
            return self.guests and host and self.complete
        return not self.copy or name.partition("/")[0] in OF_EACH_GUEST

    def undone(self, name: str) -> bool:
        """Return whether the agenda shows a field again as it was.

        An application that has the meeting in several agendas changes it in each: there
        it stays as it is until the organizer's copy follows.
        """
        if not self.copy or self.born_here:
            return False
        if name.startswith(PERSON):
            return self.guests
        return name in OF_THE_ORGANIZER


def own_of(link: Link, *, email: str) -> frozenset[str]:
    """Return the addresses under which the owner is known to this event's guests."""
    rows = [link.rows.master, *link.rows.exceptions.values()]
    known = {each for row in rows if row is not None for each in own_addresses(row)}
    return frozenset({email.lower(), *known})


def is_guests_copy(link: Link) -> bool:
    """Whether the event is organized elsewhere, and its guests may not change it."""
    master = link.rows.master
    if master is None or not link.has_event:
        return False
    if master.get("locked") or master.get("privateCopy"):
        return True
    return not organizer_is_self(master) and not master.get("guestsCanModify")


def _hosts(link: Link, *, email: str) -> bool:
    return link.item is None or hosts(link.item.content, own_of(link, email=email))


def _is_complete(link: Link) -> bool:
    master = link.rows.master
    return master is None or not master.get("attendeesOmitted")
