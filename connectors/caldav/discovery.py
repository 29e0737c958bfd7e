"""From the address of a server to one calendar, or to a sentence that says why not.

After RFC 6764 (well-known addresses), RFC 5397 (principals) and RFC 4791, section 6.2.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urljoin, urlsplit

from connectors.base import ApplicationRefused, Json
from connectors.caldav.dav import (
    C,
    D,
    Dav,
    Found,
    NotDav,
    Refused,
    authorization,
    propfind,
)
from connectors.http import AddressForbidden, Http, NoAnswer
from sync.errors import OperatorFault
from sync.problems import Problem

WELL_KNOWN = "/.well-known/caldav"
ABOUT = propfind(
    *("D:resourcetype", "D:displayname", "D:current-user-principal"),
    *("C:calendar-home-set", "C:supported-calendar-component-set"),
)
MOST_NAMES = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class _Calendar:
    url: str
    name: str


def found_calendar(application: Mapping[str, Json], http: Http) -> Mapping[str, Json]:
    """Return the application with the address of its calendar.

    Raises ApplicationRefused, with a sentence for everything that can be wrong.
    """
    looking = _Looking(Dav(http, authorization(application)), application)
    try:
        calendar = looking.calendar()
    except NoAnswer as none:
        raise _refused("/url", str(none)) from None
    except AddressForbidden as forbidden:
        raise _refused("/url", str(forbidden)) from None
    except OperatorFault:
        raise _wrong_credentials(application) from None
    return {**application, "calendar": calendar.url}


def _refused(pointer: str, message: str) -> ApplicationRefused:
    return ApplicationRefused(Problem(pointer=pointer, message=message))


def _wrong_credentials(application: Mapping[str, Json]) -> ApplicationRefused:
    if "token" in application:
        return _refused("/token", "The server does not accept this token.")
    return _refused(
        "/password",
        "The server does not accept this user name and password. With a second factor"
        " it takes only a password for apps.",
    )


class _Looking:
    """One search for the calendar that is meant."""

    def __init__(self, dav: Dav, application: Mapping[str, Json]) -> None:
        self._dav = dav
        self._url = str(application["url"])
        self._wanted = str(application.get("calendar", "")).strip()

    def calendar(self) -> _Calendar:
        """Return the calendar that is meant, or the only one."""
        first = self._entrance()
        if _is_calendar(first) and not self._names_another(first):
            return _Calendar(url=first.href, name=first.text(f"{D}displayname"))
        calendars = self._calendars(self._home(first))
        if not calendars:
            message = "There is no calendar for appointments in this account."
            raise _refused("/url", message)
        return self._chosen(calendars)

    def _names_another(self, first: Found) -> bool:
        wanted = (
            urljoin(first.href, self._wanted) if "/" in self._wanted else first.href
        )
        return _plain(wanted) != _plain(first.href)

    def _chosen(self, calendars: list[_Calendar]) -> _Calendar:
        fitting = [each for each in calendars if self._fits(each)]
        if len(fitting) == 1:
            return fitting[0]
        named = ", ".join(f"“{each.name}”" for each in calendars[:MOST_NAMES])
        if not self._wanted:
            message = f"The account has several calendars; name one of {named}."
        elif fitting:
            message = "Several calendars have this name; give the address of one."
        else:
            message = f"There is no such calendar in the account; there is {named}."
        raise _refused("/calendar", message)

    def _fits(self, calendar: _Calendar) -> bool:
        if not self._wanted:
            return True
        last = unquote(urlsplit(calendar.url).path).rstrip("/").rpartition("/")[2]
        if self._wanted in (calendar.name, last):
            return True
        return _plain(urljoin(calendar.url, self._wanted)) == _plain(calendar.url)

    # --- the way there ---------------------------------------------------------------

    def _entrance(self) -> Found:
        """Return what is said of the address itself, or of its well-known one."""
        found = self._about(self._url)
        if found is not None and (_is_calendar(found) or _principal(found)):
            return found
        known = self._about(urljoin(self._url, WELL_KNOWN)) or found
        if known is None:
            host = urlsplit(self._url).hostname
            message = f"There is an answer at {host}, but not a CalDAV server's."
            raise _refused("/url", message)
        return known

    def _about(self, url: str) -> Found | None:
        """Return what a server says of an address; None where it speaks no CalDAV."""
        try:
            many = self._dav.ask("PROPFIND", url, ABOUT)
        except Refused as refused:
            if refused.elsewhere:
                server = urlsplit(refused.elsewhere).hostname
                message = f"The server sends us on to {server}; give that address."
                raise _refused("/url", message) from None
            return None
        except NotDav:
            return None
        return next(iter(many.found), None)

    def _home(self, first: Found) -> str:
        """Return where the account keeps its calendars."""
        home = first.href_in(f"{C}calendar-home-set")
        if home:
            return urljoin(first.href, home)
        principal = _principal(first)
        about = self._about(urljoin(first.href, principal)) if principal else None
        home = about.href_in(f"{C}calendar-home-set") if about else ""
        # Some have no principals: what lies right below the address may be it.
        return urljoin(about.href, home) if about and home else first.href

    def _calendars(self, home: str) -> list[_Calendar]:
        try:
            many = self._dav.ask("PROPFIND", home, ABOUT, depth="1")
        except (Refused, NotDav):
            return []
        return [
            _Calendar(
                url=found.href,
                name=found.text(f"{D}displayname") or _plain(found.href),
            )
            for found in many.found
            if _is_calendar(found)
        ]


def _plain(url: str) -> str:
    return unquote(urlsplit(url).path).rstrip("/")


def _principal(found: Found) -> str:
    return found.href_in(f"{D}current-user-principal")


def _is_calendar(found: Found) -> bool:
    """Whether it is a calendar that takes appointments."""
    if not found.has(f"{D}resourcetype", f"{C}calendar"):
        return False
    kinds = found.props.get(f"{C}supported-calendar-component-set")
    names = [] if kinds is None else [each.get("name") for each in kinds]
    return not names or "VEVENT" in names
