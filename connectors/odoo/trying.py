"""Trying an Odoo: is it there, which version, does the key work, whose is it?"""

import re
from collections.abc import Mapping
from datetime import date, datetime

from connectors.base import ApplicationRefused, Means
from connectors.http import Http, NoAnswer
from connectors.odoo.calls import (
    JSON_2_SINCE,
    NAME,
    Calls,
    Place,
    json_of,
    pause_for,
    rpc,
)
from sync.errors import OperatorFault, SyncError
from sync.problems import Problem
from sync.values import Json

OLDEST, NEWEST = 17, 19
_BUSY = "sync_active"
_LOGIN = ("database", "user", "api_key")
_NUMBER = re.compile(r"(?:saas[~-])?(\d+)")


def tried(application: Mapping[str, Json], means: Means) -> Mapping[str, Json]:
    """Return the application with what was found out. Raises ApplicationRefused."""
    given = {**application, "url": str(application["url"]).rstrip("/")}
    _check_expiry(given, means.now())
    version = _version(means.http, given["url"])
    uid = _uid(given, means.http, version)
    calls = Calls(
        place=place_of({**given, "version": version, "uid": uid}),
        http=means.http,
        now=means.now,
        sleep=means.sleep,
        memory=means.memory,
    )
    try:
        return _found_out(given, calls)
    except OperatorFault as error:
        raise _refused("/api_key", str(error)) from None
    except SyncError as error:
        raise _refused("", str(error)) from None


def place_of(application: Mapping[str, Json]) -> Place:
    """Return whom to ask, of an application that was tried."""
    url = application["url"]
    return Place(
        url=url,
        database=application["database"],
        uid=application["uid"],
        key=application["api_key"],
        version=application["version"],
        pause=pause_for(url, application.get("calls_per_second")),
    )


def _found_out(given: Mapping[str, Json], calls: Calls) -> Mapping[str, Json]:
    uid = calls.place.uid
    if calls.place.version >= JSON_2_SINCE:
        uid = calls.call("res.users", "context_get")["uid"]
    fields = ["login", "email", "partner_id"]
    fields += ["calendar_default_privacy"] if calls.place.version >= 18 else []
    [user] = calls.call(
        "res.users", "search_read", domain=[["id", "=", uid]], fields=fields
    )
    if user["login"].lower() != str(given["user"]).lower():
        raise _refused("/user", "The API key belongs to another user of this Odoo.")
    partner, email = user["partner_id"], user["email"] or user["login"]
    _quiet(given, calls, uid)
    return {
        **given,
        "version": calls.place.version,
        "uid": uid,
        "partner": partner[0] if isinstance(partner, list) else partner,
        "email": str(email).strip().lower(),
        "default_privacy": user.get("calendar_default_privacy") or "public",
    }


def _quiet(given: Mapping[str, Json], calls: Calls, uid: int) -> None:
    """See to it that Odoo does not synchronize with Google itself for this user."""
    status = calls.call("res.users", "check_synchronization_status", ids=[uid])
    if status.get("google_calendar") != _BUSY:
        return
    if not given.get("pause_own_google_sync"):
        raise _refused(
            "/pause_own_google_sync",
            "Odoo itself synchronizes this user's meetings with Google, and two would"
            " fight: stop it in Odoo's calendar, or let Tandem pause it.",
        )
    calls.call("res.users", "stop_google_synchronization", ids=[uid])


def _version(http: Http, url: str) -> int:
    """Return the number of the version, which Odoo tells to everybody."""
    try:
        response = http.send("GET", f"{url}/web/version")
        said = json_of(response) if response.is_good else None
        if not isinstance(said, Mapping) or "version" not in said:
            said = rpc(http, url, "common", "version")
    except NoAnswer as error:
        raise _refused("/url", str(error)) from None
    except SyncError as error:
        raise _refused("/url", str(error)) from None
    told = said.get("version") or said.get("server_version") or ""
    found = _NUMBER.match(str(told))
    number = int(found[1]) if found else 0
    if not OLDEST <= number <= NEWEST:
        raise _refused(
            "/url",
            f"There is no {NAME} {OLDEST}, 18 or {NEWEST} at this address.",
        )
    return number


def _uid(given: Mapping[str, Json], http: Http, version: int) -> int:
    """Return the number of the user; JSON-2 tells it later, by the key alone."""
    if version >= JSON_2_SINCE:
        return 0
    arguments: list[Json] = [*(given[name] for name in _LOGIN), {}]
    try:
        uid = rpc(http, given["url"], "common", "authenticate", *arguments)
    except OperatorFault as error:
        raise _refused("/database", str(error)) from None
    except SyncError as error:
        raise _refused("", str(error)) from None
    if not uid:
        raise _refused(
            "/api_key", "Odoo does not know this user, or not with this API key."
        )
    return int(uid)


def _check_expiry(given: Mapping[str, Json], now: datetime) -> None:
    if "key_expires" not in given:
        return
    try:
        last = date.fromisoformat(given["key_expires"])
    except ValueError:
        raise _refused("/key_expires", "There is no such day.") from None
    if last < now.date():
        raise _refused("/key_expires", "By then the key has expired already.")


def _refused(pointer: str, message: str) -> ApplicationRefused:
    return ApplicationRefused(Problem(pointer=pointer, message=message))
