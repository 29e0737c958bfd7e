"""Trouble on demand: rules that make the stand-in misbehave as Google may."""

import random
import re
import threading
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from fnmatch import fnmatch
from typing import Any

from local.google.model import Resource

KINDS: dict[str, str] = {
    "rate_limit": "403 or 429 (`status`) rateLimitExceeded",
    "user_rate_limit": "403 or 429 (`status`) userRateLimitExceeded",
    "quota_exceeded": "403 quotaExceeded: the person's own limit, for hours",
    "daily_limit": "403 dailyLimitExceeded",
    "server_error_before": "5xx (`status`), and nothing was done",
    "server_error_after": "5xx (`status`) although it was done: the answer is lost",
    "close_before": "the connection is closed, and nothing was done",
    "close_after": "the connection is closed although it was done",
    "refuse": "`status` with `reason` and `message`, as Google refuses one event",
    "unauthorized": "401 Invalid Credentials",
    "revoke_grant": "the caller's grant is revoked: 401 now, invalid_grant after",
    "gone": "410 fullSyncRequired on a list with a sync token",
    "expire_sync_tokens": "every sync token ends, then the call goes on",
    "slow": "the answer waits `seconds`",
    "rewrite_text": "descriptions are rewritten as HTML when they are written",
    "empty_page": "a page without rows, and with a next page",
    "short_page": "a page with fewer rows than asked for",
    "shuffle": "the rows of a page in another order",
    "untick_boxes": "the consent page's boxes start unticked",
    "push_drop": "a push message is lost",
    "push_double": "a push message comes twice",
    "push_delay": "a push message waits `seconds`",
}
BODIES = ("json", "html", "empty")


@dataclass(kw_only=True, slots=True)
class Rule:
    """One kind of trouble, and for which calls.

    `method` is an HTTP verb or a method's name with wildcards, `path` a regular
    expression found in the path (of a push: in its address), `sent` one found in what
    was sent.
    """

    kind: str
    id: int = 0
    method: str = "*"
    path: str = ""
    sent: str = ""
    account: str | None = None
    probability: float = 1.0
    count: int | None = None
    skip: int = 0
    status: int | None = None
    seconds: float = 1.0
    body: str = "json"
    reason: str = "invalid"
    message: str = "Invalid Value"
    location: str | None = None

    def fits(self, call: "Occasion") -> bool:
        """Say whether the rule is about such a call."""
        verb = self.method.upper() == call.verb
        named = fnmatch(call.name, self.method) or fnmatch(
            call.name, f"calendar.{self.method}"
        )
        if not (verb or named):
            return False
        if self.account is not None and self.account != call.account:
            return False
        found = re.search(self.path, call.path)
        return found is not None and re.search(self.sent, call.sent) is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class Occasion:
    """A call, or a push, at which trouble may strike."""

    name: str
    verb: str
    path: str
    account: str | None = None
    sent: str = ""


@dataclass(kw_only=True, slots=True)
class Faults:
    """The rules in force, their luck, and the delay of every answer."""

    rules: list[Rule] = field(default_factory=list)
    latency_ms: float = 0.0
    luck: random.Random = field(default_factory=lambda: random.Random(0))
    last_id: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def strike(self, occasion: Occasion, kinds: Iterable[str]) -> Rule | None:
        """Return the first rule of these kinds that strikes now, and count it."""
        if not self.rules:
            return None
        wanted = set(kinds)
        with self.lock:
            for rule in self.rules:
                if rule.kind in wanted and rule.fits(occasion) and self._strikes(rule):
                    return rule
        return None

    def _strikes(self, rule: Rule) -> bool:
        if rule.count is not None and rule.count <= 0:
            return False
        if rule.skip > 0:
            rule.skip -= 1
            return False
        if rule.probability < 1 and self.luck.random() >= rule.probability:
            return False
        if rule.count is not None:
            rule.count -= 1
        return True

    def set(self, wanted: Resource) -> None:
        """Take a control call's rules; a single rule is added to those in force."""
        if "kind" in wanted:
            self._add(wanted)
            return
        if "seed" in wanted:
            self.luck = random.Random(wanted["seed"])
        if "latency_ms" in wanted:
            self.latency_ms = float(wanted["latency_ms"])
        if "rules" in wanted:
            self.rules = []
            for rule in wanted["rules"]:
                self._add(rule)

    def _add(self, wanted: Resource) -> None:
        names = {one.name for one in fields(Rule)} - {"id"}
        unknown = set(wanted) - names
        if unknown:
            raise ValueError(f"Unknown member of a rule: {sorted(unknown)}")
        rule = Rule(**wanted)
        if rule.kind not in KINDS or rule.body not in BODIES:
            raise ValueError(f"Unknown kind or body: {rule.kind}, {rule.body}")
        try:
            re.compile(rule.path)
            re.compile(rule.sent)
        except re.error as wrong:
            raise ValueError(f"Not a regular expression: {wrong.pattern!r}") from None
        self.last_id += 1
        rule.id = self.last_id
        self.rules.append(rule)

    def clear(self) -> None:
        """Let all trouble end."""
        self.rules = []
        self.latency_ms = 0.0

    def shown(self) -> Resource:
        """Return what is in force, as JSON."""
        return {
            "latency_ms": self.latency_ms,
            "rules": [asdict(rule) for rule in self.rules],
        }


def schema() -> dict[str, Any]:
    """Return the JSON Schema of what `POST /_/faults` takes."""
    rule = {
        "type": "object",
        "required": ["kind"],
        "additionalProperties": False,
        "properties": {
            "kind": {"oneOf": [_kind(*kind) for kind in KINDS.items()]},
            "method": {
                "type": "string",
                "default": "*",
                "description": "GET, POST, ... or events.list, calendar.events.*, ...",
            },
            "path": {"type": "string", "format": "regex", "default": ""},
            "sent": {"type": "string", "format": "regex", "default": ""},
            "account": {"type": ["string", "null"], "format": "email"},
            "probability": {"type": "number", "minimum": 0, "maximum": 1, "default": 1},
            "count": {"type": ["integer", "null"], "minimum": 0},
            "skip": {"type": "integer", "minimum": 0, "default": 0},
            "status": {"type": ["integer", "null"], "minimum": 400, "maximum": 599},
            "seconds": {"type": "number", "minimum": 0, "default": 1},
            "body": {"enum": list(BODIES), "default": "json"},
            "reason": {"type": "string", "default": "invalid"},
            "message": {"type": "string", "default": "Invalid Value"},
            "location": {"type": ["string", "null"], "default": None},
        },
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Faults of the stand-in for Google",
        "type": "object",
        "properties": {
            "rules": {"type": "array", "items": {"$ref": "#/$defs/rule"}},
            "seed": {"type": ["integer", "string"]},
            "latency_ms": {"type": "number", "minimum": 0},
        },
        "$defs": {"rule": rule},
    }


def _kind(name: str, meaning: str) -> Resource:
    return {"const": name, "description": meaning}
