"""Our pages: plain, server-rendered, usable without JavaScript."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from services.agendas.settings import Direction
from services.agendas.settings_reading import read_settings
from services.connections.status import Status
from services.consent.consent import Asked
from services.consent.endings import Ending, Outcome
from web.texts import PAGES

FOLDER = Path(__file__).parent

STATUS_OF = {
    Outcome.DONE: 200,
    Outcome.ALREADY_CONNECTED: 200,
    Outcome.DENIED: 403,
    Outcome.BOX_MISSING: 403,
    Outcome.OTHER_ACCOUNT: 403,
    Outcome.ACCOUNT_CHANGED: 409,
    Outcome.CALENDAR_TAKEN: 409,
    Outcome.CALENDAR_MISSING: 409,
    Outcome.CALENDAR_READ_ONLY: 409,
    Outcome.STATE_UNKNOWN: 400,
    Outcome.STATE_EXPIRED: 410,
    Outcome.STATE_USED: 409,
    Outcome.OTHER_BROWSER: 403,
    Outcome.INVITATION_UNKNOWN: 404,
    Outcome.INVITATION_EXPIRED: 410,
    Outcome.INVITATION_REVOKED: 410,
    Outcome.INVITATION_USED: 410,
    Outcome.CLIENT_CHANGED: 409,
    Outcome.SET_UP_WRONG: 500,
    Outcome.GOOGLE_UNREACHABLE: 503,
    Outcome.TRY_AGAIN: 503,
}
_WELL = frozenset({Outcome.DONE, Outcome.ALREADY_CONNECTED})
_HOPELESS = frozenset(
    {
        Outcome.ACCOUNT_CHANGED,
        Outcome.CALENDAR_TAKEN,
        Outcome.SET_UP_WRONG,
        Outcome.INVITATION_EXPIRED,
        Outcome.INVITATION_REVOKED,
        Outcome.INVITATION_USED,
    }
)
"""The endings after which trying again cannot help."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """A page, and the HTTP status that it is shown with."""

    html: str
    status: int = 200

    @property
    def style_source(self) -> str:
        """What a Content-Security-Policy says to let in our style and no other."""
        digest = hashlib.sha256(style().encode()).digest()
        return f"'sha256-{base64.b64encode(digest).decode()}'"


@cache
def style() -> str:
    """Return our style sheet, which every page carries in itself."""
    return (FOLDER / "style.css").read_text(encoding="utf-8")


def invitation_page(asked: Asked) -> Page:
    """Return the page on which an owner learns who asks, and for what."""
    settings = read_settings(asked.agenda.settings)
    language = asked.invitation.language
    places = {"organization": asked.organization.name, "agenda": asked.agenda.name}
    reads = ["events", "list", "email"]
    writes = ["no_mail"]
    if settings.direction is not Direction.TO_CALENDAR:
        writes.insert(0, "agenda")
    if settings.direction is not Direction.TO_AGENDA:
        writes.insert(0, "calendar")

    def lines(kind: str, parts: Sequence[str]) -> list[str]:
        keys = [f"invitation.{kind}.{part}" for part in parts]
        return [PAGES.text(key, language, **places) for key in keys]

    return _page(
        "invitation.html",
        language=language,
        title=PAGES.text("invitation.title", language),
        reads=lines("reads", reads),
        writes=lines("writes", writes),
        email=asked.invitation.email,
        organization=asked.organization.name,
        agenda=asked.agenda.name,
    )


def outcome_page(ending: Ending, *, language: str, status_url: str = "") -> Page:
    """Return the page that tells an owner how it ended, and what to do next."""
    word = ending.outcome.value
    places = {
        "wanted": ending.wanted,
        "given": ending.given,
        "detail": ending.detail or word,
    }
    paragraphs = [PAGES.text(f"{word}.text", language, **places)]
    more = [PAGES.text(f"{word}.more", language)] if ending.missing else []
    can_retry = ending.retry and ending.outcome not in _WELL | _HOPELESS
    return _page(
        "outcome.html",
        language=language,
        status=STATUS_OF[ending.outcome],
        title=PAGES.text(f"{word}.title", language),
        bad=ending.outcome not in _WELL,
        paragraphs=paragraphs,
        missing=[_box(scope, language) for scope in ending.missing],
        more=more,
        retry=f"/connect/{ending.retry}" if can_retry else "",
        status_url=status_url,
    )


def front_page(language: str) -> Page:
    """Return the page that says what this is."""
    paragraphs = [PAGES.text(f"front.{part}", language) for part in ("text", "owner")]
    title = PAGES.text("front.title", language)
    return _facts(language, title=title, paragraphs=paragraphs)


def health_page(language: str, *, healthy: bool) -> Page:
    """Return the page that tells whether all is well."""
    return _facts(
        language,
        title=PAGES.text("health.title", language),
        paragraphs=[PAGES.text(f"health.{'fine' if healthy else 'down'}", language)],
        bad=not healthy,
        status=200 if healthy else 503,
    )


def status_page(status: Status, language: str) -> Page:
    """Return the page on which an owner sees how the connection does."""

    def say(key: str) -> str:
        return PAGES.text(key, language)

    def time(moment: datetime | None) -> str:
        return say("status.never") if moment is None else _time(moment, status.zone)

    facts = [
        ("state", say(f"state.{status.state.value}")),
        ("reason", status.reason),
        ("account", status.email),
        ("calendar", status.calendar),
        ("agenda", status.agenda),
        ("since", time(status.since)),
        ("looked", time(status.looked_at)),
        ("changed", time(status.changed_at)),
        ("links", str(status.links)),
        ("waiting", str(status.waiting) if status.waiting else ""),
    ]
    shown = [(say(f"status.{name}"), value) for name, value in facts if value]
    return _facts(language, title=say("status.title"), facts=shown)


def unknown_page(language: str) -> Page:
    """Return the page for a link that leads nowhere."""
    return _facts(
        language,
        title=PAGES.text("status.unknown.title", language),
        paragraphs=[PAGES.text("status.unknown.text", language)],
        bad=True,
        status=404,
    )


def _facts(
    language: str,
    *,
    title: str,
    paragraphs: Sequence[str] = (),
    facts: Sequence[tuple[str, str]] = (),
    bad: bool = False,
    status: int = 200,
) -> Page:
    return _page(
        "facts.html",
        language=language,
        status=status,
        title=title,
        paragraphs=paragraphs,
        facts=facts,
        bad=bad,
    )


def _box(scope: str, language: str) -> str:
    return PAGES.text(f"box.{scope.rpartition('/auth/')[2]}", language)


def _time(moment: datetime, zone: str) -> str:
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M %Z}"


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _page(template: str, *, language: str, status: int = 200, **places: object) -> Page:
    def say(key: str, **parts: object) -> str:
        return PAGES.text(key, language, **parts)

    # Markup, because the style is ours and its hash stands in the policy as it is.
    given = {"bad": False, "language": PAGES.language(language)} | places
    html = (
        _templates()
        .get_template(template)
        .render(
            **given,
            say=say,
            style=Markup(style()),  # noqa: S704  because it is a file of ours
        )
    )
    return Page(html=html, status=status)
