"""Writing meetings: only what differs, and a series never by Odoo's own rebuilding.

`recurrence_update: "all_events"` makes all rows anew, brings back deleted occurrences
and forgets changed ones (docs/connectors/odoo.md). So rows are written as they are, in
as few calls as there are different values; where the rule or the start of a series
changes, a new series is made beside the old one, brought into shape, and put in its
place.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from connectors.odoo.calls import Calls, refused
from connectors.odoo.holding import held
from connectors.odoo.looking import read_rows
from connectors.odoo.notes import Note, Notes
from connectors.odoo.owner import Owner
from connectors.odoo.relations import Relations
from connectors.odoo.rows import EVENT, WHOLE, Row, Seen, home_of, occurrences_of
from connectors.odoo.rules import recurrence_values, refusal, rule_from
from connectors.odoo.series import Noted, noted
from connectors.odoo.tokens import Token, token_text
from connectors.odoo.values import changed_values, plain_values
from sync.content import Content, Details, Status
from sync.recurrence import has_slot, occurrence
from sync.values import Json

MOST_WRITES = 30
"""Rows of a series with values of their own; beyond that it is made anew."""

SELF_ONLY: Mapping[str, Json] = {"recurrence_update": "self_only"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Writer:
    """Writes the owner's meetings."""

    calls: Calls
    owner: Owner
    notes: Notes
    secret: str = field(repr=False)

    # --- new ones --------------------------------------------------------------------

    def create(self, content: Content, token: Token) -> str:
        """Make a meeting, or a series in its whole shape; return where it lives.

        Raises ContentRefused before anything is made.
        """
        check(content)
        wanted = held(content, self.owner)
        building = replace(token, building=content.recurs)
        zone = wanted.details.when.zone or self.owner.zone
        values = {
            **plain_values(wanted.details, zone=zone),
            **self._relations.new(wanted.details),
            "access_token": token_text(building, secret=self.secret),
        }
        if content.recurs:
            values |= recurrence_values(wanted)
        [made] = self.calls.call(EVENT, "create", vals_list=[values])
        row = self._row(made)
        if not content.recurs:
            self._relations.answer([(row, wanted.details)])
            self._note(row, token, None)
            return home_of(row)
        self.finish(row, wanted, token)
        return home_of(row)

    def finish(self, base: Row, wanted: Content, token: Token) -> None:
        """Bring a series that was just made into shape, and put it into its place."""
        rows = self.rows_at(home_of(base))
        note = self._noted(rows, wanted)
        plain = replace(wanted, overrides={})
        self._bring(rows, note, before=plain, after=wanted)
        self._note(base, token, note)
        self._answer_all(self.rows_at(home_of(base)), note, wanted)
        self.settle(self.rows_at(home_of(base)), token)

    def _note(self, base: Row, token: Token, known: Noted | None) -> None:
        """Remember what was made, and with which key, even when it is gone."""
        home = home_of(base)
        note = Note(home=home, key=token.key, ical_uid=token.ical_uid, noted=known)
        self.notes.keep(token.item or home, note)

    def settle(self, rows: Sequence[Row], token: Token) -> None:
        """Remove what a finished series replaces, and say that it is finished.

        The token stays on its row; where that was removed, it goes to another.
        """
        if token.replaces:
            self.remove(self.rows_at(token.replaces))
        done = replace(token, building=False, replaces="")
        vals = {"access_token": token_text(done, secret=self.secret), **SELF_ONLY}
        carrying = [row["id"] for row in rows if row["access_token"]]
        ids = (carrying or [row["id"] for row in rows])[:1]
        if ids:
            self.calls.call(EVENT, "write", ids=ids, vals=vals)

    # --- changes ---------------------------------------------------------------------

    def change(self, known: Seen, before: Content, after: Content) -> None:
        """Bring a meeting from one to the other. Raises ContentRefused."""
        old, new = held(before, self.owner), held(after, self.owner)
        if not old.recurs and not new.recurs:
            self._change_one(known.rows[0], old.details, new.details)
            return
        if not new.recurs:
            raise refused(
                "In Odoo a series cannot become a single meeting again: delete it and"
                " make a new one."
            )
        note = known.note
        if note.noted is not None and self._is_done(known.rows, note, old, new):
            return
        item = known.item.id
        token = Token(
            key=note.key, ical_uid=note.ical_uid, item=item, replaces=note.home
        )
        self.create(after, token)

    def _is_done(
        self, rows: Sequence[Row], note: Note, old: Content, new: Content
    ) -> bool:
        """Change a series row by row, where that is possible."""
        known = note.noted
        if known is None or not _same_grid(old, new) or _needs_more(old, new):
            return False
        if len(_grouped(rows, known, old, new, self.owner)) > MOST_WRITES:
            return False
        self._bring(rows, known, before=old, after=new)
        self._answer_all(self.rows_at(note.home), known, new, since=old)
        return True

    def _change_one(self, row: Row, before: Details, after: Details) -> None:
        values = {
            **changed_values(before, after, zone=self.owner.zone),
            **self._relations.changed(before, after, [row]),
        }
        if values:
            self.calls.call(EVENT, "write", ids=[row["id"]], vals=values)
        if before.participants != after.participants:
            self._relations.answer([(self._row(row["id"]), after)])

    def _bring(
        self, rows: Sequence[Row], note: Noted, *, before: Content, after: Content
    ) -> None:
        """Write the rows that differ, those with the same values at once."""
        for change in _grouped(rows, note, before, after, self.owner):
            values = {
                **change.values,
                **self._relations.changed(change.before, change.after, change.rows),
            }
            ids = [row["id"] for row in change.rows]
            if values:
                self.calls.call(EVENT, "write", ids=ids, vals={**values, **SELF_ONLY})
        gone = [
            row
            for row in rows
            if row["id"] in note.slots
            and occurrence(after, note.slots[row["id"]]) is None
        ]
        if gone:
            ids = [row["id"] for row in gone]
            self.calls.call(EVENT, "unlink", ids=ids)

    def _answer_all(
        self,
        rows: Sequence[Row],
        note: Noted,
        wanted: Content,
        *,
        since: Content | None = None,
    ) -> None:
        """Let attendees answer where the content says so, and said otherwise before."""
        pairs: list[tuple[Row, Details]] = []
        for row in rows:
            slot = note.slots.get(row["id"])
            details = None if slot is None else occurrence(wanted, slot)
            known = since and slot is not None and occurrence(since, slot)
            if details and not (known and known.participants == details.participants):
                pairs.append((row, details))
        self._relations.answer(pairs)

    def remove(self, rows: Sequence[Row]) -> None:
        """Delete meetings; another's meeting is left instead, for it is not ours."""
        own = [row["id"] for row in rows if row["user_id"] == self.owner.uid]
        others = [row["id"] for row in rows if row["user_id"] != self.owner.uid]
        if own:
            self.calls.call(EVENT, "unlink", ids=own)
        if others:
            leaving = {"partner_ids": [[3, self.owner.partner]], **SELF_ONLY}
            self.calls.call(EVENT, "write", ids=others, vals=leaving)

    # --- reading ---------------------------------------------------------------------

    def rows_at(self, home: str) -> list[Row]:
        """Return the rows that live there, archived ones left out."""
        name, number = ("recurrence_id", home[1:]) if home[0] == "r" else ("id", home)
        rows = read_rows(self.calls, [[name, "=", int(number)]], WHOLE)
        return [row for row in rows if row["active"]]

    def _row(self, number: int) -> Row:
        [row] = read_rows(self.calls, [["id", "=", number]], WHOLE)
        return row

    def _noted(self, rows: Sequence[Row], wanted: Content) -> Noted:
        occurrences = occurrences_of(rows, self.owner)
        rule = rule_from(rows[0]["recurrence_id"]["rrule"], wanted.details.when)
        return noted(occurrences, rule, start=wanted.details.when.start)

    @property
    def _relations(self) -> Relations:
        return Relations(calls=self.calls, owner=self.owner)


