"""The server: JSON-RPC with passwords, in this very process."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from connectors.http import NoAnswer, Response, Why
from tests.odoo.refusals import AccessDenied, Fault, UnknownMethod
from tests.odoo.tables import Record, Tables
from tests.openfire.planning import VISIT, Planning, rrule_of

Json = Any
DATABASE = "planning"
ADDRESS = "https://openfire.example.com"
ANNA, PASSWORD = "anna@example.com", "anna-s-password"
TASK = "Visit"
TICK = timedelta(milliseconds=7)
NAMED = {"address_id": "res.partner", "partner_id": "res.partner"}
NAMED |= {"company_id": "res.company", "tache_id": "of.planning.tache"}


class OpenFireServer:
    """One OpenFire with one database, behind the port that connectors send through."""

    def __init__(self) -> None:
        self.tables = Tables()
        self.planning = Planning(self.tables)
        self.requests: list[str] = []
        self.is_down = False
        self.loses_next_create = False
        self._now = datetime(2026, 11, 20, 12, tzinfo=UTC).replace(tzinfo=None)
        add = self.tables.add
        company = add("res.company", {"name": "Fixers"})
        user: Record = {"login": ANNA, "company_id": company}
        self.user = add(
            "res.users", {**user, "of_google_calendar_last_sync_date": False}
        )
        self.task = add("of.planning.tache", {"name": TASK})
        self.company = company
        self.employee = self.add_employee("Anna", ANNA, user=self.user)

    def add_employee(self, name: str, email: str | bool, *, user: int = 0) -> int:
        """Add an operator, with an address or without."""
        values = {"name": name, "email_synchro": email, "user_id": user}
        return self.tables.add("hr.employee", values)

    @property
    def now(self) -> datetime:
        """The server's moment, a little later each time."""
        self._now += TICK
        return self._now

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] = MappingProxyType({}),
        body: bytes | None = None,
    ) -> Response:
        """Answer as the port of connectors promises."""
        if self.is_down:
            raise NoAnswer(Why.UNREACHABLE, host="openfire.example.com")
        self.requests.append(method)
        if urlsplit(url).path != "/jsonrpc":
            return Response(status=404, body=b"{}")
        params = json.loads(body or b"{}")["params"]
        try:
            result = self._service(params["service"], params["method"], params["args"])
        except Fault as fault:
            data = {"name": fault.name, "message": str(fault), "debug": "Traceback …"}
            answer: Json = {"error": {"code": 200, "data": data}}
        else:
            answer = {"result": result}
        return Response(status=200, body=json.dumps(answer).encode())

    def _service(self, service: str, method: str, args: list[Json]) -> Json:
        if (service, method) == ("common", "version"):
            return {"server_version": "10.0", "protocol_version": 1}
        if args[0] != DATABASE:
            raise Fault(f'database "{args[0]}" does not exist')
        if service == "common":
            known = args[1] == ANNA and args[2] == PASSWORD
            return self.user if known else False
        _, uid, password, model, name, positional, named = args
        if (uid, password) != (self.user, PASSWORD):
            raise AccessDenied("Access denied")
        return self._called(model, name, positional, dict(named))

    def _called(
        self, model: str, name: str, positional: list[Json], named: Json
    ) -> Json:
        context = named.pop("context", {})
        if name == "search_read":
            return self._search_read(model, context, **named)
        if name == "create" and model == VISIT:
            made = self.planning.create(positional[0], self.now)
            if self.loses_next_create:
                self.loses_next_create = False
                raise NoAnswer(Why.LATE, host="openfire.example.com")
            return made
        if name == "create" and model == "res.partner":
            return self.tables.add(model, positional[0])
        if name == "write" and model == VISIT:
            return self.planning.write(positional[0], named["vals"], self.now)
        if name == "unlink" and model == VISIT:
            return self.planning.unlink(positional[0], self.now)
        raise UnknownMethod(f"{model} has no method {name}")

    def _search_read(
        self, model: str, context: Json, domain: Json, fields: Sequence[str], order: str
    ) -> Json:
        active_test = context.get("active_test", True)
        found = self.tables.search(model, domain, active_test=active_test)
        return [self._read(model, number, fields) for number in found]

    def _read(self, model: str, number: int, fields: Sequence[str]) -> Record:
        record = self.tables.of(model)[number]
        plain = [name for name in fields if name != "rrule"]
        found = self.tables.read(model, number, plain)
        if "rrule" in fields:
            found["rrule"] = rrule_of(record)
        for name in NAMED.keys() & found.keys():
            if found[name]:
                other = self.tables.of(NAMED[name])[found[name]]
                found[name] = [found[name], other["name"]]
        return found
