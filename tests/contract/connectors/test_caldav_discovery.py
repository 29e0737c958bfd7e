"""From what an administrator types to one calendar, or to a sentence that helps."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

import pytest

from connectors.base import ApplicationRefused
from connectors.http import Http, Response
from tests.contract.connectors.caldav_rig import CaldavRig
from tests.contract.connectors.rigs import on_radicale, on_xandikos
from tests.contract.test_application_http import application as other_server

SERVERS = {"Radicale": on_radicale, "Xandikos": on_xandikos}


@pytest.fixture(params=SERVERS)
def rig(request: pytest.FixtureRequest) -> Iterator[CaldavRig]:
    with SERVERS[request.param]() as made:
        yield made


@pytest.fixture
def radicale() -> Iterator[CaldavRig]:
    with on_radicale() as made:
        yield made


def tried(rig: CaldavRig, http: Http | None = None, **given: Any) -> Mapping[str, Any]:
    """Return what becomes of an application; None takes a member away."""
    whole = {**rig.application, **given}
    application = {name: each for name, each in whole.items() if each is not None}
    return rig.definition.tried(application, rig.means(http))


def refusal(rig: CaldavRig, http: Http | None = None, **given: Any) -> tuple[str, str]:
    """Return the member and the sentence with which it is refused."""
    with pytest.raises(ApplicationRefused) as refused:
        tried(rig, http, **given)
    [problem] = refused.value.problems
    return problem.pointer, problem.message


def test_from_the_servers_address_by_the_calendars_name(rig: CaldavRig) -> None:
    found = tried(rig, calendar=rig.name)

    assert found["calendar"] == rig.calendar
    assert found["password"] == rig.application["password"]


def test_from_the_calendars_own_address(rig: CaldavRig) -> None:
    found = tried(rig, url=rig.calendar, calendar=None)

    assert found["calendar"] == rig.calendar


def test_what_was_found_once_is_found_again(rig: CaldavRig) -> None:
    once = tried(rig, calendar=rig.name)

    assert tried(rig, **once) == once


def test_several_calendars_are_named(rig: CaldavRig) -> None:
    with on_radicale(), on_xandikos():
        pointer, message = refusal(rig, calendar=None)

    assert pointer == "/calendar"
    assert "several calendars" in message


def test_a_calendar_that_is_not_there_is_told_with_those_that_are(
    rig: CaldavRig,
) -> None:
    pointer, message = refusal(rig, calendar="Holidays of the moon")

    assert pointer == "/calendar"
    assert message.startswith("There is no such calendar in the account; there is “")


def test_a_wrong_password_is_said_at_the_password(radicale: CaldavRig) -> None:
    pointer, message = refusal(radicale, password="guess")

    assert pointer == "/password"
    assert "does not accept this user name and password" in message


def test_a_wrong_token_is_said_at_the_token(radicale: CaldavRig) -> None:
    pointer, _ = refusal(radicale, username=None, password=None, token="abc")

    assert pointer == "/token"


def test_a_server_that_is_down_is_told_from_a_wrong_password(
    radicale: CaldavRig,
) -> None:
    pointer, message = refusal(radicale, url="http://127.0.0.1:9/")

    assert pointer == "/url"
    assert message.startswith("The server 127.0.0.1 cannot be reached")


def test_a_server_of_another_kind_is_said_to_be_none(radicale: CaldavRig) -> None:
    with other_server() as (url, _):
        pointer, message = refusal(radicale, url=f"{url}/echo", calendar=None)

    assert pointer == "/url"
    assert "not a CalDAV server's" in message


class Answers:
    """HTTP that answers by address, and keeps who was asked with which credentials."""

    def __init__(self, **answers: Response) -> None:
        self._answers = answers
        self.asked: list[tuple[str, str]] = []

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] = MappingProxyType({}),
        body: bytes | None = None,
    ) -> Response:
        self.asked.append((url, headers.get("Authorization", "")))
        path = url.partition("//")[2].partition("/")[2]
        name = path.strip("/").replace("/", "_").replace(".", "").replace("-", "_")
        return self._answers.get(name or "root", Response(status=404))


def moved(to: str) -> Response:
    return Response(status=301, headers={"location": to})


def said(href: str, inside: str) -> Response:
    xml = (
        '<D:multistatus xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">'
        f"<D:response><D:href>{href}</D:href><D:propstat><D:prop>{inside}</D:prop>"
        "<D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response></D:multistatus>"
    )
    return Response(status=207, body=xml.encode())


PRINCIPAL = "<D:current-user-principal><D:href>/me/</D:href></D:current-user-principal>"
HOME = "<C:calendar-home-set><D:href>/home/</D:href></C:calendar-home-set>"
CALENDAR = (
    "<D:resourcetype><D:collection/><C:calendar/></D:resourcetype>"
    "<D:displayname>Work</D:displayname>"
)
NOTES = CALENDAR + (
    '<C:supported-calendar-component-set><C:comp name="VJOURNAL"/>'
    "</C:supported-calendar-component-set>"
)


def test_the_well_known_address_is_followed_on_the_same_server(
    radicale: CaldavRig,
) -> None:
    http = Answers(
        well_known_caldav=moved("/dav/"),
        dav=said("/dav/", PRINCIPAL),
        me=said("/me/", HOME),
        home=said("/home/visits/", CALENDAR),
    )

    found = tried(radicale, http, url="https://dav.example", calendar=None)

    assert found["calendar"] == "https://dav.example/home/visits/"


def test_nobody_else_gets_the_password(radicale: CaldavRig) -> None:
    http = Answers(root=moved("https://evil.example/"))

    pointer, message = refusal(radicale, http, url="https://dav.example/")

    assert pointer == "/url"
    assert "sends us on to evil.example" in message
    assert all(url.startswith("https://dav.example/") for url, _ in http.asked)


def test_an_account_without_a_calendar_for_appointments_says_so(
    radicale: CaldavRig,
) -> None:
    http = Answers(
        root=said("/", PRINCIPAL), me=said("/me/", HOME), home=said("/home/t/", NOTES)
    )

    pointer, message = refusal(radicale, http, url="https://dav.example/")

    assert pointer == "/url"
    assert message == "There is no calendar for appointments in this account."


def test_a_token_is_sent_as_a_bearers(radicale: CaldavRig) -> None:
    http = Answers(root=said("/", CALENDAR))
    tried(
        radicale,
        http,
        url="https://dav.example/",
        username=None,
        password=None,
        token="abc",
        calendar=None,
    )

    assert http.asked == [("https://dav.example/", "Bearer abc")]