@dataclass(frozen=True, kw_only=True, slots=True)
class RowChange:
    """Rows that get the same values."""

    rows: Sequence[Row]
    before: Details
    after: Details
    values: Mapping[str, Json]


def _grouped(
    rows: Sequence[Row], note: Noted, before: Content, after: Content, owner: Owner
) -> list[RowChange]:
    """Return what is to be written of a series, rows with the same values together."""
    zone = after.details.when.zone or owner.zone
    found: dict[str, RowChange] = {}
    for row in rows:
        slot = note.slots.get(row["id"])
        if slot is None:
            continue
        old, new = occurrence(before, slot), occurrence(after, slot)
        if old is None or new is None or old == new:
            continue
        values = changed_values(old, new, zone=zone)
        mark = json.dumps([values, _links(old), _links(new)], sort_keys=True)
        same = found.get(mark)
        alike = [*same.rows, row] if same else [row]
        found[mark] = RowChange(rows=alike, before=old, after=new, values=values)
    return list(found.values())


def _links(details: Details) -> str:
    return repr((details.participants, details.alerts, details.keywords))


def _same_grid(one: Content, other: Content) -> bool:
    return (one.rules, one.details.when) == (other.rules, other.details.when)


def _needs_more(before: Content, after: Content) -> bool:
    """Return whether an occurrence is wanted of which Odoo has no row (any more)."""
    return any(
        occurrence(before, slot) is None and occurrence(after, slot) is not None
        for slot in {*before.overrides, *after.overrides}
    )


def check(content: Content) -> None:
    """Raise ContentRefused for what Odoo cannot hold, with a sentence for a person."""
    if content.details.status is Status.CANCELLED:
        raise refused("Odoo has no meetings that are cancelled and still shown.")
    why = refusal(content)
    if not why and content.rules:
        added = [
            slot
            for slot, details in content.overrides.items()
            if details is not None and not has_slot(content, slot)
        ]
        if added:
            why = "Odoo has no series with an occurrence outside of its rule."
    if why:
        raise refused(why)
