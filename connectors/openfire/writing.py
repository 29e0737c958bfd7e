"""Writing visits. An occurrence of a series is reached by a virtual id.

A time that is written to one detaches a row of its own; deleting one leaves an archived
row, which is how OpenFire keeps an exception (docs/connectors/openfire.md).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from connectors.odoo.calls import Calls, refused
from connectors.odoo.notes import Note, Notes
from connectors.odoo.owner import Owner
from connectors.odoo.rows import Row, Seen
from connectors.odoo.tokens import Token, token_text
from connectors.openfire.loading import VISIT, VisitLoader
from connectors.openfire.visits import (
    Hours,
    held,
    rule_values,
    slot_moment,
    slot_of,
    status_of,
    time_values,
    values_of,
)
from connectors.openfire.visits import refused as refusal
from sync.content import Content, Details, Participant, Slot
from sync.recurrence import has_slot, occurrence
from sync.values import Json

Values = dict[str, Json]


@dataclass(frozen=True, kw_only=True, slots=True)
class Office:
    """What the organization decided about visits that come from Google."""

    employee: int
    company: int
    task: int
    hours: Hours
    allow_overlaps: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class VisitWriter:
    """Writes the owner's visits."""

    calls: Calls
    owner: Owner
    notes: Notes
    loader: VisitLoader
    office: Office
    secret: str = field(repr=False)

    def create(self, content: Content, token: Token) -> str:
        """Make a visit or a series; return its id. Raises ContentRefused."""
        self._check(content)
        wanted = held(content, self.owner)
        building = replace(token, building=wanted.recurs)
        values: Values = {
            **self._values(wanted.details),
            **self._people(wanted.details.participants),
            **(rule_values(wanted) if wanted.recurs else {}),
            "tache_id": self.office.task,
            "company_id": self.office.company,
            "origin_interface": token_text(building, secret=self.secret),
        }
        if self.office.allow_overlaps:
            values["verif_dispo"] = False
        [made] = _ids(self.calls.call(VISIT, "create", vals_list=values))
        self.notes.keep(
            str(made),
            Note(home=str(made), key=token.key, ical_uid=token.ical_uid),
        )
        if wanted.recurs:
            self.finish(made, wanted, token)
        return str(made)

    def finish(self, master: int, wanted: Content, token: Token) -> None:
        """Bring a series that was just made into shape."""
        visits = self.loader.visits([["recurrent_id", "=", master]])
        known = {slot_of(one, wanted.details.when, self.owner): one for one in visits}
        plain = replace(wanted, overrides={})
        self._except(master, known, plain, wanted)
        done = token_text(replace(token, building=False), secret=self.secret)
        self._write([master], {"origin_interface": done})

    def change(self, known: Seen, before: Content, after: Content) -> None:
        """Bring a visit from one to the other. Raises ContentRefused."""
        self._check(after)
        old, new = held(before, self.owner), held(after, self.owner)
        master = next(one for one in known.rows if not one["recurrent_id"])
        detached = {
            slot_of(one, old.details.when, self.owner): one
            for one in known.rows
            if one["recurrent_id"]
        }
        values = self._changed(old.details, new.details, master)
        if new.recurs and (old.rules, old.details.when) != (
            new.rules,
            new.details.when,
        ):
            values |= rule_values(new)
            detached = self._regridded(detached, old, new)
        if old.recurs and not new.recurs:
            self._unlink([one["id"] for one in detached.values()])
            values["recurrency"] = False
        if values:
            self._write([master["id"]], values)
        if new.recurs:
            self._except(master["id"], detached, old, new)

    def remove(self, visits: Sequence[Row]) -> None:
        """Delete visits; OpenFire archives them."""
        self._unlink([one["id"] for one in visits if one["active"]])

    # --- occurrences -----------------------------------------------------------------

    def _regridded(
        self, detached: Mapping[Slot, Row], old: Content, new: Content
    ) -> dict[Slot, Row]:
        """Let detached visits stand for the slots of the moved series, in order."""
        if len(old.overrides) != len(new.overrides):
            raise refused(
                "In OpenFire a series whose occurrences were changed is moved by hand:"
                " the changed ones would not know their place any more."
            )
        befores, afters = (sorted(one.overrides, key=str) for one in (old, new))
        moved: dict[Slot, Row] = {}
        for before, after in zip(befores, afters, strict=True):
            if before not in detached:
                continue
            row = detached[before]
            at = slot_moment(after, zone=self.owner.zone, hours=self.office.hours)
            self._write([row["id"]], {"recurrent_id_date": _text(at)})
            moved[after] = row
        return moved

    def _except(
        self, master: int, detached: Mapping[Slot, Row], old: Content, new: Content
    ) -> None:
        for slot in sorted({*old.overrides, *new.overrides, *detached}, key=str):
            row, wanted = detached.get(slot), occurrence(new, slot)
            if wanted is None:
                self._exclude(master, slot, row)
            elif row is None and slot in new.overrides:
                self._detach(master, slot, wanted)
            elif row is not None:
                self._bring(row, wanted)

    def _exclude(self, master: int, slot: Slot, row: Row | None) -> None:
        if row is None:
            self._unlink([self._virtual(master, slot)])
        elif row["active"]:
            self._unlink([row["id"]])

    def _detach(self, master: int, slot: Slot, wanted: Details) -> None:
        """Make an occurrence a row of its own: its times first, for texts alone would
        go to the whole series."""
        times = time_values(wanted, zone=self.owner.zone, hours=self.office.hours)
        self._write([self._virtual(master, slot)], times)
        visits = self.loader.visits([["recurrent_id", "=", master]])
        at = slot_moment(slot, zone=self.owner.zone, hours=self.office.hours)
        for row in visits:
            if row["recurrent_id_date"] == _text(at):
                self._bring(row, wanted)

    def _bring(self, row: Row, wanted: Details) -> None:
        values = self._differing(row, wanted)
        if not row["active"]:
            values["active"] = True
        if values:
            self._write([row["id"]], values)

    def _virtual(self, master: int, slot: Slot) -> str:
        at = slot_moment(slot, zone=self.owner.zone, hours=self.office.hours)
        return f"{master}-{at:%Y%m%d%H%M%S}"

    # --- values ----------------------------------------------------------------------

    def _values(self, details: Details) -> Values:
        return values_of(details, zone=self.owner.zone, hours=self.office.hours)

    def _changed(self, before: Details, after: Details, row: Row) -> Values:
        old, new = self._values(before), self._values(after)
        times = time_values(after, zone=self.owner.zone, hours=self.office.hours)
        moved = any(old.get(name) != times[name] for name in times)
        values = {name: new[name] for name in new if name not in times}
        values = {name: value for name, value in values.items() if old[name] != value}
        if status_of(row) is after.status:
            values.pop("state", None)
        if before.participants != after.participants:
            values |= self._people(after.participants, row)
        return {**values, **times} if moved else values

    def _differing(self, row: Row, wanted: Details) -> Values:
        """Return what a detached visit still lacks."""
        values = self._values(wanted)
        if status_of(row) is wanted.status:
            values.pop("state")
        people = self._people(wanted.participants, row)
        return {
            name: value
            for name, value in {**values, **people}.items()
            if name not in row or _told(row[name]) != _told(value)
        }

    def _people(
        self, participants: Iterable[Participant], row: Row | None = None
    ) -> Values:
        """Return operators and other participants; who has no address stays.

        The customer of a visit is not among them: he stays what he is.
        """
        own = self.owner.email
        people = {one.email: one for one in participants if one.email != own}
        for email in _customer(row):
            people.pop(email, None)
        operators = self._found("hr.employee", "email_synchro", people)
        rest = [one for email, one in people.items() if email not in operators]
        silent = [one["id"] for one in _operators(row) if not one["email"]]
        employees = [self.office.employee, *operators.values(), *silent]
        return {
            "employee_ids": [[6, 0, sorted(set(employees))]],
            "partner_ids": [[6, 0, sorted(set(self._contacts(rest)))]],
        }

    def _contacts(self, people: Sequence[Participant]) -> list[int]:
        """Return the contacts of these addresses; who is none becomes one."""
        known = self._found("res.partner", "email", [one.email for one in people])
        found = [*known.values()]
        for person in people:
            if person.email not in known:
                values = {"name": person.name or person.email, "email": person.email}
                made = self.calls.call("res.partner", "create", vals_list=values)
                found += _ids(made)
        return found

    def _found(self, model: str, address: str, emails: Iterable[str]) -> dict[str, int]:
        wanted = list(emails)
        if not wanted:
            return {}
        terms: list[Json] = [[address, "=ilike", email] for email in wanted]
        found = self.calls.call(
            model,
            "search_read",
            domain=["|"] * (len(terms) - 1) + terms,
            fields=[address],
            order="id",
        )
        known = {str(one[address]).strip().lower(): one["id"] for one in found}
        return {email: known[email] for email in wanted if email in known}

    def _check(self, content: Content) -> None:
        why = refusal(content, self.owner)
        if not why and content.rules:
            added = [
                slot
                for slot, details in content.overrides.items()
                if details is not None and not has_slot(content, slot)
            ]
            why = (
                "OpenFire has no series with an occurrence outside of its rule."
                if added
                else ""
            )
        if why:
            raise refused(why)

    def _write(self, ids: Sequence[int | str], values: Values) -> None:
        self.calls.call(VISIT, "write", ids=ids, vals=values)

    def _unlink(self, ids: Sequence[int | str]) -> None:
        if ids:
            self.calls.call(VISIT, "unlink", ids=ids)


def _grid(content: Content) -> object:
    return content.rules, content.details.when


def _ids(found: Json) -> list[int]:
    return [int(one) for one in found] if isinstance(found, list) else [int(found)]


def _text(moment: Json) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def _operators(row: Row | None) -> Sequence[Row]:
    return row["operators"] if row else ()


def _customer(row: Row | None) -> list[str]:
    """Return the address of a visit's customer, if he has one."""
    if not row or not row["partner_id"]:
        return []
    return [str(row["people"][0]["email"] or "").lower()]


def _told(value: Json) -> Json:
    """Return a value as reading tells it: lists of ids rather than commands."""
    if isinstance(value, list) and value and isinstance(value[0], list):
        return sorted(value[0][2])
    return sorted(value) if isinstance(value, list) else value
