"""Sample data for a first look: made once, through the same doors that anybody uses."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

EMAIL = "anna@example.com"
ZONE = "Europe/Amsterdam"
CLIENT = {
    "kind": "oauth_client",
    "client_id": "sample.apps.googleusercontent.com",
    "client_secret": "sample-secret",
}
TIMEOUT = 20

Json = Any


class CallFailed(Exception):
    """One of the calls that make the sample was refused, with this status."""

    def __init__(self, message: str, *, status: int) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """What a person needs to look around; `invitation` is empty once it was used."""

    organization_key: str
    agenda: str
    invitation: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Addresses:
    """Where Tandem and the stand-in for Google are, and the operator's key.

    `public` is the address that links begin with.
    """

    tandem: str
    public: str
    google: str
    operator_key: str = field(repr=False)


def sample(where: Addresses, notes: Path) -> Sample:
    """Return the sample, made at the first start and found again in `notes` later."""
    known = _noted(notes)
    if known is None or not _is_there(where, known):
        known = _make(where)
        _note(notes, known)
    invitation = _invitation(where, known)
    _note(notes, known | {"invitation": invitation})
    return Sample(
        organization_key=known["key"],
        agenda=known["agenda"],
        invitation=invitation.get("url", ""),
    )


def _noted(notes: Path) -> dict[str, Json] | None:
    try:
        found: dict[str, Json] = json.loads(notes.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return found


def _is_there(where: Addresses, known: Mapping[str, Json]) -> bool:
    """Return whether this store holds the sample: it may be another than last time."""
    try:
        _call("GET", f"{where.tandem}/v1/agendas/{known['agenda']}", key=known["key"])
    except CallFailed as error:
        if error.status in (401, 404):
            return False
        raise
    return True


def _note(notes: Path, known: Mapping[str, Json]) -> None:
    # It holds a key, so nobody else on this machine may read it.
    descriptor = os.open(notes, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(known, file)


def _make(where: Addresses) -> dict[str, Json]:
    api = f"{where.tandem}/v1"
    organization = _call(
        "POST",
        f"{api}/organizations",
        {"name": "Sample Services"},
        key=where.operator_key,
    )
    key = organization["api_key"]
    path = f"{api}/organizations/{organization['id']}"
    _call("PUT", f"{path}/google", CLIENT, key=key)
    agenda = _call(
        "POST",
        f"{api}/agendas",
        {
            "name": "Visits of Anna",
            "owner_email": EMAIL,
            "connector": "rest",
            "settings": {"time_zone": ZONE},
        },
        key=key,
    )
    monday = _monday()
    for name, item in items(monday).items():
        _call("PUT", f"{api}/agendas/{agenda['id']}/items/{name}", item, key=key)
    account = {"email": EMAIL, "name": "Anna", "timezone": ZONE}
    _call("POST", f"{where.google}/_/accounts", account)
    body = {"calendar": EMAIL, "events": events(monday)}
    _call("POST", f"{where.google}/_/events", body)
    return {"key": key, "agenda": agenda["id"], "invitation": {}}


def _invitation(where: Addresses, known: Mapping[str, Json]) -> Mapping[str, Json]:
    """Return the invitation while it can be opened, a new one when it ended unused."""
    path = f"{where.tandem}/v1/agendas/{known['agenda']}"
    agenda = known["agenda"]
    connections = _call(
        "GET", f"{where.tandem}/v1/connections?agenda={agenda}", key=known["key"]
    )
    if connections["items"]:
        return {}
    before: Mapping[str, Json] = known["invitation"]
    if before and _can_be_opened(where, before):
        return before
    made: Mapping[str, Json] = _call(
        "POST", f"{path}/invitations", {"language": "en"}, key=known["key"]
    )
    return made


def _can_be_opened(where: Addresses, invitation: Mapping[str, Json]) -> bool:
    """Return whether it has not ended, nor leads to a port of an earlier start."""
    if not invitation["url"].startswith(f"{where.public}/"):
        return False
    return bool(invitation["expires_at"] > datetime.now().astimezone().isoformat())


def items(monday: date) -> dict[str, Json]:
    """Return a week of appointments, one a series with an exception, one all day."""
    second = monday + timedelta(days=7)
    return {
        "visit-4711": _visit(monday, "09:00", "PT1H30M", "Roof survey")
        | {"locations": {"1": {"@type": "Location", "name": "Dorpsstraat 1, Utrecht"}}},
        "visit-4712": _visit(monday, "13:30", "PT1H", "Boiler, yearly service"),
        "visit-4713": _visit(monday + timedelta(days=1), "10:00", "PT2H", "New meter"),
        "visit-4714": _visit(monday + timedelta(days=2), "08:30", "PT45M", "Leak")
        | {"description": "Third floor; the key is with the neighbours."},
        "visit-4715": _visit(monday + timedelta(days=3), "15:00", "PT1H", "Handover"),
        "team": _visit(monday, "08:00", "PT30M", "Team meeting")
        | {
            "recurrenceRules": [
                {"@type": "RecurrenceRule", "frequency": "weekly", "count": 8}
            ],
            "recurrenceOverrides": {
                f"{second}T08:00:00": {"start": f"{second}T09:30:00"},
            },
        },
        "training": {
            "@type": "Event",
            "title": "Safety training",
            "start": f"{monday + timedelta(days=4)}T00:00:00",
            "duration": "P1D",
            "showWithoutTime": True,
        },
    }


def events(monday: date) -> list[Json]:
    """Return what Anna has in her calendar herself."""
    return [
        _event(monday + timedelta(days=1), "12:30", "13:30", "Lunch with Ben"),
        _event(monday + timedelta(days=2), "17:00", "17:45", "Dentist"),
        {
            "summary": "Day off",
            "start": {"date": str(monday + timedelta(days=11))},
            "end": {"date": str(monday + timedelta(days=12))},
        },
    ]


def _monday() -> date:
    today = datetime.now().astimezone().date()
    return today - timedelta(days=today.weekday())


def _visit(day: date, start: str, duration: str, title: str) -> dict[str, Json]:
    return {
        "@type": "Event",
        "title": title,
        "start": f"{day}T{start}:00",
        "timeZone": ZONE,
        "duration": duration,
    }


def _event(day: date, start: str, end: str, summary: str) -> Json:
    return {
        "summary": summary,
        "start": {"dateTime": f"{day}T{start}:00", "timeZone": ZONE},
        "end": {"dateTime": f"{day}T{end}:00", "timeZone": ZONE},
    }


def _call(
    method: str, url: str, body: Json | None = None, *, key: str | None = None
) -> Json:
    data = None if body is None else json.dumps(body).encode()
    request = Request(url, data=data, method=method)  # noqa: S310 because it is ours
    request.add_header("Content-Type", "application/json")
    if key is not None:
        request.add_header("Authorization", f"Bearer {key}")
    try:
        with urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310 because of that
            text = answer.read()
    except HTTPError as error:
        told = error.read().decode("utf-8", "replace")
        message = f"{method} {url} was answered with {error.code}: {told}"
        raise CallFailed(message, status=error.code) from error
    return json.loads(text) if text else None
