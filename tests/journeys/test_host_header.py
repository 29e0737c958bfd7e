"""Where links and redirects lead is ours to say, whatever a request calls us."""

import re
from typing import Any

import pytest
import requests

from tests.journeys.tandem import OPERATOR_KEY, TIMEOUT, Browser, Tandem, parameters

EVIL = "evil.example"
HEADERS = {
    "Host": EVIL,
    "X-Forwarded-Host": EVIL,
    "Forwarded": f"host={EVIL};proto=https",
    "X-Original-URL": f"https://{EVIL}/",
    "X-Rewrite-URL": f"https://{EVIL}/",
    "Origin": f"https://{EVIL}",
    "Referer": f"https://{EVIL}/",
}


def evil(method: str, url: str, **more: Any) -> requests.Response:
    """Send a request that calls us by another name."""
    headers = {**HEADERS, **more.pop("headers", {})}
    return requests.request(
        method, url, headers=headers, timeout=TIMEOUT, allow_redirects=False, **more
    )


def traces(answer: requests.Response) -> list[str]:
    """Return where the other name comes back."""
    texts = [answer.text, *answer.headers.values()]
    return [text for text in texts if EVIL in text]


def test_a_mailed_link_and_every_address_that_we_tell_are_ours(tandem: Tandem) -> None:
    agenda = tandem.agenda()
    key = {"Authorization": f"Bearer {OPERATOR_KEY}"}
    listed = f"{tandem.url}/v1/agendas?organization={agenda.organization}"

    answer = evil("GET", listed, headers=key)
    invited = tandem.invite(agenda)

    assert answer.json()["items"][0]["hook_url"].startswith(
        f"{tandem.url}/push/agenda/"
    )
    assert traces(answer) == []
    assert invited.url.startswith(tandem.url)
    assert EVIL not in str(tandem.mails()[-1])


def test_google_is_told_to_send_people_back_to_us(tandem: Tandem) -> None:
    url = tandem.invite(tandem.agenda()).url

    page = evil("GET", url)
    begun = evil("POST", url)

    assert page.status_code == 200
    assert begun.status_code == 303
    assert traces(page) == traces(begun) == []
    location = begun.headers["Location"]
    assert location.startswith(f"{tandem.google.url}/")
    assert parameters(location)["redirect_uri"] == f"{tandem.url}/oauth/callback"


@pytest.mark.parametrize(
    "name", ["next", "url", "redirect", "return_to", "redirect_uri"]
)
def test_no_page_sends_people_where_a_parameter_says(tandem: Tandem, name: str) -> None:
    url = tandem.invite(tandem.agenda()).url
    query = f"?{name}=https://{EVIL}/"

    begun = evil("POST", url + query)
    ended = evil("GET", f"{tandem.url}/oauth/callback{query}&state=x&code=y")

    for answer in (begun, ended):
        assert EVIL not in answer.headers.get("Location", "")
        assert f"https://{EVIL}" not in answer.text


def test_the_page_at_the_end_links_to_us_only(tandem: Tandem, browser: Browser) -> None:
    back = browser.consent(browser.begin(tandem.invite(tandem.agenda()).url))
    answer = browser.session.get(back, headers=HEADERS | {"Host": ""}, timeout=TIMEOUT)

    found = re.findall(r'(?:href|action|src)="([^"]*)"', answer.text)

    assert answer.status_code in (200, 400)
    assert [url for url in found if EVIL in url] == []
