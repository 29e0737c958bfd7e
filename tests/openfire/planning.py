"""`of.planning.intervention`: visits, and occurrences under virtual ids."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.odoo.refusals import Fault, MissingError, ValidationError
from tests.odoo.tables import Record, Tables, read_moment

Json = Any
VISIT = "of.planning.intervention"
RULE_FIELDS: Mapping[str, Json] = {
    "recurrency": False,
    "rrule_type": False,
    "interval": 1,
    "end_type": "count",
    "count": 1,
    "final_date": False,
    "month_by": "date",
    "day": 1,
    "byday": False,
    "week_list": False,
    **dict.fromkeys(("mo", "tu", "we", "th", "fr", "sa", "su"), False),
}
DEFAULTS: Mapping[str, Json] = {
    "name": False,
    "description": False,
    "state": "draft",
    "active": True,
    "all_day": False,
    "date": None,
    "date_deadline": None,
    "date_deadline_forcee": None,
    "forcer_dates": False,
    "duree": 0.0,
    "verif_dispo": True,
    "employee_ids": [],
    "employee_main_id": False,
    "partner_ids": [],
    "partner_id": False,
    "address_id": False,
    "google_address": False,
    "tache_id": False,
    "company_id": False,
    "origin_interface": False,
    "recurrent_id": False,
    "recurrent_id_date": False,
    **RULE_FIELDS,
}
NEEDED = ("name", "date", "duree", "employee_ids", "tache_id", "company_id")
TIMES = {"date", "date_deadline_forcee"}


@dataclass(slots=True)
class Planning:
    """The visits of one database."""

    tables: Tables

    def create(self, values: Mapping[str, Json], now: datetime) -> int:
        """Make a visit (P1, P2); it must not overlap another (P6)."""
        for name in NEEDED:
            if not values.get(name):
                raise ValidationError(f"The field {name} is required.")
        visit: Record = {**DEFAULTS, "write_date": now}
        self._set(visit, values)
        self._check(visit)
        return self.tables.add(VISIT, visit)

    def write(self, ids: Sequence[int | str], values: Json, now: datetime) -> bool:
        """Change visits; times detach a virtual id, texts are the series' (P8)."""
        for one in ids:
            visit = (
                self._real(one)
                if not _is_virtual(one) or not TIMES & values.keys()
                else self._detached(str(one))
            )
            changed = {**visit}
            self._set(changed, values)
            if changed["active"]:
                self._check(changed)
            visit |= {**changed, "write_date": now}
        return True

    def unlink(self, ids: Sequence[int | str], now: datetime) -> bool:
        """Archive visits (P9); a virtual one leaves an archived row (P8)."""
        for one in ids:
            visit = self._detached(str(one)) if _is_virtual(one) else self._real(one)
            visit |= {"active": False, "write_date": now}
        return True

    def _real(self, one: int | str) -> Record:
        number = int(str(one).partition("-")[0])
        if number not in self.tables.of(VISIT):
            raise MissingError("Record does not exist or has been deleted.")
        return self.tables.of(VISIT)[number]

    def _detached(self, virtual: str) -> Record:
        number, _, moment = virtual.partition("-")
        master = self._real(number)
        start = datetime.strptime(moment, "%Y%m%d%H%M%S")  # noqa: DTZ007  because Odoo's own moments carry no zone
        length = master["date_deadline"] - master["date"]
        copied = {
            **{name: master[name] for name in DEFAULTS},
            **RULE_FIELDS,
            "origin_interface": False,
            "recurrent_id": master["id"],
            "recurrent_id_date": start,
            "date": start,
            "date_deadline": start + length,
            "date_deadline_forcee": start + length,
            "write_date": master["write_date"],
        }
        return self.tables.of(VISIT)[self.tables.add(VISIT, copied)]

    def _set(self, visit: Record, values: Mapping[str, Json]) -> None:
        for name, value in values.items():
            if name not in DEFAULTS:
                raise Fault(f"Invalid field {name!r} on model {VISIT!r}")
            if name in ("employee_ids", "partner_ids"):
                [[command, _, ids]] = value
                assert command == 6
                visit[name] = list(ids)
            elif name in TIMES or name == "recurrent_id_date":
                visit[name] = read_moment(value).replace(second=0)
            else:
                visit[name] = value
        visit["employee_main_id"] = visit["employee_ids"][0]
        if visit["forcer_dates"]:
            visit["date_deadline"] = visit["date_deadline_forcee"]
        else:
            raise ValidationError("The visit lies outside of the working hours.")

    def _check(self, visit: Record) -> None:
        span = (visit["date_deadline"] - visit["date"]) / timedelta(hours=1)
        if visit["duree"] <= 0 or span <= 0:
            raise ValidationError("The duration must be positive.")
        if visit["duree"] > span + 0.001:
            raise ValidationError("The duration is longer than the visit.")
        if visit["verif_dispo"] and self._overlaps(visit):
            raise ValidationError("The operator has another visit at that time.")

    def _overlaps(self, visit: Record) -> bool:
        return any(
            other["active"]
            and other["id"] != visit.get("id")
            and other["state"] not in ("cancel", "postponed")
            and set(other["employee_ids"]) & set(visit["employee_ids"])
            and other["date"] < visit["date_deadline"]
            and visit["date"] < other["date_deadline"]
            for other in self.tables.of(VISIT).values()
        )


def _is_virtual(one: int | str) -> bool:
    return "-" in str(one)


def rrule_of(visit: Record) -> str | bool:
    """Return the rule that the fields say (P7)."""
    if not visit["recurrency"]:
        return False
    parts = [f"FREQ={visit['rrule_type'].upper()}"]
    parts += [f"INTERVAL={visit['interval']}"] if visit["interval"] > 1 else []
    days = [day for day in ("mo", "tu", "we", "th", "fr", "sa", "su") if visit[day]]
    if visit["rrule_type"] == "weekly":
        parts.append(f"BYDAY={','.join(days).upper()}")
    if visit["rrule_type"] == "monthly" and visit["month_by"] == "day":
        parts.append(f"BYDAY={visit['byday']}{visit['week_list']}")
    elif visit["rrule_type"] == "monthly":
        parts.append(f"BYMONTHDAY={visit['day']}")
    if visit["end_type"] == "count":
        parts.append(f"COUNT={visit['count']}")
    else:
        parts.append(f"UNTIL={visit['final_date'].replace('-', '')}T235959Z")
    return ";".join(parts)
