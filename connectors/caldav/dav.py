"""WebDAV as calendars speak it: requests, and what their answers say.

After RFC 4918, RFC 4791 (CalDAV) and RFC 6578 (sync-collection).
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from connectors.http import Http, Response, raise_for_trouble, same_server
from connectors.xml import XmlRefused, parsed
from sync.errors import (
    AccessLost,
    ContentRefused,
    OperatorFault,
    PermanentError,
    TransientError,
)
from sync.troubles import Cause, Reply

D, C, CS = (
    "{DAV:}",
    "{urn:ietf:params:xml:ns:caldav}",
    "{http://calendarserver.org/ns/}",
)
_HEAD = (
    '<?xml version="1.0" encoding="utf-8"?>\n<D:{0} xmlns:D="DAV:"'
    ' xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:CS="http://calendarserver.org/ns/">'
)
XML = "application/xml; charset=utf-8"
CALENDAR = "text/calendar; charset=utf-8"
QUIET: Mapping[str, str] = MappingProxyType({"Schedule-Reply": "F"})
"""RFC 6638, section 8.1: nobody is told that an invitation was declined by this."""

MOST_REDIRECTS = 5
WHOSE = "The calendar server"


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What one answer of many says of one resource; `status` is the resource's own."""

    href: str
    status: int = 200
    props: Mapping[str, Element] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Return a property's text; empty where it is not there."""
        prop = self.props.get(name)
        return "" if prop is None else (prop.text or "").strip()

    def has(self, name: str, inside: str) -> bool:
        """Whether a property holds an element of that name."""
        prop = self.props.get(name)
        return prop is not None and prop.find(inside) is not None

    def href_in(self, name: str) -> str:
        """Return the address that a property holds; empty without one."""
        prop = self.props.get(name)
        return "" if prop is None else (prop.findtext(f"{D}href") or "").strip()


@dataclass(frozen=True, kw_only=True, slots=True)
class Many:
    """A multistatus: what is said of each resource, and the token that goes on."""

    url: str
    found: Sequence[Found]
    token: str = ""
    truncated: bool = False


class NotDav(TransientError):
    """Somebody answers there, but not as WebDAV does."""


def authorization(application: Mapping[str, str]) -> str:
    """Return the header by which we are let in."""
    if application.get("token"):
        return f"Bearer {application['token']}"
    both = f"{application['username']}:{application['password']}"
    return "Basic " + base64.b64encode(both.encode()).decode()


@dataclass(frozen=True, slots=True)
class Dav:
    """A server that we are known to; addresses are full."""

    http: Http
    authorization: str

    def call(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] = MappingProxyType({}),
        body: bytes | None = None,
    ) -> Response:
        """Return the answer of the one server that gets our credentials.

        Raises OperatorFault for 401, RateLimited and TransientError.
        """
        told = {"Authorization": self.authorization, **headers}
        response = self.http.send(method, url, headers=told, body=body)
        raise_for_trouble(response, whose=WHOSE)
        return response

    def ask(self, method: str, url: str, body: str, *, depth: str = "0") -> Many:
        """Return what a PROPFIND or REPORT finds, wherever on the server it moved to.

        Raises Refused for any answer but a multistatus.
        """
        headers = {"Content-Type": XML, "Depth": depth}
        for _ in range(MOST_REDIRECTS):
            response = self.call(method, url, headers=headers, body=body.encode())
            if not response.is_redirect:
                break
            there = urljoin(url, response.headers.get("location", ""))
            if not same_server(url, there):
                raise Refused(response, elsewhere=there)
            url = there
        if response.status != 207:
            raise Refused(response)
        return _many(url, response.body)


class Refused(Exception):
    """The server did not do it; `conditions` are the reasons that it names.

    `elsewhere` is the address on another server that it sends us to.
    """

    def __init__(self, response: Response, *, elsewhere: str = "") -> None:
        super().__init__(f"The answer was {response.status}.")
        self.status = response.status
        self.conditions = conditions(response)
        self.elsewhere = elsewhere


