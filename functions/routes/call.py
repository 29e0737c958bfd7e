"""One call of the API: what was asked, by whom, and how handlers see it."""

import json
import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge

from services.agendas.announcing import announce
from services.ids import Kind, is_id
from services.items.items import Condition, Desk
from services.json_values import check_text
from services.organizations.idempotency import Answer
from services.organizations.keys import Key
from services.ports.store import Document
from services.ports.values import Json
from services.refusals import Invalid, Refusal, TooLarge, invalid
from services.world import World

MAX_BODY_BYTES = 1024 * 1024
DEFAULT_LIMIT = 100
MAX_LIMIT = 500

_KINDS = {
    "organizations": Kind.ORGANIZATION,
    "agendas": Kind.AGENDA,
    "connections": Kind.CONNECTION,
}
_JSON_TYPES = frozenset({"", "application/json", "text/json"})


class Malformed(Refusal):
    """No request that can be understood."""

    kind = "malformed"


class WrongType(Refusal):
    """A body of a kind that is not taken here."""

    kind = "unsupported-media-type"


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """A request whose key fits its route."""

    world: World
    now: datetime
    key: Key
    target: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Json

    @property
    def organization(self) -> str | None:
        """The organization that the key is limited to; None for the operator's."""
        return self.key.organization

    def desk(self, agenda: str) -> Desk:
        """Return the desk at which this key's application works on items."""
        return Desk(
            world=self.world,
            agenda=agenda,
            author=self.key.id,
            now=self.now,
            announce=lambda told: announce(self.world, told, now=self.now),
        )

    def limit(self) -> int:
        """Return how many entries a page may have."""
        return self.number("limit", default=DEFAULT_LIMIT, least=1, most=MAX_LIMIT)

    def number(self, name: str, *, default: int, least: int, most: int) -> int:
        """Return a whole number of the query."""
        text = self.query.get(name)
        if text is None:
            return default
        number = int(text) if text.isascii() and text.isdigit() else -1
        if len(text) > 9 or not least <= number <= most:
            raise invalid(f"/{name}", f"Must be a whole number from {least} to {most}.")
        return number

    def flag(self, name: str) -> bool:
        """Return a yes or no of the query."""
        text = self.query.get(name, "false")
        if text not in ("true", "false"):
            raise invalid(f"/{name}", "Must be true or false.")
        return text == "true"

    def moment(self, name: str) -> datetime | None:
        """Return a time of the query, with its offset."""
        text = self.query.get(name)
        if text is None:
            return None
        try:
            # A "+" that was not escaped arrives as a blank.
            moment = datetime.fromisoformat(text.replace(" ", "+"))
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None or not 1 < moment.year < 9998:
            message = 'Must be a time with an offset, such as "2027-03-29T09:00:00Z".'
            raise invalid(f"/{name}", message)
        return moment

    def condition(self) -> Condition:
        """Return what the conditional headers ask for."""
        tags = self.headers.get("If-Match")
        new = self.headers.get("If-None-Match")
        if new is not None and new.strip() != "*":
            raise Malformed("If-None-Match takes * only, which asks for a new item.")
        if tags is None:
            return Condition(only_new=new is not None)
        wanted = tuple(tag.strip() for tag in tags.split(","))
        return Condition(tags=wanted, only_new=new is not None)

    def page(self, collection: str) -> Document | None:
        """Return the document behind which the page begins, if one is asked for."""
        token = self.query.get("page_token")
        if token is None:
            return None
        if not _is_plain_id(token) or not _is_place_in(collection, token):
            raise invalid("/page_token", "This is not one of our page tokens.")
        return Document(path=f"{collection}/{token}", data={}, version="")


Handler = Callable[[Call], Answer]


def _is_plain_id(text: str) -> bool:
    letters = text.replace("_", "").replace("-", "").replace(".", "")
    return letters.isascii() and letters.isalnum() and len(text) <= 200


def _is_place_in(collection: str, token: str) -> bool:
    """Whether an entry of a list may have this id; not every list's can be told."""
    kind = _KINDS.get(collection)
    return kind is None or is_id(token, kind)


def read_body(request: Request, *, any_type: bool) -> Json:
    """Return the JSON of a request; nothing at all is an empty object.

    With `any_type` the name of the type is no matter: template clients often cannot
    choose it. Raises Malformed, WrongType, TooLarge, Invalid.
    """
    data = _data_of(request)
    if not data:
        return {}
    mimetype = request.mimetype
    if not any_type and mimetype not in _JSON_TYPES and not mimetype.endswith("+json"):
        raise WrongType("The body must be JSON (Content-Type: application/json).")
    body = _parsed(data)
    check_text(body)
    return body


def _data_of(request: Request) -> bytes:
    # A body without a length is cut silently at the limit: so read one byte beyond.
    request.max_content_length = MAX_BODY_BYTES + 1
    try:
        data = request.get_data(cache=False)
    except RequestEntityTooLarge:
        raise _too_large() from None
    if len(data) > MAX_BODY_BYTES:
        raise _too_large()
    return data


def _too_large() -> TooLarge:
    return TooLarge(f"The body may have {MAX_BODY_BYTES} bytes at most.")


def _parsed(data: bytes) -> Json:
    try:
        return json.loads(
            # From bytes it would take other encodings than JSON's one.
            data.decode("utf-8-sig"),
            parse_constant=_no_number,
            parse_float=_finite,
            object_pairs_hook=_object,
        )
    except RecursionError:
        raise Invalid("The body is nested too deep.") from None
    except ValueError as error:
        raise Malformed(f"The body is not JSON: {_reason(error)}.") from None


def _reason(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at character {error.pos}"
    return "it is not UTF-8, or holds a number that is too large"


def _object(members: list[tuple[str, Json]]) -> dict[str, Json]:
    """Refuse a name said twice, of which one meaning would be lost (RFC 7493)."""
    found = dict(members)
    if len(found) < len(members):
        # In one pass: a body may hold a hundred thousand names.
        counted = Counter(name for name, _ in members)
        twice = next(name for name, times in counted.items() if times > 1)
        raise Malformed(f"An object of the body names {json.dumps(twice)} twice.")
    return found


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _no_number(text: str) -> Json:
    raise ValueError(text)
