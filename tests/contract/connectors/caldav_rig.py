"""The shared suite's way into calendars on real CalDAV servers."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote

import requests
from dulwich.repo import Repo
from icalendar import Calendar

from connectors.base import Connector, Definition, Means
from connectors.http import Http, NoAnswer, Response, Why
from connectors.registry import definition
from infra.application_http import ApplicationHttp
from sync.content import Content
from tests.contract.connectors.caldav_servers import Server
from tests.contract.connectors.ics_hand import ics_of
from tests.contract.connectors.rig import meeting
from tests.journeys.workbench import RealClock, Workbench

MAKE = b"""<?xml version="1.0"?><C:mkcalendar xmlns:D="DAV:"
 xmlns:C="urn:ietf:params:xml:ns:caldav"><D:set><D:prop>
 <D:displayname>%s</D:displayname></D:prop></D:set></C:mkcalendar>"""

PLAIN = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Somebody else//EN
BEGIN:VEVENT
UID:{number}@app.example
DTSTAMP:20261120T090000Z
DTSTART:20310303T100000Z
SUMMARY:{title} {number}
END:VEVENT
END:VCALENDAR
"""


class CaldavRig:
    """A new calendar of Anna's, and her own program on it."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.http = ApplicationHttp(private_addresses=True)
        self.hand = requests.Session()
        self.hand.auth = (server.user, server.password)
        self.name = f"c{uuid.uuid4().hex[:12]}"
        self.calendar = f"{server.home}{self.name}/"
        self._send("MKCALENDAR", self.calendar, MAKE % self.name.encode())
        self.folder = server.calendars / self.name

    def close(self) -> None:
        """Leave; the calendar goes with its server."""
        self.hand.close()
        self.http.close()

    @property
    def definition(self) -> Definition:
        return definition("caldav")

    @property
    def application(self) -> dict[str, str]:
        """What the calendar is reached with."""
        return {
            "url": self.server.url,
            "username": self.server.user,
            "password": self.server.password,
            "calendar": self.calendar,
        }

    def means(self, http: Http | None = None) -> Means:
        """Return what the connector gets to work with."""
        clock = RealClock()

        def no_shelf() -> None:
            raise AssertionError("The items of a CalDAV server do not lie with us.")

        return Means(
            agenda="a",
            time_zone="Europe/Amsterdam",
            now=clock.now,
            sleep=clock.sleep,
            http=http or self.http,
            shelf=no_shelf,  # type: ignore[arg-type]  # because nobody asks for it
        )

    def connector(self) -> Connector:
        return self.definition.open(self.application, self.means())

    def over(self, http: Http) -> Connector:
        """Return a connector whose requests take another way."""
        return self.definition.open(self.application, self.means(http))

    def join(self, bench: Workbench) -> None:
        bench.world = replace(bench.world, connect=lambda _: self.connector())

    # --- a person's own program ------------------------------------------------------

    def put(self, content: Content) -> str:
        name = f"{uuid.uuid4()}.ics"
        self._write(name, ics_of(content, uid=content.uid))
        return name

    def change(self, item_id: str, content: Content) -> None:
        there = self._send("GET", self._url(item_id)).content
        [uid] = {str(event["UID"]) for event in Calendar.from_ical(there).events}
        self._write(item_id, ics_of(content, uid=uid))

    def remove(self, item_id: str) -> None:
        self._send("DELETE", self._url(item_id))

    def text(self, item_id: str) -> str:
        """Return a resource as it lies there."""
        return self._send("GET", self._url(item_id)).content.decode()

    def write_text(self, item_id: str, text: str) -> None:
        """Put a resource as somebody's program wrote it."""
        self._write(item_id, "\r\n".join(text.splitlines()).encode() + b"\r\n")

    def fill(self, count: int, *, title: str = "Visit") -> None:
        """Enter many meetings at once, past the server: into the files it keeps."""
        for number in range(count):
            text = PLAIN.format(number=number, title=title).replace("\n", "\r\n")
            (self.folder / f"{number}.ics").write_text(text, newline="")
        self._filled(self.folder)

    def _filled(self, folder: Path) -> None:
        """Let the server take in files that were put there, however long it takes."""
        self.hand.request("PROPFIND", self.calendar, headers={"Depth": "1"})

    def _write(self, name: str, body: bytes) -> None:
        self._send("PUT", self._url(name), body, {"Content-Type": "text/calendar"})

    def _url(self, name: str) -> str:
        return self.calendar + quote(name)

    def _send(
        self,
        method: str,
        url: str,
        body: bytes = b"",
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> requests.Response:
        answer = self.hand.request(
            method, url, data=body, headers=dict(headers), timeout=30
        )
        assert answer.ok, (method, answer.status_code, answer.text[:500])
        return answer

    # --- trouble ---------------------------------------------------------------------

    def expired(self, cursor: str) -> str:
        kind, full, token, *rest = json.loads(cursor)
        other = "0" if token[-1] != "0" else "1"
        return json.dumps([kind, full, token[:-1] + other, *rest])

    def locked_out(self) -> Connector:
        return self.over(Closed(self.http))

    def cut_off(self) -> Connector:
        application = {**self.application, "calendar": "http://127.0.0.1:9/anna/c/"}
        return self.definition.open(application, self.means())

    def refused(self) -> Content:
        return meeting("x" * 600_000, uid="refused@tandem.example")

    def deaf(self) -> Connector:
        return self.over(Deaf(self.http))


class Xandikos(CaldavRig):
    """The same, where everything is kept in Git."""

    def _filled(self, folder: Path) -> None:
        repository = Repo(str(folder))
        repository.get_worktree().stage([path.name for path in folder.glob("*.ics")])
        repository.get_worktree().commit(
            message=b"Fill", committer=b"A <a@example.com>"
        )
        repository.close()


class Radicale(CaldavRig):
    """The same, where a login is asked for."""

    def locked_out(self) -> Connector:
        application = {**self.application, "password": "guess"}
        return self.definition.open(application, self.means())


class RealServer(Radicale):
    """A calendar of its own on a server of somebody's, taken away afterwards."""

    def close(self) -> None:
        """Take the calendar away."""
        self.hand.delete(self.calendar, timeout=30)
        super().close()


class Counting:
    """HTTP that counts the requests, by method."""

    def __init__(self, http: Http) -> None:
        self._http = http
        self.methods: list[str] = []

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] = MappingProxyType({}),
        body: bytes | None = None,
    ) -> Response:
        self.methods.append(method)
        return self._http.send(method, url, headers=headers, body=body)


class Closed(Counting):
    """HTTP to a server that lets nobody in."""

    def send(self, method: str, url: str, **more: object) -> Response:
        return Response(status=401)


class Deaf(Counting):
    """HTTP whose first PUT is done, and its answer lost."""

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] = MappingProxyType({}),
        body: bytes | None = None,
    ) -> Response:
        response = super().send(method, url, headers=headers, body=body)
        if method == "PUT" and self.methods.count("PUT") == 1:
            raise NoAnswer(Why.LATE, host="dav.example")
        return response
