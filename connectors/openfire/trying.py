"""Trying an OpenFire: is it one, is the password right, whose planning is it?"""

from collections.abc import Mapping

from connectors.base import ApplicationRefused, Means
from connectors.odoo.calls import Calls, Place, rpc
from sync.errors import OperatorFault, SyncError
from sync.problems import Problem
from sync.values import Json

SERIES = 10
_SYNCED = "of_google_calendar_last_sync_date"
CONTEXT: Mapping[str, Json] = {"active_test": False, "no_google_synchro_update": True}
"""The context of our calls: archived visits are found, and OpenFire's own
synchronization with Google does not take our writes for news."""


def tried(application: Mapping[str, Json], means: Means) -> Mapping[str, Json]:
    """Return the application with what was found out. Raises ApplicationRefused."""
    given = {**application, "url": str(application["url"]).rstrip("/")}
    if given.get("day_begins", "08:00") >= given.get("day_ends", "18:00"):
        raise _refused("/day_ends", "A working day ends after it begins.")
    _check_version(given, means)
    calls = calls_of({**given, "uid": _uid(given, means)}, means)
    try:
        return _found_out(given, calls)
    except SyncError as error:
        raise _refused("", str(error)) from None


def calls_of(application: Mapping[str, Json], means: Means) -> Calls:
    """Return the calls of an application whose user is known."""
    return Calls(
        place=Place(
            url=application["url"],
            database=application["database"],
            uid=application["uid"],
            key=application["password"],
            version=SERIES,
        ),
        http=means.http,
        now=means.now,
        sleep=means.sleep,
        memory=means.memory,
        context={**CONTEXT, "tz": means.time_zone},
    )


def _check_version(given: Mapping[str, Json], means: Means) -> None:
    try:
        said = rpc(means.http, given["url"], "common", "version")
    except SyncError as error:
        raise _refused("/url", str(error)) from None
    told = said.get("server_version", "") if isinstance(said, Mapping) else ""
    if not str(told).startswith(f"{SERIES}."):
        raise _refused("/url", "There is no OpenFire (Odoo 10) at this address.")


def _uid(given: Mapping[str, Json], means: Means) -> int:
    arguments: list[Json] = [given["database"], given["user"], given["password"], {}]
    try:
        uid = rpc(means.http, given["url"], "common", "authenticate", *arguments)
    except OperatorFault as error:
        raise _refused("/database", str(error)) from None
    except SyncError as error:
        raise _refused("", str(error)) from None
    if not uid:
        raise _refused("/password", "OpenFire does not know this user and password.")
    return int(uid)


def _found_out(given: Mapping[str, Json], calls: Calls) -> Mapping[str, Json]:
    uid = calls.place.uid
    [user] = _read(
        calls,
        "res.users",
        [["id", "=", uid]],
        "company_id",
        "of_google_calendar_last_sync_date",
    )
    if user[_SYNCED]:
        raise _refused(
            "/user",
            "OpenFire itself synchronizes this user's visits with Google, and two would"
            " fight: remove its references to Google first.",
        )
    employees = _read(calls, "hr.employee", [["user_id", "=", uid]], "email_synchro")
    if not employees:
        raise _refused("/user", "This user is no employee in OpenFire.")
    tasks = _read(calls, "of.planning.tache", [["name", "=", given["task"]]], "name")
    if not tasks:
        raise _refused("/task", "OpenFire has no task of this name.")
    return {
        **given,
        "uid": uid,
        "employee": employees[0]["id"],
        "company": user["company_id"][0],
        "task_id": tasks[0]["id"],
        "email": str(employees[0]["email_synchro"] or "").strip().lower(),
    }


def _read(
    calls: Calls, model: str, domain: Json, *fields: str
) -> list[dict[str, Json]]:
    return list(
        calls.call(model, "search_read", domain=domain, fields=list(fields), order="id")
    )


def _refused(pointer: str, message: str) -> ApplicationRefused:
    return ApplicationRefused(Problem(pointer=pointer, message=message))
