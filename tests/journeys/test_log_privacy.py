"""Whatever people write, and whatever opens something, is in no line of the log.

Marked texts go through every path: set-up, consent, both sides, trouble at Google, bad
requests, faults of ours, and the end of it all. Then the whole log is searched, and all
answers of the API for what opens something.
"""

import io
import json
import logging
import re
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests

from connectors import registry
from functions.logs import configure_logging
from services.connections.connection import of_agenda
from services.google.access import open_calendar
from services.google.accounts import load, refresh_token_of
from services.ports.store import Update
from tests.journeys.tandem import (
    OPERATOR_KEY,
    TIMEOUT,
    Browser,
    Tandem,
    parameters,
)
from tests.standin.people import Person

Json = dict[str, Any]

PATIENCE = 90.0
MARK = "Zebrafink"
"""A word in every text that a person could write, and in none of ours."""

OWNER = f"{MARK}.owner@example.com".lower()
GUEST = f"{MARK}.guest@example.com".lower()
MARKED: Json = {
    "title": f"{MARK} surgery",
    "description": f"Bring {MARK}",
    "locations": {"1": {"@type": "Location", "name": f"{MARK}street 1"}},
    "participants": {
        "1": {
            "@type": "Participant",
            "name": f"Ann {MARK}",
            "email": GUEST,
            "roles": {"attendee": True},
        }
    },
}
TIME = {"start": "2026-12-01T09:00:00", "timeZone": "UTC", "duration": "PT1H"}
WALKED = {
    *("run-done", "carried", "push-heard", "push-ignored", "hint-ignored"),
    *("door-failed", "quota", "swept", "renewal-round", "support-look"),
    *("consent-ended", "disconnected", "person-erased", "operation"),
    *("agenda-deleted", "needs-reconnect", "hook-failed", "census"),
}
"""Events without which the walk did not go where it was to go."""


@dataclass
class Walk:
    """One customer's whole life, every text of it marked.

    `secrets` is what opens something, `once` those of them that are shown one time.
    """

    tandem: Tandem
    log: io.StringIO
    secrets: set[str] = field(default_factory=set)
    once: set[str] = field(default_factory=set)
    answers: list[str] = field(default_factory=list)
    key: str = ""
    organization: str = ""
    agenda: str = ""

    def call(self, method: str, path: str, body: object = None, **more: Any) -> Any:
        """Call the API as the organization, or with another key."""
        key = more.pop("key", self.key)
        headers = {"Authorization": f"Bearer {key}", **more.pop("headers", {})}
        answer = requests.request(
            method,
            f"{self.tandem.url}/v1/{path}",
            json=body,
            headers=headers,
            timeout=TIMEOUT,
            **more,
        )
        self.answers.append(f"{answer.headers} {answer.text}")
        return answer

    def made(self, method: str, path: str, body: object = None, **more: Any) -> Json:
        answer = self.call(method, path, body, **more)
        assert answer.ok, answer.text
        found: Json = answer.json() if answer.content else {}
        return found

    def lines(self) -> list[Json]:
        return [json.loads(line) for line in self.log.getvalue().splitlines()]

    def events(self) -> set[str]:
        return {str(line.get("event", "")) for line in self.lines()}


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """The log as production writes it."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    written = io.StringIO()
    configure_logging(stream=written)
    yield written
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def walk(log: io.StringIO, tandem: Tandem) -> Walk:
    walk = Walk(tandem=tandem, log=log, secrets={OPERATOR_KEY})
    made = walk.made("POST", "organizations", {"name": f"{MARK} BV"}, key=OPERATOR_KEY)
    walk.organization, walk.key = made["id"], made["api_key"]
    client = {
        "kind": "oauth_client",
        "client_id": "1-walk.apps.googleusercontent.com",
        "client_secret": f"{MARK}-client-secret",
    }
    walk.made("PUT", f"organizations/{walk.organization}/google", client)
    emails = {"emails": [f"{MARK}@example.com"]}
    walk.made("PUT", f"organizations/{walk.organization}/administrators", emails)
    asked = {"name": f"Visits of {MARK}", "owner_email": OWNER}
    walk.agenda = walk.made("POST", "agendas", asked)["id"]
    walk.once.add(walk.key)
    walk.secrets.add(client["client_secret"])
    return walk


def eventually(true: Callable[[], bool]) -> None:
    """Wait until something is true, on however slow a machine."""
    ends = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < ends, "It did not become true in time."
        time.sleep(0.1)


def connect(walk: Walk) -> Person:
    """Walk from the invitation through Google's consent; return the owner at Google."""
    tandem = walk.tandem
    tandem.person(OWNER, name=f"Ann {MARK}")
    invited = walk.made("POST", f"agendas/{walk.agenda}/invitations", {})
    browser = Browser()
    google = browser.begin(invited["url"])
    back = browser.consent(google, email=OWNER)
    assert browser.get(back).status_code == 200
    walk.secrets |= set(browser.session.cookies.values())
    walk.secrets |= {parameters(google)["state"], parameters(back)["code"]}
    walk.once.add(invited["url"].rpartition("/")[2])
    browser.session.close()
    return Person(tandem.google.url, OWNER)


