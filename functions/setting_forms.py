"""What each setting may hold, and how it is read from its text."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlsplit

ENTRY_POINTS = (
    "oauth_start",
    "oauth_callback",
    "calendar_webhook",
    "agenda_webhook",
    "sync_connection",
    "renew_channels",
    "sweep",
    "api",
    "console",
)
LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})

Value = TypeVar("Value")


class SettingInvalid(Exception):
    """A setting is missing or malformed; the message is one line for the operator."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where something is kept: "sqlite" and ".tandem/tandem.db"."""

    kind: str
    target: str = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class TasksAccount:
    """Whose OIDC tokens open `/tasks/*`, and for which audience they must be made.

    Tasks are queued in the name of `email`; `others`, such as the scheduler's account,
    are believed too. Without an audience, each door has its own address for one.
    """

    email: str
    others: tuple[str, ...] = ()
    audience: str = ""

    @property
    def emails(self) -> frozenset[str]:
        """All accounts that are believed."""
        return frozenset({self.email, *self.others})


class TasksProof(StrEnum):
    """By what a task's token is believed.

    Cloud Run takes the signature out of a token that it checked itself, which it does
    for functions that are not open to everybody; anywhere else such a token is forged.
    """

    SIGNATURE = "signature"
    CLOUD_RUN = "cloud-run"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Setting:
    """One setting as found; `hidden` ones are never shown."""

    name: str
    text: str
    may_hold: str
    hidden: bool = False

    def refused(self) -> SettingInvalid:
        return SettingInvalid(
            f"{self.name} {self._held()}; it may hold {self.may_hold}."
        )

    def _held(self) -> str:
        if not self.text:
            return "is not set"
        if self.hidden:
            return f"holds {len(self.text)} characters that cannot be read as that"
        return f"holds {_one_line(self.text)}"

    def must(self, found: Value | None) -> Value:
        """Return what was found, or refuse the setting."""
        if found is None:
            raise self.refused()
        return found


def _one_line(text: str) -> str:
    shown = "".join(letter if letter.isprintable() else "?" for letter in text)
    return f'"{shown[:80]}…"' if len(shown) > 80 else f'"{shown}"'


