"""What Google answered when it refused, in one form for all its servers."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

LONGEST_QUOTE = 200

PRIVATE = re.compile(
    r"\S*://\S+"  # Addresses of pages...
    r"|\S*@\S+"  # ...and of people,
    r"|\b\w*\d{5,}\w*\b"  # project numbers,
    r"|\S{32,}"  # tokens and ids,
    r"|'[^']*'|\"[^\"]*\""  # and values of the event, which Google quotes.
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """A refusal: its status, the words that Google gave as reasons, and its message.

    `words` are in Google's order, the most specific first. `spoken` tells Google's JSON
    from a page of HTML, or from nothing, which Google's front end sends in trouble.
    """

    status: int
    words: tuple[str, ...] = ()
    message: str = ""
    location: str = ""
    wait: timedelta | None = None
    per_day: bool = False
    per_user: bool = False
    spoken: bool = True

    @property
    def reason(self) -> str:
        """Google's own word for the refusal, or the HTTP status."""
        return self.words[0] if self.words else f"http{self.status}"


def read_answer(
    status: int, headers: Mapping[str, str], body: bytes, *, now: datetime
) -> Answer:
    """Return the refusal in either body form of the APIs, or in that of OAuth.

    Forms: https://developers.google.com/workspace/calendar/api/guides/errors and
    https://www.rfc-editor.org/rfc/rfc6749#section-5.2. `headers` are in lower case.
    """
    wait = retry_after(headers.get("retry-after", ""), now=now)
    error = _error_in(body)
    if isinstance(error, str):
        return Answer(status=status, wait=wait, **_oauth_form(body))
    if not isinstance(error, dict):
        return Answer(status=status, wait=wait, spoken=False)
    return Answer(
        status=status,
        wait=wait,
        words=tuple(_words(error)),
        message=_text(error.get("message")),
        location=next((_text(e.get("location")) for e in _entries(error)), ""),
        per_day=_counts_per(r"per ?day|1/d\b", error),
        per_user=_counts_per(r"per ?user|/user\b", error),
    )


def retry_after(value: str, *, now: datetime) -> timedelta | None:
    """Return how long the header asks us to wait, given in seconds or as a date."""
    if value.strip().isdecimal():
        return timedelta(seconds=min(int(value), 7 * 86400))
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(timedelta(0), moment - now)


def quotable(message: str) -> str:
    """Return Google's words without what no log and no page of ours may show."""
    words = PRIVATE.sub("…", message)[:LONGEST_QUOTE].strip(" .")
    return f"{words}." if words else ""


def json_object(body: bytes) -> dict[str, Any] | None:
    """Return the JSON object that a body holds, or None for anything else."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _error_in(body: bytes) -> object:
    answer = json_object(body)
    return answer.get("error") if answer is not None else None


def _oauth_form(body: bytes) -> dict[str, Any]:
    answer = json_object(body) or {}
    words = (_text(answer.get("error_subtype")), _text(answer.get("error")))
    return {
        "words": tuple(word for word in words if word),
        "message": _text(answer.get("error_description")),
    }


def _words(error: Mapping[str, Any]) -> Iterator[str]:
    reasons = [_text(entry.get("reason")) for entry in _entries(error)]
    details = [_text(detail.get("reason")) for detail in _details(error)]
    for word in (*reasons, *details, _text(error.get("status"))):
        if word:
            yield word


def _counts_per(what: str, error: Mapping[str, Any]) -> bool:
    told = [_text(entry.get("message")) for entry in _entries(error)]
    told.append(_text(error.get("message")))
    for detail in _details(error):
        metadata = detail.get("metadata")
        if isinstance(metadata, dict):
            told += [
                _text(metadata.get("quota_limit")),
                _text(metadata.get("quota_unit")),
            ]
    return any(re.search(what, text, re.IGNORECASE) for text in told)


def _entries(error: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return _objects(error.get("errors"))


def _details(error: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return _objects(error.get("details"))


def _objects(value: object) -> list[Mapping[str, Any]]:
    members = value if isinstance(value, list) else []
    return [member for member in members if isinstance(member, dict)]


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
