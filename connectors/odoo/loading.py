"""Reading whole items: rows, what is remembered of them, and what they are together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connectors.odoo.calls import Calls, Forbidden
from connectors.odoo.looking import read_rows, scope
from connectors.odoo.notes import Note, Notes
from connectors.odoo.owner import Owner
from connectors.odoo.rows import WHOLE, Row, Seen, home_of, seen, token_in
from sync.errors import AccessLost, ContentRefused, OperatorFault
from sync.values import Json


@dataclass(frozen=True, kw_only=True, slots=True)
class Loader:
    """Reads the owner's meetings."""

    calls: Calls
    owner: Owner
    notes: Notes

    def items(self, names: Sequence[str]) -> Mapping[str, Seen]:
        """Return the items that are there, by id, in two requests at most.

        A series that is still being made is not there yet.
        """
        asked = [name for name in names if name.removeprefix("r").isdigit()]
        if not asked:
            return {}
        notes = self.notes.of(asked)
        homes = {name: notes[name].home if name in notes else name for name in asked}
        rows = self._rows_at(list(homes.values()))
        found: dict[str, Seen] = {}
        for name, home in homes.items():
            one = self._item(name, rows.get(home, []), notes.get(name))
            if one is not None:
                found[name] = one
        return found

    def _item(self, name: str, rows: Sequence[Row], note: Note | None) -> Seen | None:
        token = token_in(rows)
        if not rows or (token and token.building and note is None):
            return None
        one = seen(name, rows, note, self.owner)
        if one.is_news:
            self.notes.keep(name, one.note)
        return one

    def _rows_at(self, homes: Sequence[str]) -> Mapping[str, list[Row]]:
        """Return the rows that live there and are not archived, by their home."""
        singles = [int(home) for home in homes if home[0] != "r"]
        series = [int(home[1:]) for home in homes if home[0] == "r"]
        domain: list[Json] = [
            *scope(self.owner),
            "|",
            ["id", "in", singles],
            ["recurrence_id", "in", series],
        ]
        found: dict[str, list[Row]] = {}
        for row in self._read(domain):
            if row["active"]:
                found.setdefault(home_of(row), []).append(row)
        return found

    def with_token(self, pattern: str) -> Row | None:
        """Return the meeting whose token looks like this, if there is one."""
        domain: list[Json] = [["access_token", "=like", pattern]]
        rows = [row for row in self._read(domain) if row["active"]]
        return rows[0] if rows else None

    def _read(self, domain: Sequence[Json]) -> list[Row]:
        try:
            return read_rows(self.calls, domain, WHOLE)
        except Forbidden:
            raise AccessLost(
                "Odoo does not let this user read the calendar any more."
            ) from None
        except ContentRefused:
            raise OperatorFault(
                "This Odoo lacks fields of the calendar that Tandem reads."
            ) from None
