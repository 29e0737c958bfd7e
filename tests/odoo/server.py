"""The server: /web/version, /jsonrpc, and from 19 on /json/2, in this very process."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from connectors.http import NoAnswer, Response, Why
from tests.odoo.events import Caller, Events
from tests.odoo.refusals import AccessDenied, AccessError, Fault, UnknownMethod
from tests.odoo.tables import RELATIONS, Record, Tables

Json = Any
DATABASE = "company"
ADDRESS = "https://odoo.example.com"
EVENT = "calendar.event"
HIDDEN = ("description", "location", "videocall_location")
TICK = timedelta(milliseconds=7)


class OdooServer:
    """One Odoo with one database, behind the port that connectors send through."""

    def __init__(self, version: int, *, own_google_sync: str = "") -> None:
        self.version = version
        self.tables = Tables()
        self.events = Events(
            self.tables, version, own_google_sync=bool(own_google_sync)
        )
        self.google_status = own_google_sync
        self.keys: dict[str, int] = {}
        self.requests: list[str] = []
        self.is_down = False
        self.loses_next_create = False
        self._calls_left: int | None = None
        self._now = datetime(2026, 11, 20, 12, tzinfo=UTC).replace(tzinfo=None)

    # --- people ----------------------------------------------------------------------

    def add_user(self, email: str, key: str, *groups: str) -> int:
        """Add an internal user with an API key; `groups` are what else he may."""
        partner = self.add_partner(email.partition("@")[0].title(), email)
        user: Record = {
            "login": email,
            "email": email,
            "partner_id": partner,
            "groups": {"base.group_user", *groups},
            "tz": "Europe/Amsterdam",
        }
        if self.version >= 18:
            user["calendar_default_privacy"] = "public"
        self.keys[key] = self.tables.add("res.users", user)
        return self.keys[key]

    def add_partner(self, name: str, email: str) -> int:
        """Add a contact."""
        return self.tables.add("res.partner", {"name": name, "email": email})

    def caller(self, uid: int, context: Mapping[str, Json] | None = None) -> Caller:
        """Return a caller of this moment, which is a little later than the last."""
        self._now += TICK
        user = self.tables.of("res.users")[uid]
        groups = frozenset(user["groups"])
        return Caller(uid, user["partner_id"], groups, self._now, context or {})

    @property
    def now(self) -> datetime:
        """The server's moment."""
        return self._now.replace(tzinfo=UTC)

    def pass_time(self, by: timedelta) -> None:
        """Let time pass."""
        self._now += by

    def fails_after(self, calls: int | None) -> None:
        """Do so many calls, and lose the answers of all that follow the last."""
        self._calls_left = calls

    # --- the port --------------------------------------------------------------------

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
            raise NoAnswer(Why.UNREACHABLE, host="odoo.example.com")
        path = urlsplit(url).path
        said = json.loads(body) if body else {}
        self.requests.append(path)
        if path == "/web/version" and method == "GET":
            if self.version < 19:
                return _json({}, status=404)
            return _json({"version": f"{self.version}.0", "version_info": []})
        if path == "/jsonrpc" and method == "POST":
            return self._rpc(said)
        if path.startswith("/json/2/") and method == "POST" and self.version >= 19:
            return self._json_2(path, said, headers)
        return _json({}, status=404)

    def _rpc(self, said: Json) -> Response:
        params = said["params"]
        try:
            result = self._service(params["service"], params["method"], params["args"])
        except Fault as fault:
            data = {"name": fault.name, "message": str(fault), "debug": "Traceback …"}
            error = {"code": 200, "message": "Odoo Server Error", "data": data}
            return _json({"jsonrpc": "2.0", "id": said.get("id"), "error": error})
        return _json({"jsonrpc": "2.0", "id": said.get("id"), "result": result})

    def _service(self, service: str, method: str, args: list[Json]) -> Json:
        if (service, method) == ("common", "version"):
            return {"server_version": f"{self.version}.0", "protocol_version": 1}
        if (service, method) == ("common", "authenticate"):
            database, login, key, _ = args
            uid = self._uid(database, key)
            known = uid and self.tables.of("res.users")[uid]["login"] == login
            return uid if known else False
        database, uid, key, model, name, positional, named = args
        if self._uid(database, key) != uid:
            raise AccessDenied("Access Denied")
        return self._called(uid, model, name, positional, dict(named))

    def _uid(self, database: str, key: str) -> int | None:
        if database != DATABASE:
            raise Fault(f'database "{database}" does not exist')
        return self.keys.get(key)

    def _json_2(self, path: str, said: Json, headers: Mapping[str, str]) -> Response:
        given = {name.lower(): value for name, value in headers.items()}
        _, _, key = given.get("authorization", "").partition(" ")
        if given.get("x-odoo-database", DATABASE) != DATABASE:
            return _json({"message": "Not Found"}, status=404)
        if key not in self.keys:
            return _error(
                AccessDenied("Invalid apikey"), "werkzeug.exceptions.Unauthorized"
            )
        model, name = path.removeprefix("/json/2/").split("/")
        if name.startswith("_"):
            return _error(AccessError("Private methods cannot be called"))
        ids = said.pop("ids", None)
        try:
            positional = [] if ids is None else [ids]
            result = self._called(self.keys[key], model, name, positional, said)
        except Fault as fault:
            return _error(fault)
        return _json(result)

    # --- models ----------------------------------------------------------------------

    def _called(
        self, uid: int, model: str, name: str, positional: list[Json], named: Json
    ) -> Json:
        caller = self.caller(uid, named.pop("context", None))
        method = self._methods().get((model, name)) or self._methods().get(("*", name))
        if method is None:
            raise UnknownMethod(f"{model} has no method {name}")
        if self._calls_left is not None:
            self._calls_left -= 1
            if self._calls_left < 0:
                raise NoAnswer(Why.LATE, host="odoo.example.com")
        result = method(caller, model, *positional, **named)
        if self._calls_left == 0:
            raise NoAnswer(Why.LATE, host="odoo.example.com")
        if name == "create" and self.loses_next_create and model == EVENT:
            self.loses_next_create = False
            raise NoAnswer(Why.LATE, host="odoo.example.com")
        return result

    def _methods(self) -> Mapping[tuple[str, str], Callable[..., Json]]:
        return {
            ("res.users", "context_get"): self._context_get,
            ("res.users", "check_synchronization_status"): self._status,
            ("res.users", "stop_google_synchronization"): self._stop,
            (EVENT, "create"): self._create_events,
            (EVENT, "write"): lambda caller, _, ids, vals: self.events.write(
                ids, vals, caller
            ),
            (EVENT, "unlink"): lambda caller, _, ids: self.events.unlink(ids, caller),
            ("calendar.attendee", "write"): lambda caller, _, ids, vals: (
                self.events.write_attendees(ids, vals, caller)
            ),
            ("*", "create"): self._create,
            ("*", "search_read"): self._search_read,
            ("*", "web_search_read"): self._web_search_read,
        }

    def _context_get(self, caller: Caller, _: str) -> Json:
        return {"lang": "en_US", "tz": "Europe/Amsterdam", "uid": caller.uid}

    def _status(self, caller: Caller, _: str, ids: list[int]) -> Json:
        return {"google_calendar": self.google_status} if self.google_status else {}

    def _stop(self, caller: Caller, _: str, ids: list[int]) -> Json:
        self.google_status = "sync_stopped"
        return None

    def _create_events(self, caller: Caller, _: str, vals_list: Json) -> Json:
        return [self.events.create(values, caller) for values in vals_list]

    def _create(self, caller: Caller, model: str, vals_list: Json) -> Json:
        needed = {
            "res.partner": "base.group_partner_manager",
            "calendar.event.type": "base.group_system",
            "calendar.alarm": "base.group_user",
        }
        if model not in needed:
            raise UnknownMethod(f"{model} is not among what this stand-in has")
        if needed[model] not in caller.groups:
            raise AccessError(f"You are not allowed to create {model} records.")
        return [self.tables.add(model, values) for values in vals_list]

    def _search_read(
        self,
        caller: Caller,
        model: str,
        domain: Json,
        fields: Sequence[str],
        **more: Json,
    ) -> Json:
        numbers = self._found(caller, model, domain, **more)
        return [self._read(caller, model, number, fields) for number in numbers]

    def _found(
        self,
        caller: Caller,
        model: str,
        domain: Json,
        limit: int | None = None,
        order: str = "id",
        offset: int = 0,
    ) -> list[int]:
        active_test = caller.context.get("active_test", True)
        found = self.tables.search(model, domain, active_test=active_test)
        return found[offset:][:limit]

    def _read(
        self, caller: Caller, model: str, number: int, fields: Iterable[str]
    ) -> Record:
        """Read a record; another's private event is only "Busy" (F17)."""
        record = self.tables.read(model, number, fields)
        if model == EVENT and self.events.hides(number, caller):
            record |= {name: False for name in HIDDEN if name in record}
            record |= {name: [] for name in ("attendee_ids",) if name in record}
            record |= {"name": "Busy"} if "name" in record else {}
        return record

    def _web_search_read(
        self,
        caller: Caller,
        model: str,
        domain: Json,
        specification: Json,
        **more: Json,
    ) -> Json:
        """Read records with those they refer to, in one call (F25)."""
        numbers = self._found(caller, model, domain, **more)
        records = [
            self._web_read(caller, model, number, specification) for number in numbers
        ]
        return {"length": len(records), "records": records}

    def _web_read(
        self, caller: Caller, model: str, number: int, specification: Json
    ) -> Record:
        record = self._read(caller, model, number, specification)
        for name, inner in specification.items():
            if "fields" not in inner or not record[name]:
                continue
            other = RELATIONS[model][name]
            one, fields = not isinstance(record[name], list), inner["fields"]
            numbers = [record[name]] if one else record[name]
            found = [self._web_read(caller, other, each, fields) for each in numbers]
            record[name] = found[0] if one else found
        return record


def _json(value: Json, *, status: int = 200) -> Response:
    headers = {"content-type": "application/json"}
    return Response(status=status, headers=headers, body=json.dumps(value).encode())


def _error(fault: Fault, name: str = "") -> Response:
    body = {"name": name or fault.name, "message": str(fault), "debug": "Traceback …"}
    return _json(body, status=fault.status)
