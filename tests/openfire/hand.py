"""A person at OpenFire's own pages: enters, changes and deletes visits there."""

from collections.abc import Mapping
from typing import Any

from connectors.odoo.owner import Owner
from connectors.openfire.visits import (
    Hours,
    held,
    refused,
    rule_values,
    slot_moment,
    values_of,
)
from sync.content import Content, Details
from sync.recurrence import has_slot
from tests.odoo.tables import Record
from tests.openfire.planning import VISIT
from tests.openfire.server import OpenFireServer

Json = Any


class Hand:
    """The owner of an agenda, at work in OpenFire itself."""

    def __init__(self, server: OpenFireServer, owner: Owner, hours: Hours) -> None:
        self.server, self.owner, self.hours = server, owner, hours

    def put(self, content: Content) -> str | None:
        """Enter a visit or a series; None for what OpenFire has no form for."""
        added = any(
            one is not None and not has_slot(content, slot)
            for slot, one in content.overrides.items()
        )
        if added or refused(content, self.owner):
            return None
        wanted = held(content, self.owner)
        rule = rule_values(wanted) if wanted.recurs else {}
        values = {**self.values(wanted.details), **rule, "verif_dispo": False}
        made = self.server.planning.create(values, self.server.now)
        for slot, one in wanted.overrides.items():
            at = slot_moment(slot, zone=self.owner.zone, hours=self.hours)
            virtual = f"{made}-{at:%Y%m%d%H%M%S}"
            if one is None:
                self.server.planning.unlink([virtual], self.server.now)
            else:
                self.server.planning.write([virtual], self.values(one), self.server.now)
        return str(made)

    def values(self, details: Details) -> Mapping[str, Json]:
        emails = [one.email for one in details.participants]
        partners = [
            self.server.tables.add(
                "res.partner", {"name": one.name, "email": one.email}
            )
            for one in details.participants
            if one.email != self.owner.email
        ]
        assert not partners or self.owner.email in emails
        return {
            **values_of(details, zone=self.owner.zone, hours=self.hours),
            "employee_ids": [[6, 0, [self.server.employee]]],
            "partner_ids": [[6, 0, partners]],
            "tache_id": self.server.task,
            "company_id": self.server.company,
        }

    def change(self, item_id: str, content: Content) -> None:
        """Change a visit so that it shows this."""
        wanted = held(content, self.owner)
        values = values_of(wanted.details, zone=self.owner.zone, hours=self.hours)
        self.server.planning.write([int(item_id)], values, self.server.now)

    def remove(self, item_id: str) -> None:
        """Delete a visit, or a whole series."""
        self.server.planning.unlink([int(item_id)], self.server.now)

    def visit(self, item_id: str) -> Record:
        """Return a visit as it is kept."""
        return self.server.tables.of(VISIT)[int(item_id)]
