"""CalDAV on real servers: what it costs, what is left alone, and what is refused."""

import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

import pytest

from connectors.http import Http, NoAnswer, Response, Why
from sync.errors import ContentRefused, SyncTokenExpired, TransientError
from tests.contract.connectors.caldav_rig import CaldavRig, Counting
from tests.contract.connectors.rig import WINDOW, meeting, read_all, titles
from tests.contract.connectors.rigs import on_radicale, on_xandikos

SERVERS = {"Radicale": on_radicale, "Xandikos": on_xandikos}
PAGE = 500


@pytest.fixture(params=SERVERS)
def rig(request: pytest.FixtureRequest) -> Iterator[CaldavRig]:
    with SERVERS[request.param]() as made:
        yield made


@pytest.fixture
def radicale() -> Iterator[CaldavRig]:
    with on_radicale() as made:
        yield made


# --- What it costs -------------------------------------------------------------------


def test_a_look_without_changes_is_one_request(rig: CaldavRig) -> None:
    for number in range(3):
        rig.put(meeting(f"Visit {number}"))
    _, cursor = read_all(rig.connector())
    counting = Counting(rig.http)

    page = rig.over(counting).read(cursor, window=WINDOW, limit=PAGE)

    assert list(page.items) == []
    assert counting.methods == ["REPORT"]


def test_2000_items_and_1000_changes_are_read_in_pages_of_one_request_each(
    rig: CaldavRig,
) -> None:
    rig.fill(2000)
    counting = Counting(rig.http)

    found, cursor = read_all(rig.over(counting), limit=PAGE)

    assert len(found) == 2000
    assert len(counting.methods) <= 2000 / PAGE + 2

    rig.fill(1000, title="Changed")
    counting.methods.clear()
    changed, _ = read_all(rig.over(counting), cursor, limit=PAGE)

    assert titles(changed) == sorted(f"Changed {number}" for number in range(1000))
    assert len(counting.methods) <= 1000 / PAGE + 2


def test_a_write_after_a_read_is_one_request(rig: CaldavRig) -> None:
    item_id = rig.put(meeting("Visit"))
    counting = Counting(rig.http)
    connector = rig.over(counting)
    item = read_all(connector)[0][item_id]
    assert item.content is not None
    counting.methods.clear()

    new = replace(item.content, details=replace(item.content.details, title="New"))
    connector.write(item_id, new, before=item.content, version=item.version)
    connector.create(meeting("Made"), key="k1", ical_uid=None)

    assert counting.methods == ["PUT", "PUT"]


# --- Tokens --------------------------------------------------------------------------


def test_a_server_that_forgot_its_tokens_is_read_anew(radicale: CaldavRig) -> None:
    radicale.put(meeting("Visit"))
    _, cursor = read_all(radicale.connector())
    radicale.put(meeting("Another"))
    for known in radicale.folder.rglob("sync-token"):
        shutil.rmtree(known)

    with pytest.raises(SyncTokenExpired):
        radicale.connector().read(cursor, window=WINDOW, limit=PAGE)


def test_a_token_that_the_server_never_gave_is_forgotten_as_well(
    rig: CaldavRig,
) -> None:
    _, cursor = read_all(rig.connector())

    with pytest.raises(SyncTokenExpired):
        rig.connector().read(rig.expired(cursor), window=WINDOW, limit=PAGE)


class WithoutTokens(Counting):
    """HTTP to a server that knows no sync-collection."""

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] = MappingProxyType({}),
        body: bytes | None = None,
    ) -> Response:
        if b"sync-collection" in (body or b""):
            return Response(status=403)
        response = super().send(method, url, headers=headers, body=body)
        plain = response.body.replace(b"sync-collection", b"no-such-thing")
        return replace(response, body=plain)


def test_without_tokens_a_look_is_one_request_and_changes_are_found_by_etags(
    rig: CaldavRig,
) -> None:
    kept, changed = rig.put(meeting("Kept")), rig.put(meeting("Old"))
    http = WithoutTokens(rig.http)
    _, cursor = read_all(rig.over(http))
    http.methods.clear()

    assert read_all(rig.over(http), cursor)[0] == {}
    assert http.methods == ["PROPFIND"]

    rig.change(changed, meeting("New"))
    made = rig.put(meeting("Made"))
    found, cursor = read_all(rig.over(http), cursor, limit=1)

    assert set(found) == {changed, made}
    assert kept not in found
    assert read_all(rig.over(http), cursor)[0] == {}


