"""What a route of the API is: who may, what is done, and how it is described."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from functions.routes.call import Handler
from services.organizations.keys import Scope

LIST = ("limit", "page_token")


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Route:
    """One row of the API.

    `keys` None is open to everybody. `body` and the values of `answers` name schemas of
    the description. `refuses` are statuses besides those that every such route has.
    `creates` takes an Idempotency-Key. `any_type` takes JSON whatever the client calls
    it.
    """

    method: str
    path: str
    keys: frozenset[Scope] | None
    do: Handler
    answers: Mapping[int, str | None]
    body: str | None = None
    query: Sequence[str] = ()
    refuses: Sequence[int] = ()
    creates: bool = False
    any_type: bool = False
    conditional: bool = False
    tag: str = ""
    pattern: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        """Prepare the pattern by which paths are recognised."""
        parts = (_part(part) for part in self.path.split("/"))
        object.__setattr__(self, "pattern", re.compile("/".join(parts)))

    @property
    def name(self) -> str:
        """The operation's name in the description."""
        words = re.findall(r"[a-z]+", self.path.removeprefix("/v1"))
        return "_".join([self.method.lower(), *words])

    @property
    def parameters(self) -> list[str]:
        """The names in the path."""
        return re.findall(r"\{(\w+)\}", self.path)


def _part(part: str) -> str:
    if not part.startswith("{"):
        return re.escape(part)
    return f"(?P<{part[1:-1]}>[^/]+)"
