"""Whose meetings they are."""

from dataclasses import dataclass

from sync.content import Privacy


@dataclass(frozen=True, kw_only=True, slots=True)
class Owner:
    """The Odoo user whose key we hold.

    `zone` is the agenda's; a single meeting in Odoo has none of its own. `default`
    is the privacy of meetings that name none (`calendar_default_privacy`).
    """

    uid: int
    partner: int
    email: str
    zone: str
    default: Privacy = Privacy.PUBLIC
