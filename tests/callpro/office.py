"""What Calway has to fill in: CallPro's own tables, and what they take."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.callpro.fulfilment import Fulfilment, Row

LONGEST_NAME, LONGEST_TEXT = 250, 1024


@dataclass
class CallPro:
    """Appointments, the entries that they belong to, and events (Gebeurtenissen)."""

    appointments: dict[str, Row] = field(default_factory=dict)
    entries: dict[str, Row] = field(default_factory=dict)
    events: dict[str, Row] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)

    # --- what people do --------------------------------------------------------------

    def book(self, number: str, start: datetime, end: datetime, **entry: Any) -> None:
        """Book an appointment with an entry of a call list."""
        known = {"COMP_NAME": "Bakkerij Jansen", "ADDR_STREET": "Dorpsstraat"}
        known |= {"ADDR_NUMBER": "1", "ADDR_CITY": "Utrecht", "EXP_APP": ""}
        self.entries[number] = known | entry
        self.appointments[number] = {
            "ID": number,
            "ENTRYID": number,
            "FROMDATE": start,
            "TODATE": end,
            "CANCELLED": 0,
        }
        self.changed.add(number)

    def change(self, number: str, **members: Any) -> None:
        """Change an appointment."""
        self.appointments[number] |= members
        self.changed.add(number)

    def change_entry(self, number: str, **members: Any) -> None:
        """Change what an appointment's entry says."""
        self.entries[number] |= members
        self.changed.add(number)

    # --- what Calway fills in --------------------------------------------------------

    def sql(self, text: str, collections: Mapping[str, Row]) -> list[Row]:
        """Do what a placeholder asks for."""
        asked = " ".join(text.strip("{} \n").split())
        if asked.startswith("the query that gives id"):
            every = "changed since their markers" not in asked
            found = self.appointments.values()
            return [dict(one) for one in found if every or one["ID"] in self.changed]
        if asked.startswith("set the marker of "):
            self.changed.discard(asked.removeprefix("set the marker of "))
            return []
        assert asked.startswith("the procedure that keeps or deletes"), asked
        self._take(collections["CHANGE"])
        return []

    def resource(self, kind: str, number: str) -> Row:
        """Return an entry or an appointment."""
        return self.entries[number] if kind == "ENTRY" else self.appointments[number]

    def _take(self, change: Row) -> None:
        name = change["ID"]
        if name.startswith("callpro-"):
            self._take_outside_change(name.removeprefix("callpro-"), change)
        elif change["OP"] == "delete":
            self.events.pop(name, None)
        else:
            self.events[name] = self._storable(change)

    def _take_outside_change(self, number: str, change: Row) -> None:
        if change["OP"] == "delete":
            self.change(number, CANCELLED=1)
            return
        moments = {
            column: datetime.fromisoformat(change[name])
            for column, name in (("FROMDATE", "START"), ("TODATE", "END"))
        }
        self.change(number, **moments)

    def _storable(self, change: Row) -> Row:
        """Return an event as its table takes it; what does not fit is an error."""
        title, text = change["TITLE"], change["DESCRIPTION"]
        assert len(title.encode("utf-16-le")) / 2 <= LONGEST_NAME
        assert len(text.encode("utf-16-le")) / 2 <= LONGEST_TEXT
        for each in (title, text, change["LOCATION"]):
            assert each == each.lstrip()
            assert not any(ord(letter) > 0xFFFF for letter in each)
        return change

    def titles(self) -> list[str]:
        """Return the names of the events, doubles too."""
        return sorted(one["TITLE"] for one in self.events.values())


def fulfilment_of(texts: Mapping[str, str], office: CallPro) -> dict[str, Fulfilment]:
    """Return configurations as CallPro has them, by name."""
    return {
        name: Fulfilment(text=text, database=office) for name, text in texts.items()
    }