def conditions(response: Response) -> frozenset[str]:
    """Return the preconditions that an error names (RFC 4918, section 16)."""
    if b"<" not in response.body[:200]:
        return frozenset()
    try:
        root = parsed(response.body)
    except XmlRefused:
        return frozenset()
    return (
        frozenset(child.tag for child in root)
        if root.tag == f"{D}error"
        else frozenset()
    )


def lost(refused: Refused) -> AccessLost | None:
    """Return the error of a calendar that is gone or closed to us, if it is that."""
    if refused.status in (404, 410):
        return AccessLost("The calendar is not there any more.")
    if refused.status == 403 and f"{D}need-privileges" in refused.conditions:
        return AccessLost(
            "The calendar is closed to us: ask for the right to change it."
        )
    return None


def trouble(refused: Refused) -> OperatorFault:
    """Return the error of a server that does not do what a CalDAV server does."""
    if refused.elsewhere:
        server = urlsplit(refused.elsewhere).hostname
        return OperatorFault(f"The calendar moved to {server}: give its new address.")
    return OperatorFault(
        "There is no CalDAV server at this address any more (its answer was"
        f" {refused.status})."
    )


def refusal(response: Response) -> PermanentError:
    """Return what an answer to a write means that is not good."""
    named = conditions(response)
    gone = lost(Refused(response))
    if gone is not None:
        return gone
    reason = ", ".join(sorted(name.rpartition("}")[2] for name in named))
    error = ContentRefused(
        f"The calendar server does not take it (its answer was {response.status}"
        + (f": {reason})." if reason else ")."),
        cause=Cause.REFUSED_BY_AGENDA,
    )
    error.reply = Reply(status=response.status, reason=reason)
    return error


def _many(url: str, body: bytes) -> Many:
    try:
        root = parsed(body)
    except XmlRefused:
        raise NotDav(
            "The calendar server answers with something that is no XML."
        ) from None
    if root.tag != f"{D}multistatus":
        raise NotDav("The calendar server answers with other XML than WebDAV's.")
    found = [_found(url, each) for each in root.iter(f"{D}response")]
    truncated = any(one.status == 507 for one in found)
    return Many(
        url=url,
        found=[one for one in found if one.status != 507],
        token=(root.findtext(f"{D}sync-token") or "").strip(),
        truncated=truncated,
    )


def _found(url: str, response: Element) -> Found:
    props: dict[str, Element] = {}
    for each in response.iter(f"{D}propstat"):
        if _status(each) == 200:
            props |= {prop.tag: prop for prop in each.find(f"{D}prop") or ()}
    href = urljoin(url, (response.findtext(f"{D}href") or "").strip())
    return Found(href=href, status=_status(response), props=props)


def _status(element: Element) -> int:
    words = (element.findtext(f"{D}status") or "HTTP/1.1 200").split()
    return int(words[1]) if len(words) > 1 and words[1].isdigit() else 200


# --- Bodies --------------------------------------------------------------------------


def propfind(*names: str) -> str:
    """Return the body of a PROPFIND for these properties."""
    return f"{_HEAD.format('propfind')}{_prop(names)}</D:propfind>"


def sync_collection(token: str) -> str:
    """Return the body of a REPORT for what changed since a token; all without one."""
    return (
        f"{_HEAD.format('sync-collection')}"
        f"<D:sync-token>{escape(token)}</D:sync-token><D:sync-level>1</D:sync-level>"
        f"{_prop(['D:getetag'])}</D:sync-collection>"
    )


def multiget(paths: Sequence[str]) -> str:
    """Return the body of a REPORT for these resources with their contents."""
    hrefs = "".join(f"<D:href>{escape(path)}</D:href>" for path in paths)
    head = _HEAD.format("multiget").replace("<D:multiget", "<C:calendar-multiget")
    wanted = _prop(["D:getetag", "C:calendar-data"])
    return f"{head}{wanted}{hrefs}</C:calendar-multiget>"


def _prop(names: Sequence[str]) -> str:
    return f"<D:prop>{''.join(f'<{name}/>' for name in names)}</D:prop>"


def path_of(url: str) -> str:
    """Return the path of an address, as it stands in a body."""
    return urlsplit(url).path
