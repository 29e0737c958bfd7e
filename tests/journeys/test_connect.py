"""From the mailed link to a connected calendar, and every way in which it can end."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from services.agendas.agenda import change_agenda
from services.connections import connection as connections
from services.connections.connection import Connection, State
from services.consent import invitations
from services.consent.states import ConsentState
from services.documents import data_of
from services.google import accounts, channels
from services.google.reconnecting import mark_needs_reconnect
from services.organizations.clients import CALENDAR_SCOPES
from services.organizations.google_credentials import read_credentials
from services.organizations.organization import set_google
from services.ports.accounts import AccessToken, Grant
from services.ports.store import Query, Replace, Update
from tests.journeys.tandem import ANNA, CLIENT_ID, Browser, Tandem, parameters

EVENTS, LIST = CALENDAR_SCOPES


def connection_of(tandem: Tandem) -> Connection:
    [one] = connections.of_agenda(tandem.world.store, tandem.agendas[-1].id)
    return one


def nothing_was_kept(tandem: Tandem) -> bool:
    store = tandem.world.store
    found = [
        store.query(Query(collection=name))
        for name in ("accounts", "connections", "channels")
    ]
    return not any(found)


def title_of(page: str) -> str:
    found = re.search(r"<h1>(.*?)</h1>", page)
    assert found is not None, page
    return found.group(1)


# --- The good road -------------------------------------------------------------------


def test_the_page_says_who_asks_and_for_what(tandem: Tandem, browser: Browser) -> None:
    invited = tandem.invite(tandem.agenda())

    page = browser.get(invited.url)

    assert page.status_code == 200
    assert "Fixers would like to keep its agenda" in page.text
    assert ANNA in page.text
    assert "<script" not in page.text
    assert "script-src 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["Referrer-Policy"] == "no-referrer"


def test_a_click_a_yes_and_the_calendar_is_connected(
    tandem: Tandem, browser: Browser
) -> None:
    invited = tandem.invite(tandem.agenda())

    page = browser.connect(invited.url)

    assert page.status_code == 200
    assert title_of(page.text) == "Connected"
    connection = connection_of(tandem)
    assert connection.email == ANNA
    assert connection.calendar_id == ANNA
    assert connection.state is State.ACTIVE
    assert connection.channel is not None


def test_the_tokens_lie_sealed(tandem: Tandem, browser: Browser) -> None:
    browser.connect(tandem.invite(tandem.agenda()).url)

    account, _ = accounts.load(tandem.world.store, connection_of(tandem).account)

    token = accounts.refresh_token_of(account, tandem.world.sealer)
    assert token
    assert account.refresh is not None
    assert token.encode() not in account.refresh


def test_google_pushes_over_a_channel_that_is_written_down(
    tandem: Tandem, browser: Browser
) -> None:
    browser.connect(tandem.invite(tandem.agenda()).url)

    channel_id = connection_of(tandem).channel
    document = tandem.world.store.get(channels.path_of(channel_id or ""))
    assert document is not None
    assert channels.loaded(document).resource
    assert channels.loaded(document).state is channels.ChannelState.OPEN


def test_success_uses_the_link_up(tandem: Tandem, browser: Browser) -> None:
    invited = tandem.invite(tandem.agenda())

    browser.connect(invited.url)
    again = browser.get(invited.url)

    assert again.status_code == 410
    assert title_of(again.text) == "This link was used already"


def test_the_owner_sees_the_status_by_a_signed_link(
    tandem: Tandem, browser: Browser
) -> None:
    done = browser.connect(tandem.invite(tandem.agenda()).url)
    found = re.search(r'href="([^"]*/status/[^"]*)"', done.text)
    assert found is not None

    page = browser.get(found.group(1))
    forged = browser.get(found.group(1)[:-2] + "xx")

    assert page.status_code == 200
    assert ANNA in page.text
    assert forged.status_code == 404


def test_the_link_comes_by_mail_in_plain_text_and_html(tandem: Tandem) -> None:
    invited = tandem.invite(tandem.agenda())

    [mail] = tandem.mails()

    assert mail["To"] == ANNA
    assert "Fixers asks to connect your calendar" in mail["Subject"]
    assert invited.url in mail.get_body(("plain",)).get_content()
    assert invited.url in mail.get_body(("html",)).get_content()
    assert invited.invitation.sent_at is not None


def test_only_the_hash_of_the_link_is_kept(tandem: Tandem) -> None:
    invited = tandem.invite(tandem.agenda())

    stored = tandem.world.store.get(invitations.path_of(invited.invitation.id))

    secret = invited.url.rpartition(".")[2]
    assert len(secret) == 43
    assert stored is not None
    assert secret not in str(stored.data)


# --- The owner decides otherwise -----------------------------------------------------


def test_a_no_at_google_connects_nothing(tandem: Tandem, browser: Browser) -> None:
    invited = tandem.invite(tandem.agenda())

    page = browser.connect(invited.url, action="cancel")

    assert page.status_code == 403
    assert title_of(page.text) == "Not connected"
    assert invited.url.removeprefix(tandem.url) in page.text
    assert nothing_was_kept(tandem)
    assert browser.connect(invited.url).status_code == 200


@pytest.mark.parametrize(
    ("ticked", "named"),
    [
        ((EVENTS,), "See the list of your calendars"),
        ((LIST,), "View and edit events"),
    ],
)
def test_a_box_that_was_not_ticked_is_named(
    tandem: Tandem, browser: Browser, ticked: tuple[str, ...], named: str
) -> None:
    invited = tandem.invite(tandem.agenda())

    page = browser.connect(invited.url, boxes=ticked)

    assert page.status_code == 403
    assert title_of(page.text) == "A box was not ticked"
    assert named in page.text
    assert nothing_was_kept(tandem)
    assert browser.connect(invited.url).status_code == 200


def test_another_google_account_is_refused_by_name(
    tandem: Tandem, browser: Browser
) -> None:
    tandem.person("ben@example.com")
    invited = tandem.invite(tandem.agenda())

    page = browser.connect(invited.url, email="ben@example.com")

    assert page.status_code == 403
    assert title_of(page.text) == "This is another Google account"
    assert "ben@example.com" in page.text
    assert nothing_was_kept(tandem)


@pytest.mark.parametrize(
    ("invited", "account"),
    [
        ("Anna@Example.com", ANNA),
        ("an.na+work@googlemail.com", "anna@gmail.com"),
        ("anna@gmail.com", "a.n.n.a@gmail.com"),
    ],
)
def test_an_address_written_in_another_way_is_the_same_person(
    tandem: Tandem, browser: Browser, invited: str, account: str
) -> None:
    tandem.person(account)
    invitation = tandem.invite(tandem.agenda(owner=invited))

    page = browser.connect(invitation.url, email=account)

    assert title_of(page.text) == "Connected"


def test_an_organization_may_allow_other_accounts(
    tandem: Tandem, browser: Browser
) -> None:
    tandem.person("ben@example.com")
    agenda = tandem.agenda(settings={"allowed_accounts": ["ben@example.com"]})
    invited = tandem.invite(agenda)

    page = browser.connect(invited.url, email="ben@example.com")

    assert title_of(page.text) == "Connected"


def test_another_site_cannot_press_the_button(tandem: Tandem, browser: Browser) -> None:
    invited = tandem.invite(tandem.agenda())

    answer = browser.session.post(
        invited.url,
        headers={"Sec-Fetch-Site": "cross-site"},
        allow_redirects=False,
        timeout=15,
    )

    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers
    assert not tandem.world.store.query(Query(collection="oauth_states"))


# --- The link is no good -------------------------------------------------------------


@pytest.mark.parametrize(
    "token", ["nothing", "i_aaaaaaaaaaaaaaaaaaaa.x", "a.b.c", "%00"]
)
def test_a_made_up_link_says_so(tandem: Tandem, browser: Browser, token: str) -> None:
    page = browser.get(f"{tandem.url}/connect/{token}")

    assert page.status_code == 404


def test_a_guessed_secret_opens_nothing(tandem: Tandem, browser: Browser) -> None:
    invited = tandem.invite(tandem.agenda())

    page = browser.get(invited.url[:-1] + ("a" if invited.url[-1] != "a" else "b"))

    assert page.status_code == 404


def test_an_expired_link_says_so(tandem: Tandem, browser: Browser) -> None:
    invited = tandem.invite(tandem.agenda())
    path = invitations.path_of(invited.invitation.id)
    late = {"expires_at": tandem.now - timedelta(seconds=1)}
    tandem.world.store.commit([Update(path=path, data=late)])

    page = browser.get(invited.url)

    assert page.status_code == 410
    assert title_of(page.text) == "This link has expired"


def test_a_revoked_link_says_so_even_at_the_way_back(
    tandem: Tandem, browser: Browser
) -> None:
    agenda = tandem.agenda()
    invited = tandem.invite(agenda)
    back = browser.consent(browser.begin(invited.url))

    invitations.revoke(tandem.world, agenda.id, invited.invitation.id, now=tandem.now)
    page = browser.get(back)

    assert page.status_code == 410
    assert title_of(page.text) == "This link was withdrawn"
    assert nothing_was_kept(tandem)


def test_a_resent_invitation_has_a_new_link_and_the_old_one_is_dead(
    tandem: Tandem, browser: Browser
) -> None:
    agenda = tandem.agenda()
    first = tandem.invite(agenda)

    second = invitations.resend(
        tandem.world, agenda.id, first.invitation.id, now=tandem.now
    )

    assert second.invitation.id == first.invitation.id
    assert browser.get(first.url).status_code == 404
    assert browser.get(second.url).status_code == 200
    assert len(tandem.mails()) == 2


# --- The way back is not ours, or not now --------------------------------------------


def test_a_forged_state_is_refused(tandem: Tandem, browser: Browser) -> None:
    page = browser.get(f"{tandem.url}/oauth/callback?state=made-up&code=4/abc")

    assert page.status_code == 400
    assert title_of(page.text) == "We do not know this answer"


def test_a_state_that_was_changed_in_the_store_is_refused(
    tandem: Tandem, browser: Browser
) -> None:
    back = browser.consent(browser.begin(tandem.invite(tandem.agenda()).url))
    [document] = tandem.world.store.query(Query(collection="oauth_states"))
    other = {"organization": "o_other"}
    tandem.world.store.commit([Update(path=document.path, data=other)])

    page = browser.get(back)

    assert page.status_code == 400
    assert nothing_was_kept(tandem)


def test_an_answer_counts_once(tandem: Tandem, browser: Browser) -> None:
    back = browser.consent(browser.begin(tandem.invite(tandem.agenda()).url))
    browser.get(back)

    again = browser.get(back)

    assert again.status_code == 409
    assert title_of(again.text) == "Answered already"


def test_an_answer_that_took_too_long_is_refused(
    tandem: Tandem, browser: Browser
) -> None:
    back = browser.consent(browser.begin(tandem.invite(tandem.agenda()).url))
    [document] = tandem.world.store.query(Query(collection="oauth_states"))
    late = {"expires_at": tandem.now - timedelta(seconds=1)}
    tandem.world.store.commit([Update(path=document.path, data=late)])

    page = browser.get(back)

    assert page.status_code == 410
    assert nothing_was_kept(tandem)


def test_an_answer_in_another_browser_is_refused_and_not_used_up(
    tandem: Tandem, browser: Browser
) -> None:
    back = browser.consent(browser.begin(tandem.invite(tandem.agenda()).url))
    stranger = Browser()

    page = stranger.get(back)

    stranger.session.close()
    assert page.status_code == 403
    assert title_of(page.text) == "This is another browser"
    assert nothing_was_kept(tandem)
    assert browser.get(back).status_code == 200


def test_the_state_is_kept_as_a_hash_and_its_secrets_sealed(
    tandem: Tandem, browser: Browser
) -> None:
    invited = tandem.invite(tandem.agenda())

    sent = parameters(browser.begin(invited.url))

    [document] = tandem.world.store.query(Query(collection="oauth_states"))
    assert sent["state"] not in document.path
    assert set(document.data) == set(ConsentState.__dataclass_fields__)
    assert invited.url.rpartition("/")[2].encode() not in document.data["link"]
    assert sent["code_challenge_method"] == "S256"
    assert sent["access_type"] == "offline"
    assert sent["client_id"] == CLIENT_ID
    assert sent["login_hint"] == ANNA


def test_a_client_that_changed_meanwhile_is_refused(
    tandem: Tandem, browser: Browser
) -> None:
    agenda = tandem.agenda()
    back = browser.consent(browser.begin(tandem.invite(agenda).url))
    other = {"kind": "oauth_client", "client_id": "2-new", "client_secret": "new"}
    set_google(tandem.world, agenda.organization, read_credentials(other), replace=True)

    page = browser.get(back)

    assert page.status_code == 409
    assert title_of(page.text) == "The set-up was changed"
    assert nothing_was_kept(tandem)


def test_a_page_tells_when_google_does_not_answer(
    tandem: Tandem, browser: Browser
) -> None:
    invited = tandem.invite(tandem.agenda())
    back = browser.consent(browser.begin(invited.url))
    fault = {"kind": "server_error_before", "method": "oauth2.token", "status": 503}
    tandem.control("faults", {"rules": [fault]})

    page = browser.get(back)

    assert page.status_code == 503
    assert title_of(page.text) == "Google does not answer"
    assert invited.url.removeprefix(tandem.url) in page.text
    tandem.control("faults", method="DELETE")
    assert browser.connect(invited.url).status_code == 200


def test_a_wrong_client_secret_is_told_to_the_administrator(
    tandem: Tandem, browser: Browser
) -> None:
    tandem.control(
        "clients",
        {
            "client_id": CLIENT_ID,
            "client_secret": "another",
            "redirect_uris": [f"{tandem.url}/oauth/callback"],
        },
    )
    invited = tandem.invite(tandem.agenda())

    page = browser.connect(invited.url)

    assert page.status_code == 500
    assert title_of(page.text) == "The set-up at Google is not right"
    assert nothing_was_kept(tandem)


# --- The calendar --------------------------------------------------------------------


def test_a_calendar_that_is_not_in_the_list_is_named(
    tandem: Tandem, browser: Browser
) -> None:
    agenda = tandem.agenda(settings={"calendar_id": "team@group.calendar.google.com"})

    page = browser.connect(tandem.invite(agenda).url)

    assert page.status_code == 409
    assert "team@group.calendar.google.com" in page.text
    assert nothing_was_kept(tandem)


def test_a_calendar_is_connected_only_once(tandem: Tandem, browser: Browser) -> None:
    browser.connect(tandem.invite(tandem.agenda()).url)

    page = browser.connect(tandem.invite(tandem.agenda()).url)

    assert page.status_code == 409
    assert title_of(page.text) == "This calendar is connected elsewhere"


# --- Again ---------------------------------------------------------------------------


def test_the_same_account_again_keeps_its_connection(
    tandem: Tandem, browser: Browser
) -> None:
    agenda = tandem.agenda()
    browser.connect(tandem.invite(agenda).url)
    before = connection_of(tandem)
    mark_needs_reconnect(
        tandem.world.store, before.account, reason="The grant is gone."
    )

    page = browser.connect(tandem.invite(agenda).url)

    after = connection_of(tandem)
    assert title_of(page.text) == "Connected"
    assert after.id == before.id
    assert after.state is State.ACTIVE
    assert after.reason == ""


def test_a_connection_that_runs_is_left_as_it_is(
    tandem: Tandem, browser: Browser
) -> None:
    agenda = tandem.agenda()
    browser.connect(tandem.invite(agenda).url)

    page = browser.connect(tandem.invite(agenda).url)

    assert page.status_code == 200
    assert title_of(page.text) == "Connected already"
    assert len(connections.of_agenda(tandem.world.store, agenda.id)) == 1


def test_another_account_does_not_take_a_connection_over(
    tandem: Tandem, browser: Browser
) -> None:
    tandem.person("ben@example.com")
    agenda = tandem.agenda()
    browser.connect(tandem.invite(agenda).url)
    before = connection_of(tandem)
    change_agenda(tandem.world, agenda.id, {"owner_email": "ben@example.com"})

    page = browser.connect(tandem.invite(agenda).url, email="ben@example.com")

    assert page.status_code == 409
    assert title_of(page.text) == "The Google account has changed"
    assert connection_of(tandem).account == before.account
    assert len(tandem.world.store.query(Query(collection="accounts"))) == 1


def test_a_grant_without_a_refresh_token_keeps_the_one_that_we_hold(
    tandem: Tandem, browser: Browser
) -> None:
    agenda = tandem.agenda()
    browser.connect(tandem.invite(agenda).url)
    account, document = accounts.load(tandem.world.store, connection_of(tandem).account)
    grant_without = accounts.granted(
        account,
        replace(_grant(tandem), refresh_token=None),
        sealer=tandem.world.sealer,
    )

    write = Replace(path=document.path, data=data_of(grant_without))
    tandem.world.store.commit([write])

    kept, _ = accounts.load(tandem.world.store, account.id)
    assert kept.refresh == account.refresh
    assert kept.access != account.access


def _grant(tandem: Tandem) -> Grant:
    return Grant(
        subject="1",
        email=ANNA,
        email_verified=True,
        scopes=frozenset(CALENDAR_SCOPES),
        access=AccessToken(value="new", ends_at=tandem.now + timedelta(hours=1)),
        refresh_token="1//new",
        nonce="",
    )


def test_every_connection_of_an_account_wakes_with_its_new_grant(
    tandem: Tandem, browser: Browser
) -> None:
    agenda = tandem.agenda()
    browser.connect(tandem.invite(agenda).url)
    other = replace(connection_of(tandem), id="c_other", agenda="a_other")
    asleep = replace(other, state=State.NEEDS_RECONNECT, reason="The grant is gone.")
    tandem.world.store.commit([connections.created(asleep)])

    browser.connect(tandem.invite(agenda).url)

    woken, _ = connections.load(tandem.world.store, "c_other")
    assert woken.state is State.ACTIVE
