"""One call of the Calendar API, and the table of its methods."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import Headers, MultiDict

from local.google.errors import parse_error
from local.google.faults import Occasion, Rule
from local.google.model import Resource
from local.google.state import State
from local.google.visit import Viewer, Visit, open_visit
from local.google.world import World


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """A call that was let in: who asks for what."""

    world: World
    viewer: Viewer
    arguments: MultiDict[str, str]
    path: Mapping[str, str]
    sent: Any
    headers: Headers
    occasion: Occasion

    @property
    def state(self) -> State:
        """Return the stand-in's memory."""
        return self.world.state

    @property
    def body(self) -> Resource:
        """Return the JSON object that was sent, or raise the 400."""
        if not isinstance(self.sent, dict):
            raise parse_error()
        return self.sent

    @property
    def if_match(self) -> str | None:
        """Return the version that the caller wants to change."""
        return self.headers.get("If-Match")

    def visit(self, *, at_least: str = "freeBusyReader") -> Visit:
        """Return the visit to the calendar in the path."""
        calendar_id = self.path["calendar_id"]
        return open_visit(self.state, self.viewer, calendar_id, at_least=at_least)

    def strike(self, *kinds: str) -> Rule | None:
        """Return the fault that strikes this call, if one does."""
        return self.world.faults.strike(self.occasion, kinds)


Handler = Callable[[Call], Resource | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Method:
    """A method of the API: its name, its place, its scopes, and what it does."""

    name: str
    verb: str
    path: str
    scopes: tuple[str, ...]
    handler: Handler
