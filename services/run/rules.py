"""The rules of one connection: how its links are seen, merged and written back.

What a link keeps is raw, as the sides hold it. Merging works on what the rules make of
it, and what is to be written is turned back before it is.
"""

from dataclasses import dataclass

from connectors.base import Connector
from services.links import Link
from services.run.policy import policy_of
from services.run.scope import out_of_scope
from services.run.standing import with_standing
from services.settings import AgendaSettings
from sync.content import Content
from sync.google import changed_at, content_of
from sync.policy import Policy
from sync.sides import Pair, Side


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """What an organization decided about a connection, and what its sides can hold.

    `zone` is the calendar's, `email` the address of the account that owns it.
    """

    settings: AgendaSettings
    connector: Connector
    zone: str
    email: str

    def pair(self, link: Link) -> Pair:
        """Return both sides of a link, for merging. Raises Unreadable."""
        master = link.rows.master
        return Pair(
            now={side: self.shown(link, side) for side in Side},
            seen={side: link.seen.get(side) for side in Side},
            changed_at={
                Side.CALENDAR: changed_at(master) if master else None,
                Side.AGENDA: link.item.changed_at if link.item else None,
            },
        )

    def shown(self, link: Link, side: Side) -> Content | None:
        """Return what a side of a link shows, as merging sees it. Raises Unreadable."""
        return self.kept(link, side)

    def kept(self, link: Link, side: Side) -> Content | None:
        """Return what a side of a link itself holds. Raises Unreadable."""
        if side is Side.CALENDAR:
            return content_of(link.rows, zone=self.zone)
        return link.item.content if link.item else None

    def raw(self, link: Link, side: Side, wanted: Content) -> Content:
        """Return what a side is to hold, so that it shows what is wanted."""
        return wanted

    def would_show(self, link: Link, side: Side, wanted: Content) -> Content:
        """Return what a side would show of what is wanted there."""
        return self.policy(link).project[side](wanted)

    def policy(self, link: Link) -> Policy:
        """Return how the sides of a link are merged."""
        plain = policy_of(
            self.settings,
            self.connector,
            zone=self.zone,
            link=link,
            shown=self.kept(link, link.birth),
        )
        participants = self.settings.participants
        return with_standing(plain, link, participants=participants, email=self.email)

    def out_of_scope(self, link: Link) -> str:
        """Return why a link is not to be synced, a sentence; empty when it is."""
        return out_of_scope(self.settings, link, self.kept(link, link.birth))