def connection_of(walk: Walk) -> str:
    [connection] = of_agenda(walk.tandem.world.store, walk.agenda)
    return connection.id


def account_of(walk: Walk) -> str:
    [connection] = of_agenda(walk.tandem.world.store, walk.agenda)
    return connection.account


def work_on_both_sides(walk: Walk, owner: Person) -> None:
    items = f"agendas/{walk.agenda}/items"
    key = walk.made("POST", f"agendas/{walk.agenda}/keys", {"name": MARK})["key"]
    walk.once.add(key)
    walk.made("PUT", f"{items}/one", {"@type": "Event", **MARKED, **TIME}, key=key)
    lunch = owner.insert(
        summary=f"{MARK} lunch",
        location=MARK,
        attendees=[{"email": GUEST, "displayName": MARK}],
    )
    walk.tandem.settle()
    eventually(lambda: len(walk.made("GET", items)["items"]) == 2)
    flat = f"agendas/{walk.agenda}/appointments/two"
    times = {"start": "2026-12-02T09:00:00Z", "end": "2026-12-02T10:00:00Z"}
    walk.made("PUT", flat, {"title": MARK, **times}, key=key)
    walk.made("PATCH", f"{items}/one", {"title": f"{MARK} moved"})
    walk.tandem.settle()
    eventually(lambda: {"carried", "census"} <= walk.events())

    def heard() -> bool:
        # A run that was asked for otherwise may read an edit before its push comes.
        owner.patch(lunch["id"], description=f"{MARK} {time.monotonic()}")
        walk.tandem.settle()
        return "push-heard" in walk.events()

    eventually(heard)


def tell_a_deaf_webhook(walk: Walk) -> None:
    hook, items = f"agendas/{walk.agenda}/webhook", f"agendas/{walk.agenda}/items"
    made = walk.made("PUT", hook, {"url": f"http://127.0.0.1:9/{MARK}-hook"})
    walk.once.add(made["secret"])
    walk.made("PUT", f"{items}/told", {"@type": "Event", **MARKED, **TIME})
    eventually(lambda: "hook-failed" in walk.events())
    walk.made("DELETE", hook)


def meet_trouble(walk: Walk) -> None:
    items = f"agendas/{walk.agenda}/items"
    faults: tuple[Json, ...] = (
        {"kind": "rate_limit", "method": "events.*"},
        {"kind": "server_error_before", "method": "events.*", "body": "html"},
        {"kind": "close_after", "method": "events.insert"},
        {
            "kind": "refuse",
            "method": "events.*",
            "status": 400,
            "reason": MARK,
            "message": f"{MARK} is not allowed.",
        },
    )
    for number, fault in enumerate(faults):
        walk.tandem.control("faults", {"rules": [{**fault, "count": 1}]})
        body = {"@type": "Event", **MARKED, **TIME}
        walk.made("PUT", f"{items}/trouble{number}", body)
        walk.tandem.settle()
    walk.tandem.control("faults", {"rules": []})


def send_nonsense(walk: Walk) -> None:
    url, google = walk.tandem.url, {"X-Goog-Channel-Token": f"{MARK}.1.2"}
    for method, path in (
        ("GET", f"connect/{MARK}"),
        ("POST", f"connect/{MARK}"),
        ("GET", f"oauth/callback?code={MARK}&state={MARK}&error={MARK}"),
        ("POST", f"push/agenda/{walk.agenda}/{MARK}"),
        ("POST", "push/google"),
        ("POST", "tasks/sync"),
        ("GET", f"status/{MARK}/{MARK}"),
        ("GET", f"v1/agendas/{MARK}"),
        ("GET", MARK),
    ):
        data = f'{{"{MARK}": '
        answer = requests.request(
            method,
            f"{url}/{path}",
            data=data,
            headers={"Authorization": f"Bearer {MARK}", "Cookie": MARK, **google},
            timeout=TIMEOUT,
        )
        walk.answers.append(f"{answer.headers} {answer.text}")
    agenda = f"agendas/{walk.agenda}"
    for body in ({MARK: MARK}, {"title": [MARK]}, {**MARKED, "start": MARK}, MARK):
        assert walk.call("PUT", f"{agenda}/items/odd", body).status_code >= 400
        assert walk.call("PATCH", agenda, body).status_code >= 400
    put = {"data": f'{{"title": "{MARK}"'.encode()}
    assert walk.call("PUT", f"{agenda}/items/odd", **put).status_code == 400
    header = {"Idempotency-Key": MARK, "Tandem-Operator": MARK}
    walk.call("POST", "organizations", {}, key=OPERATOR_KEY, headers=header)


