"""The rules of one connection: how its links are seen, merged and written back.

What a link keeps is raw, as the sides hold it. Merging works on what the rules make of
it, and what is to be written is turned back before it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from connectors.base import Connector, Json
from services.agendas.settings_reading import AgendaSettings
from services.links.baselines import ITEM, based, was_read
from services.links.link import Link
from services.run.deciding.item_types import type_fields
from services.run.deciding.policy import policy_of
from services.run.deciding.scope import out_of_scope
from services.run.deciding.standing import with_standing
from services.run.deciding.viewing import Viewing
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
        now = {side: self.shown(link, side) for side in Side}
        return Pair(
            now=now,
            seen={
                side: based(link, side, link.seen.get(side), now[side]) for side in Side
            },
            changed_at={
                Side.CALENDAR: changed_at(master) if master else None,
                Side.AGENDA: link.item.changed_at if link.item else None,
            },
        )

    def shown(self, link: Link, side: Side) -> Content | None:
        """Return what a side of a link shows, as merging sees it. Raises Unreadable."""
        kept = self.kept(link, side)
        return None if kept is None else self._viewing(link).shown(side, kept)

    def read_since(self, link: Link, part: str) -> Link:
        """Return a link of which a part was just read: see `services.links.baselines`.

        Raises Unreadable.
        """
        if part not in link.unread:
            return link
        side = Side.AGENDA if part == ITEM else Side.CALENDAR
        seen = based(link, side, link.seen.get(side), self.shown(link, side))
        return was_read(replace(link, seen={**link.seen, side: seen}), part)

    def kept(self, link: Link, side: Side) -> Content | None:
        """Return what a side of a link itself holds. Raises Unreadable."""
        if side is Side.CALENDAR:
            return content_of(link.rows, zone=self.zone)
        return link.item.content if link.item else None

    def raw(self, link: Link, side: Side, wanted: Content) -> Content:
        """Return what a side is to hold, so that it shows what is wanted."""
        kept = self.kept(link, side) or self._was(link, side)
        return self._viewing(link).to_hold(side, wanted, kept)

    def _was(self, link: Link, side: Side) -> Content | None:
        """Return what a side held before it was deleted, if it was."""
        if side is Side.AGENDA:
            return link.item_was.content if link.item_was else None
        return content_of(link.rows_were, zone=self.zone) if link.rows_were else None

    def fields(self, link: Link, wanted: Content) -> Mapping[str, Json]:
        """Return the application's own fields that an item is to be given."""
        return type_fields(self.settings, link, wanted)

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
        standing = with_standing(
            plain, link, participants=participants, email=self.email
        )
        return self._viewing(link).policy(standing)

    def out_of_scope(self, link: Link) -> str:
        """Return why a link is not to be synced, a sentence; empty when it is."""
        return out_of_scope(self.settings, link, self.kept(link, link.birth))

    def _viewing(self, link: Link) -> Viewing:
        return Viewing(settings=self.settings, link=link, owner=self.email)
