"""Calling Odoo: JSON-2 where it exists (from 19 on), JSON-RPC before.

Both are asked with the same named arguments, and name what goes wrong alike.
https://www.odoo.com/documentation/19.0/developer/reference/external_api.html
"""

import json
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from connectors.http import Http, Response, raise_for_trouble
from sync.errors import (
    ContentRefused,
    Missing,
    OperatorFault,
    PermanentError,
    TransientError,
)
from sync.troubles import LONGEST_MESSAGE, Cause, Reply
from sync.values import Json

NAME = "Odoo"
JSON_2_SINCE = 19
QUIET: Mapping[str, Json] = {
    "no_mail_to_attendees": True,
    "dont_notify": True,
    "skip_contact_description": True,
    "skip_attendee_notification": True,
    "mail_create_nolog": True,
    "tracking_disable": True,
    "active_test": False,
}
"""The context of all our calls: nobody gets a mail by them, and nothing is hidden."""

SLOW_HOSTS = (".odoo.com",)
ONE_A_SECOND = timedelta(seconds=1)
_LAST_CALL = "odoo-last-call"
_KEY_REFUSED = (
    "Odoo does not accept the API key any more: it may have expired or been deleted."
    " Make a new one in Odoo (My Profile, Account Security) and give it in the agenda's"
    " application."
)


class Forbidden(PermanentError):
    """Odoo's access rights do not allow it to this user."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Which database of which server, and with whose key; `version` is its series.

    `pause` is how long to wait between two calls.
    """

    url: str
    database: str
    uid: int
    key: str = field(repr=False)
    version: int
    pause: timedelta = timedelta(0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Calls:
    """One user's calls of methods of Odoo's models, one after the other."""

    place: Place
    http: Http
    now: Callable[[], datetime]
    sleep: Callable[[timedelta], None]
    memory: MutableMapping[str, Json]
    context: Mapping[str, Json] = field(default_factory=lambda: QUIET)

    def call(
        self,
        model: str,
        method: str,
        *,
        ids: Sequence[int | str] | None = None,
        **named: Json,
    ) -> Json:
        """Return what the method returns.

        Raises Missing, Forbidden, ContentRefused, OperatorFault and what waiting helps.
        """
        self._keep_pace()
        named = {**named, "context": dict(self.context)}
        if self.place.version >= JSON_2_SINCE:
            return self._json_2(model, method, ids, named)
        return self._rpc(model, method, ids, named)

    def _keep_pace(self) -> None:
        """Wait until the next call may be made; Odoo Online takes one a second."""
        if not self.place.pause:
            return
        last, now = self.memory.get(_LAST_CALL), self.now()
        if last is not None and now - last < self.place.pause:
            self.sleep(self.place.pause - (now - last))
        self.memory[_LAST_CALL] = self.now()

    def _json_2(
        self,
        model: str,
        method: str,
        ids: Sequence[int | str] | None,
        named: Mapping[str, Json],
    ) -> Json:
        body = named if ids is None else {"ids": list(ids), **named}
        headers = {
            "Authorization": f"bearer {self.place.key}",
            "X-Odoo-Database": self.place.database,
        }
        response = posted(
            self.http, f"{self.place.url}/json/2/{model}/{method}", body, headers
        )
        if response.is_good:
            return json_of(response)
        raise_for_known(response)
        raise TransientError(f"Odoo gave an answer of {response.status}.")

    def _rpc(
        self,
        model: str,
        method: str,
        ids: Sequence[int | str] | None,
        named: dict[str, Json],
    ) -> Json:
        place = self.place
        positional: list[Json] = [] if ids is None else [list(ids)]
        if method == "create":
            # It tells a single record from many by its first argument.
            positional = [named.pop("vals_list")]
        arguments = [place.database, place.uid, place.key, model, method]
        return rpc(
            self.http, place.url, "object", "execute_kw", *arguments, positional, named
        )


def rpc(http: Http, url: str, service: str, method: str, *arguments: Json) -> Json:
    """Return what a service of JSON-RPC answers. Raises as `Calls.call` does."""
    params = {"service": service, "method": method, "args": list(arguments)}
    body = {"jsonrpc": "2.0", "method": "call", "id": 1, "params": params}
    response = posted(http, f"{url}/jsonrpc", body, {})
    raise_for_trouble(response, whose=NAME)
    answer = json_of(response) if response.is_good else None
    if not isinstance(answer, Mapping):
        raise OperatorFault(
            f"There is no Odoo at this address (its answer was {response.status})."
        )
    if "error" in answer:
        raise_named(answer["error"].get("data") or {}, status=response.status)
    return answer.get("result")


def posted(
    http: Http, url: str, body: Mapping[str, Json], headers: Mapping[str, str]
) -> Response:
    """Send JSON and return the answer, whatever it is."""
    sent = json.dumps(body).encode()
    kinds = {"Content-Type": "application/json; charset=utf-8"}
    return http.send("POST", url, headers={**kinds, **headers}, body=sent)


def json_of(response: Response) -> Json:
    """Return the JSON of an answer; None where it is none."""
    try:
        return json.loads(response.body)
    except ValueError:
        return None


def raise_for_known(response: Response) -> None:
    """Raise what a bad answer of JSON-2 means."""
    if response.status == 401:
        raise OperatorFault(_KEY_REFUSED)
    said = json_of(response)
    if isinstance(said, Mapping) and "name" in said:
        raise_named(said, status=response.status)
    raise_for_trouble(response, whose=NAME)
    if response.status == 404:
        raise OperatorFault(
            "Odoo has no such database or model at this address any more."
        )


def raise_named(said: Mapping[str, Json], *, status: int) -> None:
    """Raise what Odoo's own exception means. Its traceback is told nobody."""
    name = str(said.get("name", "")).rpartition(".")[2]
    message = str(said.get("message", ""))[:LONGEST_MESSAGE]
    if "does not exist" in message and "database" in message:
        raise OperatorFault("There is no database of this name.")
    if name in ("AccessDenied", "Unauthorized"):
        raise OperatorFault(_KEY_REFUSED)
    if name == "AccessError":
        raise Forbidden("Odoo does not allow this to the user whose key we have.")
    if name == "MissingError":
        raise Missing("Odoo has no such meeting any more.")
    if name in ("UserError", "ValidationError", "RedirectWarning", "ValueError"):
        error = refused("Odoo does not take this meeting as it is.")
        error.reply = Reply(status=status, reason=name, message=message)
        raise error
    raise TransientError("Odoo is in trouble: it could not do what was asked.")


def refused(sentence: str) -> ContentRefused:
    """Return the refusal of one meeting, told in a sentence."""
    return ContentRefused(sentence, cause=Cause.REFUSED_BY_AGENDA)


def pause_for(url: str, asked: float | None) -> timedelta:
    """Return how long to wait between two calls: a second at Odoo Online."""
    if asked is not None:
        return timedelta(seconds=1 / asked)
    host = urlsplit(url).hostname or ""
    return ONE_A_SECOND if host.endswith(SLOW_HOSTS) else timedelta(0)
