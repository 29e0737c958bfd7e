"""A person at Odoo's own pages: enters, changes and deletes meetings there."""

from collections.abc import Mapping
from typing import Any

from connectors.odoo.holding import held
from connectors.odoo.owner import Owner
from connectors.odoo.rules import recurrence_values
from connectors.odoo.values import alarm_values, plain_values
from connectors.odoo.writing import check
from sync.content import Content, Details
from sync.errors import ContentRefused
from sync.recurrence import occurrence, slots_between
from sync.values import naive
from tests.odoo.server import OdooServer
from tests.odoo.tables import Record

Json = Any
FAR = 800


class Hand:
    """The owner of an agenda, at work in Odoo itself."""

    def __init__(self, server: OdooServer, owner: Owner) -> None:
        self.server, self.owner = server, owner

    def put(self, content: Content) -> str | None:
        """Enter a meeting or a series; None for what Odoo has no form for."""
        try:
            check(content)
        except ContentRefused:
            return None
        wanted = held(content, self.owner)
        zone = wanted.details.when.zone or self.owner.zone
        values = {**plain_values(wanted.details, zone=zone), **self._links(wanted)}
        if not content.recurs:
            made = self._create(values)
            self._answer(self._event(made), wanted.details)
            return str(made)
        values |= recurrence_values(wanted)
        home = self._event(self._create(values))["recurrence_id"]
        self._except(home, wanted, zone)
        return f"r{home}"

    def change(self, item_id: str, content: Content) -> None:
        """Change a meeting so that it shows this."""
        wanted = held(content, self.owner)
        values = plain_values(wanted.details, zone=self.owner.zone)
        self.write(self.rows(item_id)[0]["id"], **values)

    def remove(self, item_id: str) -> None:
        """Delete a meeting, or a whole series."""
        self.unlink(*(row["id"] for row in self.rows(item_id)))

    def write(self, *numbers: int, **values: Json) -> None:
        """Write rows."""
        caller = self.server.caller(self.owner.uid)
        self.server.events.write(numbers, values, caller)

    def unlink(self, *numbers: int) -> None:
        """Delete rows."""
        self.server.events.unlink(numbers, self.server.caller(self.owner.uid))

    def answer(self, email: str, state: str) -> None:
        """Let a guest answer, in all meetings."""
        attendees = self.server.tables.of("calendar.attendee").values()
        numbers = [one["id"] for one in attendees if one["email"] == email]
        caller = self.server.caller(self.owner.uid)
        self.server.events.write_attendees(numbers, {"state": state}, caller)

    def rows(self, item_id: str) -> list[Record]:
        """Return the rows of a meeting, in order."""
        events = self.server.tables.of("calendar.event").values()
        if item_id.startswith("r"):
            found = [one for one in events if one["recurrence_id"] == int(item_id[1:])]
            return sorted(found, key=lambda one: str(one["start"]))
        return [one for one in events if one["id"] == int(item_id)]

    def _event(self, number: int) -> Record:
        return self.server.tables.of("calendar.event")[number]

    def _create(self, values: Mapping[str, Json]) -> int:
        # Odoo 19 adds a line to the description that nobody typed.
        context = {"skip_contact_description": True}
        caller = self.server.caller(self.owner.uid, context)
        return self.server.events.create(values, caller)

    def _links(self, wanted: Content) -> dict[str, Json]:
        details = wanted.details
        partners = [self.owner.partner]
        for person in details.participants:
            if person.email != self.owner.email:
                partners.append(self.server.add_partner(person.name, person.email))
        tables = self.server.tables
        alarms = [
            tables.add("calendar.alarm", alarm_values(alert))
            for alert in details.alerts
        ]
        tags = [
            tables.add("calendar.event.type", {"name": word})
            for word in details.keywords
        ]
        return {
            "partner_ids": [[6, 0, partners]],
            "alarm_ids": [[6, 0, alarms]],
            "categ_ids": [[6, 0, tags]],
        }

    def _answer(self, row: Record, details: Details) -> None:
        answers = {one.email: one.answer for one in details.participants}
        words = {"needs-action": "needsAction"}
        for number in row["attendee_ids"]:
            attendee = self.server.tables.of("calendar.attendee")[number]
            if attendee["email"] in answers:
                word = str(answers[attendee["email"]])
                attendee["state"] = words.get(word, word)

    def _except(self, home: int, wanted: Content, zone: str) -> None:
        """Move, change and delete occurrences, as the series has them."""
        first = wanted.details.when.start
        bare = Content(uid="", details=wanted.details, rules=wanted.rules)
        end = naive(first).replace(year=9000)
        slots = slots_between(bare, start=first, end=end, limit=FAR)
        for row, slot in zip(self.rows(f"r{home}"), slots, strict=False):
            if slot not in wanted.overrides:
                continue
            details = occurrence(wanted, slot)
            if details is None:
                self.unlink(row["id"])
            else:
                self.write(row["id"], **plain_values(details, zone=zone))
