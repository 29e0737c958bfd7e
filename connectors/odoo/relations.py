"""The other records that a meeting refers to: contacts, reminders, tags.

They are shared in Odoo, so each is looked for before one is made, and what a meeting
refers to is only added to or taken from: what we do not know stays.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from connectors.odoo.calls import Calls, Forbidden, refused
from connectors.odoo.owner import Owner
from connectors.odoo.people import ANSWERS, email_of
from connectors.odoo.rows import Row
from connectors.odoo.values import alarm_values, alerts_of, minutes_of
from sync.content import Alert, Details, Participant
from sync.values import Json

Commands = list[list[Json]]
_ADD, _TAKE = 4, 3
PARTNER, ALARM, TAG = "res.partner", "calendar.alarm", "calendar.event.type"


@dataclass(frozen=True, kw_only=True, slots=True)
class Relations:
    """Finds and makes what the owner's meetings refer to."""

    calls: Calls
    owner: Owner

    def new(self, details: Details) -> dict[str, Json]:
        """Return the values of a new meeting; the owner attends all of his."""
        partners = [self.owner.partner, *self._partners(details.participants)]
        values: dict[str, Json] = {"partner_ids": [[6, 0, sorted(set(partners))]]}
        alarms = _adding(self._alarms(details.alerts))
        tags = _adding(self._tags(details.keywords))
        values |= {"alarm_ids": alarms} if alarms else {}
        values |= {"categ_ids": tags} if tags else {}
        return values

    def changed(
        self, before: Details, after: Details, rows: Sequence[Row]
    ) -> dict[str, Json]:
        """Return the values that bring rows from one to the other."""
        found = {
            "partner_ids": self._changed_partners(before, after, rows),
            "alarm_ids": self._changed_alarms(before, after, rows),
            "categ_ids": self._changed_tags(before, after, rows),
        }
        return {name: commands for name, commands in found.items() if commands}

    def _changed_partners(
        self, before: Details, after: Details, rows: Sequence[Row]
    ) -> Commands:
        old = {person.email for person in before.participants}
        new = {person.email: person for person in after.participants}
        added = [person for email, person in new.items() if email not in old]
        gone = old - new.keys() - {self.owner.email}
        taken = {
            partner_of(attendee)
            for row in rows
            for attendee in row["attendee_ids"]
            if email_of(attendee) in gone
        }
        return _adding(self._partners(added)) + _taking(taken)

    def _changed_alarms(
        self, before: Details, after: Details, rows: Sequence[Row]
    ) -> Commands:
        gone = set(before.alerts) - set(after.alerts)
        added = [alert for alert in after.alerts if alert not in before.alerts]
        taken = {
            alarm["id"]
            for row in rows
            for alarm in row["alarm_ids"]
            if set(alerts_of({"alarm_ids": [alarm]})) & gone
        }
        return _adding(self._alarms(added)) + _taking(taken)

    def _changed_tags(
        self, before: Details, after: Details, rows: Sequence[Row]
    ) -> Commands:
        gone = set(before.keywords) - set(after.keywords)
        added = [word for word in after.keywords if word not in before.keywords]
        taken = {
            tag["id"] for row in rows for tag in row["categ_ids"] if tag["name"] in gone
        }
        return _adding(self._tags(added)) + _taking(taken)

    # --- finding and making ----------------------------------------------------------

    def _partners(self, people: Iterable[Participant]) -> list[int]:
        others = [person for person in people if person.email != self.owner.email]
        if not others:
            return []
        wanted = {person.email: person for person in others}
        found = self.calls.call(
            PARTNER,
            "search_read",
            domain=_any_email(wanted),
            fields=["email"],
            order="id",
        )
        known = {email_of(one): one["id"] for one in reversed(found)}
        missing = [person for email, person in wanted.items() if email not in known]
        found_ids = [known[email] for email in wanted if email in known]
        return [*found_ids, *self._contacts(missing)]

    def _contacts(self, people: Sequence[Participant]) -> list[int]:
        if not people:
            return []
        values = [
            {"name": person.name or person.email, "email": person.email}
            for person in people
        ]
        try:
            return list(self.calls.call(PARTNER, "create", vals_list=values))
        except Forbidden:
            raise refused(
                "A guest is no contact in Odoo yet, and the user whose key we have may"
                " not make contacts: let an administrator give the right, or add the"
                " contact by hand."
            ) from None

    def _alarms(self, alerts: Sequence[Alert]) -> list[int]:
        if not alerts:
            return []
        found = self.calls.call(
            ALARM,
            "search_read",
            domain=[["alarm_type", "in", ["notification", "email"]]],
            fields=["alarm_type", "duration", "interval"],
            order="id",
        )
        known = {
            Alert(minutes=minutes_of(one), by_email=one["alarm_type"] == "email"): one
            for one in reversed(found)
        }
        missing = [alert for alert in alerts if alert not in known]
        ids = [known[alert]["id"] for alert in alerts if alert in known]
        return ids + self._made(ALARM, [_named(alarm_values(one)) for one in missing])

    def _tags(self, words: Sequence[str]) -> list[int]:
        if not words:
            return []
        found = self.calls.call(
            TAG,
            "search_read",
            domain=[["name", "in", list(words)]],
            fields=["name"],
            order="id",
        )
        known = {one["name"]: one["id"] for one in found}
        missing = [{"name": word} for word in words if word not in known]
        return [*known.values(), *self._made(TAG, missing)]

    def _made(self, model: str, values: Sequence[Mapping[str, Json]]) -> list[int]:
        """Make shared records; where the user may not, the meeting goes without."""
        if not values:
            return []
        try:
            return list(self.calls.call(model, "create", vals_list=list(values)))
        except Forbidden:
            return []

    # --- answers ---------------------------------------------------------------------

    def answer(self, wanted: Sequence[tuple[Row, Details]]) -> bool:
        """Let the attendees of rows answer as the details say; whether any had to."""
        answers: dict[str, list[int]] = {}
        for row, details in wanted:
            states = {one.email: ANSWERS[one.answer] for one in details.participants}
            for attendee in row["attendee_ids"]:
                state = states.get(email_of(attendee), attendee["state"])
                if state != attendee["state"]:
                    answers.setdefault(state, []).append(attendee["id"])
        for state, ids in answers.items():
            self.calls.call(
                "calendar.attendee", "write", ids=ids, vals={"state": state}
            )
        return bool(answers)


def _named(values: Mapping[str, Json]) -> dict[str, Json]:
    kind = str(values["alarm_type"]).title()
    name = f"{kind} - {values['duration']} {str(values['interval']).title()}"
    return {"name": name, **values}


def _any_email(emails: Mapping[str, Participant]) -> list[Json]:
    """Return a domain for contacts with these addresses, in capitals or not.

    `_` and `%` stand for other letters as well, so what is found is compared once more.
    """
    terms: list[Json] = [["email", "=ilike", email] for email in emails]
    return ["|"] * (len(terms) - 1) + terms


def partner_of(attendee: Mapping[str, Json]) -> int:
    """Return the contact that an attendee is."""
    partner = attendee["partner_id"]
    return int(partner["id"] if isinstance(partner, Mapping) else partner)


def _adding(ids: Iterable[int]) -> Commands:
    return [[_ADD, number] for number in sorted(set(ids))]


def _taking(ids: Iterable[int]) -> Commands:
    return [[_TAKE, number] for number in sorted(set(ids))]