def test_without_tokens_what_is_gone_is_found_by_a_full_read(rig: CaldavRig) -> None:
    rig.put(meeting("Kept"))
    gone = rig.put(meeting("Gone"))
    http = WithoutTokens(rig.http)
    _, cursor = read_all(rig.over(http))

    rig.remove(gone)

    with pytest.raises(SyncTokenExpired):
        rig.over(http).read(cursor, window=WINDOW, limit=PAGE)
    assert titles(read_all(rig.over(http))[0]) == ["Kept"]


def test_without_tokens_our_own_writes_do_not_come_back(rig: CaldavRig) -> None:
    gone = rig.put(meeting("Gone"))
    connector = rig.over(WithoutTokens(rig.http))
    found, cursor = read_all(connector)

    connector.create(meeting("Made"), key="k1", ical_uid=None)
    connector.delete(gone, version=found[gone].version)
    theirs = rig.put(meeting("Theirs"))
    after, _ = read_all(connector, connector.behind_own_writes(cursor))

    assert list(after) == [theirs]


def test_a_listing_that_the_server_cuts_short_goes_on_behind_its_token() -> None:
    http = Scripted(
        SUPPORTED,
        listing("a.ics", "b.ics", token="t1", cut=True),
        contents("a.ics", "b.ics"),
        listing("c.ics", token="t2"),
        contents("c.ics"),
    )
    with on_radicale() as rig:
        connector = rig.over(http)
        first = connector.read(None, window=WINDOW, limit=PAGE)
        second = connector.read(first.cursor, window=WINDOW, limit=PAGE)

    assert [item.id for item in (*first.items, *second.items)] == [
        "a.ics",
        "b.ics",
        "c.ics",
    ]
    assert (first.more, first.complete_read) == (True, False)
    assert (second.more, second.complete_read) == (False, True)
    assert json.loads(second.cursor)[2] == "t2"
    assert b">t1<" in http.bodies[3]


# --- What lies there -----------------------------------------------------------------

NOTE = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//X//EN
BEGIN:VJOURNAL
UID:note
DTSTAMP:20261120T090000Z
SUMMARY:A note
END:VJOURNAL
END:VCALENDAR
"""


def test_journals_are_left_alone(rig: CaldavRig) -> None:
    rig.write_text("note.ics", NOTE)
    rig.put(meeting("Visit"))

    assert titles(read_all(rig.connector())[0]) == ["Visit"]
    assert len(read_all(rig.connector())[0]) == 1


def test_what_cannot_be_read_is_named_and_the_others_are_read(rig: CaldavRig) -> None:
    event = NOTE.replace("VJOURNAL", "VEVENT")
    odd = event.replace("UID:note", "UID:odd\nDTSTART;TZID=Nowhere:20310303T100000")
    rig.write_text("odd.ics", odd)
    rig.put(meeting("Visit"))

    found, _ = read_all(rig.connector())

    assert titles(found) == ["Visit"]
    assert found["odd.ics"].problem == "Nobody knows the time zone “Nowhere”."


def test_a_meeting_that_is_there_by_another_name_gets_a_second_item(
    rig: CaldavRig,
) -> None:
    """A guest of two occurrences has two events with the series' one UID."""
    rig.put(meeting("Theirs", uid="meeting@google.example"))
    wanted = meeting("Ours", uid="meeting@google.example")

    made = rig.connector().create(wanted, key="k1", ical_uid="meeting@google.example")

    assert made.item.ical_uid == "meeting@google.example"
    assert titles(read_all(rig.connector())[0]) == ["Ours", "Theirs"]


def test_names_may_hold_any_letter(rig: CaldavRig) -> None:
    name = "visite à 50% & moitié.ics"
    rig.write_text(
        name, rig.text(rig.put(meeting("Visit", uid="one"))).replace("one", "two")
    )

    found, _ = read_all(rig.connector())
    item = found[name]
    assert item.content is not None
    rig.connector().delete(name, version=item.version)

    assert titles(read_all(rig.connector())[0]) == ["Visit"]
    assert rig.connector().get([name]) == {}