def try_every_connector(walk: Walk) -> None:
    """Give each connector's secrets away to a server that is not there."""
    for definition in map(registry.definition, registry.names()):
        form = definition.form.get("properties", {})
        hidden = {name for name, schema in form.items() if schema.get("writeOnly")}
        named = hidden | {"username"} | set(definition.form.get("required", ()))
        given = {name: f"{MARK}-{name}" for name in named & form.keys() - {"token"}}
        if "url" in given:
            given["url"] = "http://127.0.0.1:9"
        walk.secrets |= {given[name] for name in hidden & given.keys()}
        asked = {"name": MARK, "owner_email": OWNER, "connector": definition.name}
        answer = walk.call("POST", "agendas", {**asked, "application": given})
        assert answer.status_code >= 400 or not hidden, answer.text


def break_inside(walk: Walk) -> None:
    """Let stored documents hold what nobody wrote, and look at them."""
    store = walk.tandem.world.store
    for path, member, wrong in (
        (f"organizations/{walk.organization}", "administrators", {MARK: MARK}),
        (f"accounts/{account_of(walk)}", "state", MARK),
    ):
        known = store.get(path)
        assert known is not None
        store.commit([Update(path=path, data={member: wrong})])
        seen = f"organizations/{walk.organization}/people/{OWNER}"
        assert walk.call("GET", seen).status_code == 500
        store.commit([Update(path=path, data={member: known.data[member]})])


def use_the_rest(walk: Walk) -> None:
    connection = f"connections/{connection_of(walk)}"
    for path in (
        *(f"agendas/{walk.agenda}", f"agendas/{walk.agenda}/keys"),
        *(f"agendas/{walk.agenda}/invitations", f"agendas/{walk.agenda}/items"),
        *(f"agendas/{walk.agenda}/changes", "connections", connection),
        *(f"{connection}/links", f"{connection}/previews", "health", "connectors"),
    ):
        walk.made("GET", path)
    for path in ("organizations", f"organizations/{walk.organization}"):
        walk.made("GET", path, key=OPERATOR_KEY)
    writes = walk.made("GET", f"{connection}/journal")["items"][0]["writes"]
    walk.call("POST", f"{connection}/undo", {"write": writes[0]["id"]})
    walk.made("POST", f"{connection}/previews", {})
    walk.made("POST", f"{connection}/sync", {})
    for name in ("sweep", "renew-channels", "audit"):
        walk.made("POST", f"operations/{name}", {}, key=OPERATOR_KEY)
    walk.tandem.settle()


def lose_the_grant(walk: Walk) -> None:
    fault = {"kind": "revoke_grant", "method": "events.*", "count": 1}
    walk.tandem.control("faults", {"rules": [fault]})
    walk.made("PUT", f"agendas/{walk.agenda}/items/last", {**MARKED, **TIME})
    walk.tandem.settle()


def leave(walk: Walk) -> None:
    person = f"organizations/{walk.organization}/people/{OWNER}"
    walk.made("GET", person)
    walk.made("DELETE", person)
    walk.made("DELETE", f"organizations/{walk.organization}", key=OPERATOR_KEY)
    walk.tandem.settle()


def tokens_of(walk: Walk) -> set[str]:
    """Return what opens the calendar: the tokens that were sealed, in the clear."""
    world = walk.tandem.world
    [connection] = of_agenda(world.store, walk.agenda)
    open_calendar(world, connection, now=walk.tandem.now)
    account, _ = load(world.store, connection.account)
    refresh = refresh_token_of(account, world.sealer)
    assert refresh is not None
    return {world.memory.tokens[account.id].value, refresh}


def test_no_line_of_the_log_holds_what_people_write_or_what_opens(walk: Walk) -> None:
    with closing(connect(walk)) as owner:
        walk.secrets |= tokens_of(walk)
        work_on_both_sides(walk, owner)
    tell_a_deaf_webhook(walk)
    meet_trouble(walk)
    send_nonsense(walk)
    try_every_connector(walk)
    break_inside(walk)
    use_the_rest(walk)
    lose_the_grant(walk)
    leave(walk)

    text = walk.log.getvalue()

    assert walk.events() >= WALKED, sorted(WALKED - walk.events())
    found = [line for line in text.splitlines() if MARK.lower() in line.lower()]
    assert found == []
    opened = {one for one in walk.secrets | walk.once if one in text}
    assert opened == set()
    assert not re.search(r"[\w.+-]+@[\w-]+\.\w+", text), "an address"
    assert shown(walk, walk.secrets) == {}
    assert {*shown(walk, walk.once).values()} == {1}, "each is shown one time"


def shown(walk: Walk, secrets: set[str]) -> dict[str, int]:
    """Return in how many answers each secret stands that stands in any."""
    counts = {one: sum(one in each for each in walk.answers) for one in secrets}
    return {one: count for one, count in counts.items() if count}


def test_what_was_marked_would_have_been_found(log: io.StringIO) -> None:
    """The search itself: without it the test above could pass on an empty log."""
    extra = {"event": "x", "title": MARKED["title"]}
    logging.getLogger("services.run").info("x", extra=extra)

    assert MARK in log.getvalue()
