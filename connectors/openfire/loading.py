"""Reading visits: a series is one row, and a row for each occurrence that differs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connectors.base import Item
from connectors.odoo.calls import Calls, Forbidden
from connectors.odoo.loading import Loader
from connectors.odoo.looking import Light
from connectors.odoo.moments import moment_of
from connectors.odoo.notes import Note
from connectors.odoo.owner import Owner
from connectors.odoo.rows import Row, Seen, version_of
from connectors.odoo.tokens import Token, token_of
from connectors.openfire.visits import visit_content
from sync.content import Content
from sync.errors import AccessLost, ContentRefused, OperatorFault, PermanentError
from sync.values import Json

VISIT = "of.planning.intervention"
LIGHT = ("write_date", "active", "recurrent_id")
WHOLE = (
    *("name", "description", "state", "active", "write_date", "origin_interface"),
    *("date", "date_deadline", "all_day", "google_address", "address_id"),
    *("employee_ids", "employee_main_id", "partner_id", "partner_ids"),
    *("recurrency", "rrule", "recurrent_id", "recurrent_id_date"),
)
_PROBLEM = "OpenFire shows this visit in a form that we do not know."


def owner_of(visit: Row) -> int:
    """Return the visit to which this one belongs: itself, or the series' own."""
    series = visit["recurrent_id"]
    found = series[0] if isinstance(series, list) else series
    return int(found or visit["id"])


def read_visits(
    calls: Calls, domain: Sequence[Json], fields: Sequence[str]
) -> list[dict[str, Json]]:
    """Return visits, archived ones as well."""
    found = calls.call(
        VISIT, "search_read", domain=list(domain), fields=list(fields), order="id"
    )
    return list(found)


@dataclass(frozen=True, kw_only=True, slots=True)
class VisitSource:
    """The owner's visits, listed; `employee` is what he is in the planning."""

    calls: Calls
    employee: int

    def listed(self, since: str | None, probed: Sequence[int]) -> Sequence[Light]:
        """As the port promises. What is archived is gone, but for occurrences."""
        domain: list[Json] = [["employee_ids", "in", [self.employee]]]
        if since is not None:
            domain += ["|", ["write_date", ">=", since], ["id", "in", list(probed)]]
        visits = read_visits(self.calls, domain, LIGHT)
        return [
            Light(visit["id"], str(owner_of(visit)), visit["write_date"])
            for visit in visits
            if visit["active"] or visit["recurrent_id"]
        ]


@dataclass(frozen=True, kw_only=True, slots=True)
class VisitLoader(Loader):
    """Reads the owner's visits."""

    employee: int

    def items(self, names: Sequence[str]) -> Mapping[str, Seen]:
        """Return the visits that are there, by id, with what was detached of them."""
        asked = [int(name) for name in names if name.isdigit()]
        if not asked:
            return {}
        domain: list[Json] = ["|", ["id", "in", asked], ["recurrent_id", "in", asked]]
        groups: dict[int, list[Row]] = {}
        for visit in self.visits(domain):
            groups.setdefault(owner_of(visit), []).append(visit)
        notes = self.notes.of([str(number) for number in asked])
        found = {
            str(number): self._seen(number, groups.get(number, []), notes)
            for number in asked
        }
        return {name: one for name, one in found.items() if one is not None}

    def with_token(self, pattern: str) -> Row | None:
        """Return the visit whose token looks like this, if there is one."""
        found = self.visits([["origin_interface", "=like", pattern]])
        return next((visit for visit in found if visit["active"]), None)

    def visits(self, domain: Sequence[Json]) -> list[Row]:
        """Return visits with the addresses of those who take part."""
        try:
            found = read_visits(self.calls, domain, WHOLE)
        except Forbidden:
            raise AccessLost(
                "OpenFire does not let this user read the planning any more."
            ) from None
        except ContentRefused:
            raise OperatorFault(
                "This OpenFire lacks fields of the planning that Tandem reads."
            ) from None
        operators = self._people("hr.employee", found, "employee_ids", "email_synchro")
        others = self._people("res.partner", found, "partner_ids", "email")
        return [_peopled(visit, operators, others) for visit in found]

    def _people(
        self, model: str, visits: Sequence[Row], member: str, address: str
    ) -> dict[int, Row]:
        ids = {number for visit in visits for number in visit[member]}
        if member == "partner_ids":
            ids |= {visit["partner_id"][0] for visit in visits if visit["partner_id"]}
        if not ids:
            return {}
        found = self.calls.call(
            model,
            "search_read",
            domain=[["id", "in", sorted(ids)]],
            fields=["name", address],
            order="id",
        )
        return {
            one["id"]: {"id": one["id"], "name": one["name"], "email": one[address]}
            for one in found
        }

    def _seen(
        self, number: int, visits: Sequence[Row], notes: Mapping[str, Note]
    ) -> Seen | None:
        master = next((one for one in visits if one["id"] == number), None)
        name = str(number)
        mine = master is not None and self.employee in master["employee_ids"]
        if master is None or not mine or not master["active"] or master["recurrent_id"]:
            return None
        token = token_of(master["origin_interface"]) or Token()
        if token.building:
            return None
        known = notes.get(name) or Note(home=name)
        note = Note(
            home=name,
            key=token.key or known.key,
            ical_uid=token.ical_uid or known.ical_uid,
        )
        item = _item(master, visits, note, self.owner)
        return Seen(item=item, rows=visits, note=note)


def _item(master: Row, visits: Sequence[Row], note: Note, owner: Owner) -> Item:
    content: Content | None = None
    problem = None
    detached = [visit for visit in visits if visit is not master]
    try:
        content = visit_content(master, detached, owner, uid=note.ical_uid or note.home)
    except (ValueError, KeyError, TypeError, PermanentError):
        problem = _PROBLEM
    return Item(
        id=note.home,
        version=version_of(visits),
        content=content,
        changed_at=moment_of(max(visit["write_date"] for visit in visits)),
        key=note.key or None,
        ical_uid=note.ical_uid or None,
        problem=problem,
    )


def _peopled(
    visit: dict[str, Json], operators: Mapping[int, Row], others: Mapping[int, Row]
) -> Row:
    customer = visit["partner_id"]
    partners = [*([customer[0]] if customer else []), *visit["partner_ids"]]
    return {
        **visit,
        "operators": [operators[one] for one in visit["employee_ids"]],
        "people": [others[one] for one in dict.fromkeys(partners)],
        "access_token": visit["origin_interface"],
    }