# --- What is refused -----------------------------------------------------------------

BOMB = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><D:multistatus xmlns:D="DAV:">&b;
</D:multistatus>"""


class Scripted:
    """HTTP to a server that answers what a test says, one after the other."""

    def __init__(self, *answers: Response) -> None:
        self.answers, self.bodies = list(answers), list[bytes]()

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] = MappingProxyType({}),
        body: bytes | None = None,
    ) -> Response:
        self.bodies.append(body or b"")
        self.asked = url
        answer = self.answers.pop(0)
        path = url.partition("//")[2].partition("/")[2]
        return replace(answer, body=answer.body.replace(b"HERE/", b"/" + path.encode()))


def multistatus(*responses: str, more: str = "") -> Response:
    xml = (
        '<D:multistatus xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">'
        f"{''.join(responses)}{more}</D:multistatus>"
    )
    return Response(status=207, body=xml.encode())


def prop(href: str, inside: str) -> str:
    return (
        f"<D:response><D:href>{href}</D:href><D:propstat><D:prop>{inside}</D:prop>"
        "<D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>"
    )


SUPPORTED = multistatus(
    prop(
        "HERE/",
        "<D:supported-report-set><D:supported-report><D:report><D:sync-collection/>"
        "</D:report></D:supported-report></D:supported-report-set>",
    )
)


def listing(*names: str, token: str, cut: bool = False) -> Response:
    found = [prop(f"HERE/{name}", f'<D:getetag>"{name}"</D:getetag>') for name in names]
    if cut:
        found.append(
            "<D:response><D:href>HERE/</D:href>"
            "<D:status>HTTP/1.1 507 Insufficient Storage</D:status></D:response>"
        )
    return multistatus(*found, more=f"<D:sync-token>{token}</D:sync-token>")


def contents(*names: str) -> Response:
    event = NOTE.replace("VJOURNAL", "VEVENT").replace(
        "UID:", "DTSTART:20310303T100000Z\nUID:"
    )
    return multistatus(
        *(
            prop(
                f"HERE/{name}",
                f'<D:getetag>"{name}"</D:getetag><C:calendar-data>{event}'
                "</C:calendar-data>",
            )
            for name in names
        )
    )


@pytest.mark.parametrize(
    "answer",
    [
        Response(status=207, body=BOMB),
        Response(status=207, body=b"<html>not quite"),
        Response(status=207, body=b"<other/>"),
        Response(status=500),
        Response(status=503, headers={"retry-after": "5"}),
        Response(status=429),
    ],
)
def test_answers_that_are_none_are_trouble_and_not_an_empty_calendar(
    radicale: CaldavRig, answer: Response
) -> None:
    with pytest.raises(TransientError):
        radicale.over(Scripted(answer)).read(None, window=WINDOW, limit=PAGE)


class Small:
    """HTTP that takes only answers about few resources at once."""

    def __init__(self, http: Http, why: Why) -> None:
        self._http, self._why = http, why

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] = MappingProxyType({}),
        body: bytes | None = None,
    ) -> Response:
        if (body or b"").count(b"<D:href>") > 3:
            raise NoAnswer(self._why, host="dav.example")
        return self._http.send(method, url, headers=headers, body=body)


@pytest.mark.parametrize("why", [Why.TOO_LARGE, Why.LATE])
def test_answers_that_are_too_large_are_asked_for_in_parts(
    radicale: CaldavRig, why: Why
) -> None:
    radicale.fill(10)

    found, _ = read_all(radicale.over(Small(radicale.http, why)), limit=PAGE)

    assert len(found) == 10


def test_a_refusal_names_the_servers_own_reason(radicale: CaldavRig) -> None:
    body = (
        b'<D:error xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">'
        b"<C:max-attendees-per-instance/></D:error>"
    )
    connector = radicale.over(Scripted(Response(status=403, body=body)))

    with pytest.raises(ContentRefused) as refused:
        connector.create(meeting("Visit"), key="k1", ical_uid=None)

    assert "max-attendees-per-instance" in str(refused.value)
    assert refused.value.reply is not None
    assert refused.value.reply.status == 403