def _address(text: str) -> str | None:
    """Return an absolute http(s) address without a slash at its end, or None."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return None
    strange = parts.query or parts.fragment or "@" in parts.netloc or port == 0
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return None
    return None if strange or re.search(r"\s", text) else text.rstrip("/")


def _is_local(address: str) -> bool:
    return urlsplit(address).hostname in LOCAL_HOSTS


def base_url(text: str) -> str:
    may = (
        'an address such as "https://tandem.example.com", with https '
        "unless it is localhost"
    )
    setting = _Setting(name="TANDEM_BASE_URL", text=text, may_hold=may)
    address = setting.must(_address(text))
    if address.startswith("http:") and not _is_local(address):
        raise setting.refused()
    return address


def urls(text: str, base_url: str) -> Mapping[str, str]:
    may = (
        "nothing, or a JSON object from entry points "
        f"({', '.join(ENTRY_POINTS)}) to their addresses"
    )
    setting = _Setting(name="TANDEM_URLS", text=text, may_hold=may)
    if not text:
        return {}
    given = setting.must(_json_object(text))
    urls = {name: setting.must(_address(str(url))) for name, url in given.items()}
    if not set(urls) <= set(ENTRY_POINTS):
        raise setting.refused()
    _require_shared_host(setting, urls, base_url)
    return urls


def _require_shared_host(
    setting: _Setting, urls: Mapping[str, str], base_url: str
) -> None:
    # The cookie that ties a consent to the browser in which it began is set by
    # oauth_start and read by oauth_callback; browsers send it to one host only.
    hosts = {
        urlsplit(urls.get(name, base_url)).netloc
        for name in ("oauth_start", "oauth_callback")
    }
    if len(hosts) > 1:
        raise SettingInvalid(
            f"{setting.name} holds {_one_line(setting.text)}; oauth_start and "
            "oauth_callback may hold only addresses on one and the same host."
        )


def _json_object(text: str) -> Mapping[str, object] | None:
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _place(setting: _Setting, kinds: Mapping[str, Callable[[str], bool]]) -> Place:
    kind, _, target = setting.text.partition(":")
    fits = kinds.get(kind)
    if fits is None or not fits(target):
        raise setting.refused()
    return Place(kind=kind, target=target)


def _matches(pattern: str) -> Callable[[str], bool]:
    return lambda target: re.fullmatch(pattern, target) is not None


_PATH = _matches(r"[^\x00\r\n]+")
_PROJECT = r"[a-z][a-z0-9.:-]{1,61}[a-z0-9]"


def store(text: str) -> Place:
    may = '"sqlite:FILE", "firestore:PROJECT" or "firestore:PROJECT/DATABASE"'
    setting = _Setting(name="TANDEM_STORE", text=text, may_hold=may)
    firestore = _matches(rf"{_PROJECT}(/[a-z(][a-z0-9()-]{{0,62}})?")
    return _place(setting, {"sqlite": _PATH, "firestore": firestore})


_BACKFILL = r"(\?backfill=([1-9]|[1-5][0-9]|6[0-4]))?"


def queue(text: str) -> Place:
    may = (
        '"local:FILE", "cloudtasks:projects/P/locations/L/queues/Q" or the same with '
        '"?backfill=N", N queues of their own for backfill, 1 to 64'
    )
    setting = _Setting(name="TANDEM_QUEUE", text=text, may_hold=may)
    place = rf"projects/{_PROJECT}/locations/[a-z0-9-]+"
    name = _matches(rf"{place}/queues/[A-Za-z0-9-]+{_BACKFILL}")
    return _place(setting, {"local": _PATH, "cloudtasks": name})


def vault(text: str) -> Place:
    may = '"file:FOLDER" or "secretmanager:PROJECT" or "secretmanager:PROJECT/REGION"'
    setting = _Setting(name="TANDEM_VAULT", text=text, may_hold=may)
    region = r"(/[a-z]+-[a-z]+[0-9]+)?"
    manager = _matches(_PROJECT + region)
    return _place(setting, {"file": _PATH, "secretmanager": manager})


def mail(text: str) -> Place:
    may = (
        '"folder:FOLDER", "none", "smtp://user:password@host:587" or '
        '"smtps://user:password@host:465", the password also as "vault:NAME", with '
        '"?from=ADDRESS" where the user is none'
    )
    hidden = text.startswith(("smtp:", "smtps:"))
    setting = _Setting(name="TANDEM_MAIL", text=text, may_hold=may, hidden=hidden)
    server = _matches(
        r"//([^\s@/?]+@)?[A-Za-z0-9.\[\]:_-]+/?(\?from=[^\s@&?]+@[^\s@&?]+)?"
    )
    none = _matches("")
    kinds = {"folder": _PATH, "none": none, "smtp": server, "smtps": server}
    return _place(setting, kinds)


def google_url(text: str) -> str | None:
    may = 'nothing (Google itself), or an address such as "http://localhost:8085"'
    setting = _Setting(name="TANDEM_GOOGLE_URL", text=text, may_hold=may)
    return setting.must(_address(text)) if text else None


def operator_key(text: str) -> str | None:
    may = "nothing, or 20 to 200 letters, digits and . _ ~ -"
    setting = _Setting(name="TANDEM_OPERATOR_KEY", text=text, may_hold=may, hidden=True)
    if text and not re.fullmatch(r"[A-Za-z0-9._~-]{20,200}", text):
        raise setting.refused()
    return text or None


def operators(text: str) -> tuple[str, ...]:
    may = "nothing, or mail addresses with commas between them"
    setting = _Setting(name="TANDEM_OPERATORS", text=text, may_hold=may)
    emails = [part.strip().lower() for part in text.split(",") if part.strip()]
    if not all(re.fullmatch(r"[^@\s]+@[^@\s]+", email) for email in emails):
        raise setting.refused()
    return tuple(emails)


def google_client(text: str) -> str | None:
    may = "nothing, or the name of a secret: up to 255 letters, digits, _ and -"
    setting = _Setting(name="TANDEM_GOOGLE_CLIENT", text=text, may_hold=may)
    if text and not re.fullmatch(r"[A-Za-z0-9_-]{1,255}", text):
        raise setting.refused()
    return text or None


def tasks_account(text: str, queue: Place) -> TasksAccount | None:
    may = (
        '"ACCOUNT", "ACCOUNT,SCHEDULER" or either with an audience behind it, such as '
        '"tasks@project.iam.gserviceaccount.com https://tandem.example.com"; '
        "it is needed with a queue of Cloud Tasks"
    )
    setting = _Setting(name="TANDEM_TASKS_ACCOUNT", text=text, may_hold=may)
    if not text and queue.kind == "local":
        return None
    accounts, _, audience = text.partition(" ")
    emails = accounts.split(",")
    if not all(re.fullmatch(r"[^@\s,]+@[^@\s,]+", email) for email in emails):
        raise setting.refused()
    if " " in audience.strip():
        raise setting.refused()
    return TasksAccount(
        email=emails[0], others=tuple(emails[1:]), audience=audience.strip()
    )


def tasks_proof(text: str) -> TasksProof:
    may = '"signature", or "cloud-run" where Google lets only our own accounts call'
    setting = _Setting(name="TANDEM_TASKS_PROOF", text=text, may_hold=may)
    if text not in set(TasksProof):
        raise setting.refused()
    return TasksProof(text)


def private_addresses(text: str, base_url: str) -> bool:
    setting = _Setting(
        name="TANDEM_PRIVATE_ADDRESSES", text=text, may_hold='"allow" or "refuse"'
    )
    choices = {"allow": True, "refuse": False, "": _is_local(base_url)}
    return setting.must(choices.get(text))


def metrics(text: str) -> Place:
    may = (
        '"log", or "otlp:" and an address such as "https://otel.example.com/v1/metrics"'
    )
    setting = _Setting(name="TANDEM_METRICS", text=text, may_hold=may)
    if text == "log":
        return Place(kind="log", target="")
    return _place(setting, {"otlp": lambda target: _address(target) is not None})


def environment(text: str, queue: Place) -> str:
    may = (
        "a mark of up to 63 lower-case letters, digits, _ and -, another one for each "
        "installation; it is needed with a queue of Cloud Tasks"
    )
    setting = _Setting(name="TANDEM_ENVIRONMENT", text=text, may_hold=may)
    if not text and queue.kind == "local":
        return "local"
    if not re.fullmatch(r"[a-z0-9_-]{1,63}", text):
        raise setting.refused()
    return text
