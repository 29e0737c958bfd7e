"""Google as it is behind HTTP, with pages and memory as odd as a test wants them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from services.ports.calendar import Calendar, Mails, Page, Row
from sync.errors import ContentRefused, Missing
from tests.journeys.workbench import Workbench


@dataclass
class OddAccounts:
    """Accounts whose calendars are made odd; all else is theirs."""

    accounts: Any
    odd: Callable[[Calendar], Any]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.accounts, name)

    def calendar(self, *args: Any, **more: Any) -> Any:
        return self.odd(self.accounts.calendar(*args, **more))


@dataclass
class ForgetfulCalendar:
    """A calendar that leaves some events out of its lists, or knows them no more."""

    calendar: Any
    forgotten: set[str]
    by_id: bool

    def __getattr__(self, name: str) -> Any:
        return getattr(self.calendar, name)

    def read(self, *, token: str | None, page: str | None) -> Page:
        found: Page = self.calendar.read(token=token, page=page)
        rows = [row for row in found.rows if row["id"] not in self.forgotten]
        return replace(found, rows=rows)

    def get(self, event_id: str) -> Row:
        if self.by_id and event_id in self.forgotten:
            raise Missing("Google does not know the event (any more).")
        found: Row = self.calendar.get(event_id)
        return found


@dataclass
class PagedCalendar:
    """A calendar with few rows a page, in the order of their ids or reversed."""

    calendar: Any
    rows: int
    reverse: bool

    def __getattr__(self, name: str) -> Any:
        return getattr(self.calendar, name)

    def read(self, *, token: str | None, page: str | None) -> Page:
        whole: Page = self.calendar.read(token=token, page=None)
        rows = sorted(whole.rows, key=lambda row: row["id"], reverse=self.reverse)
        here, behind = int(page or 0), int(page or 0) + self.rows
        if behind >= len(rows):
            return replace(whole, rows=rows[here:])
        part = rows[here:behind]
        return replace(whole, rows=part, next_page=str(behind), next_token=None)


def forgetting(bench: Workbench) -> set[str]:
    """Return a set of ids; those in it are answered with 404 from now on."""
    forgotten: set[str] = set()
    _make_odd(bench, lambda one: ForgetfulCalendar(one, forgotten, by_id=True))
    return forgotten


def leaving_out(bench: Workbench) -> set[str]:
    """Return a set of ids; those in it are in no list, though they are there."""
    forgotten: set[str] = set()
    _make_odd(bench, lambda one: ForgetfulCalendar(one, forgotten, by_id=False))
    return forgotten


def watching(bench: Workbench, method: str, look: Callable[[], object]) -> None:
    """Do something before each of our calls of this method."""
    deeds = Endless(look)
    _make_odd(bench, lambda one: InterruptedCalendar(one, method, deeds))


class Endless(list[Callable[[], object]]):
    """A deed that is always there to be done."""

    def __init__(self, deed: Callable[[], object]) -> None:
        super().__init__([deed])

    def pop(self, index: Any = -1) -> Callable[[], object]:
        return self[0]


def paged(bench: Workbench, *, rows: int, reverse: bool = False) -> None:
    """Let Google give so few rows a page from now on."""
    _make_odd(bench, lambda calendar: PagedCalendar(calendar, rows, reverse))


def _make_odd(bench: Workbench, odd: Callable[[Calendar], Any]) -> None:
    accounts: Any = OddAccounts(bench.world.accounts, odd)
    bench.world = replace(bench.world, accounts=accounts)


@dataclass
class InterruptedCalendar:
    """A calendar in which somebody is faster, once, just before one of our calls."""

    calendar: Any
    method: str
    deeds: list[Callable[[], object]]

    def __getattr__(self, name: str) -> Any:
        if name == self.method and self.deeds:
            self.deeds.pop()()
        return getattr(self.calendar, name)


@dataclass
class FussyCalendar:
    """A calendar that does not accept events of one title."""

    calendar: Any
    title: str

    def __getattr__(self, name: str) -> Any:
        return getattr(self.calendar, name)

    def insert(self, body: Row, *, mails: Mails) -> Row:
        self._check(body)
        made: Row = self.calendar.insert(body, mails=mails)
        return made

    def patch(self, event_id: str, body: Row, *, etag: str | None, mails: Mails) -> Row:
        self._check(body)
        made: Row = self.calendar.patch(event_id, body, etag=etag, mails=mails)
        return made

    def _check(self, body: Row) -> None:
        if body.get("summary") == self.title:
            raise ContentRefused("Google does not accept the event as it is.")


def before_our(
    method: str, bench: Workbench, deed: Callable[[], object]
) -> list[Callable[[], object]]:
    """Do a deed once, just before our next call of this method; say if it is due."""
    deeds = [deed]
    _make_odd(bench, lambda calendar: InterruptedCalendar(calendar, method, deeds))
    return deeds


def refusing(bench: Workbench, title: str) -> None:
    """Let Google refuse events of this title."""
    _make_odd(bench, lambda calendar: FussyCalendar(calendar, title))


@dataclass
class RefusingCalendar:
    """A calendar that takes no series whose rule holds a text."""

    calendar: Any
    text: str

    def __getattr__(self, name: str) -> Any:
        return getattr(self.calendar, name)

    def insert(self, body: Row, *, mails: Mails) -> Row:
        if any(self.text in line for line in body.get("recurrence") or ()):
            raise ContentRefused("Google said: Invalid recurrence rule.")
        found: Row = self.calendar.insert(body, mails=mails)
        return found


def refusing_rules(bench: Workbench, text: str) -> None:
    """Let Google take no series whose rule holds this text."""
    _make_odd(bench, lambda one: RefusingCalendar(one, text))
