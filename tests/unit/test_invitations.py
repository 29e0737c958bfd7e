"""Invitations, and whose address is whose."""

from datetime import timedelta

import pytest

from services.consent.addresses import is_among
from services.consent.invitations import (
    InvitationState,
    create,
    find,
    load,
    of_agenda,
    resend,
    revoke,
)
from services.ports.mailer import Mail, MailError
from services.refusals import InTheWay, Unknown
from tests.worlds import MemoryMailer, Stage


def token_of(url: str) -> str:
    return url.rpartition("/")[2]


def test_a_link_lasts_two_weeks() -> None:
    stage = Stage()

    invited = create(stage.world, stage.agenda().id, now=stage.now)

    invitation = invited.invitation
    assert invitation.expires_at == stage.now + timedelta(days=14)
    assert invitation.state(stage.now) is InvitationState.OPEN
    last = stage.now + timedelta(days=14)
    assert invitation.state(last) is InvitationState.EXPIRED


def test_a_link_leads_to_its_invitation_and_no_other_does() -> None:
    stage = Stage()
    agenda = stage.agenda()
    one = create(stage.world, agenda.id, now=stage.now)
    other = create(stage.world, agenda.id, now=stage.now)

    found = find(stage.world, token_of(one.url))
    assert found is not None
    assert found[0].id == one.invitation.id

    secret = token_of(other.url).partition(".")[2]
    assert find(stage.world, f"{one.invitation.id}.{secret}") is None
    for forged in ("", ".", "i_x", "a/b.c", "\ud800.\ud800", "i_\x00.x"):
        assert find(stage.world, forged) is None


def test_a_mail_that_cannot_be_sent_takes_nothing_back() -> None:
    class Down(MemoryMailer):
        def send(self, mail: Mail) -> None:
            raise MailError("The server does not answer.")

    stage = Stage(mailer=Down())

    invited = create(stage.world, stage.agenda().id, now=stage.now)

    assert invited.invitation.sent_at is None
    assert find(stage.world, token_of(invited.url)) is not None


def test_names_in_a_mail_are_escaped() -> None:
    stage = Stage()
    agenda = stage.agenda()
    document = stage.store.get(f"agendas/{agenda.id}")
    assert document is not None

    create(stage.world, agenda.id, now=stage.now)

    [mail] = stage.mailer.mails
    assert "&quot;Visits&quot;" in mail.html
    assert '"Visits"' in mail.text


def test_a_used_or_revoked_invitation_is_not_sent_again() -> None:
    stage = Stage()
    agenda = stage.agenda()
    invited = create(stage.world, agenda.id, now=stage.now)
    revoke(stage.world, agenda.id, invited.invitation.id, now=stage.now)

    with pytest.raises(InTheWay, match="revoked"):
        resend(stage.world, agenda.id, invited.invitation.id, now=stage.now)


def test_revoking_twice_is_fine() -> None:
    stage = Stage()
    agenda = stage.agenda()
    invited = create(stage.world, agenda.id, now=stage.now)

    for _ in range(2):
        revoke(stage.world, agenda.id, invited.invitation.id, now=stage.now)

    invitation, _ = load(stage.world, agenda.id, invited.invitation.id)
    assert invitation.state(stage.now) is InvitationState.REVOKED


def test_an_invitation_of_another_agenda_is_unknown() -> None:
    stage = Stage()
    invited = create(stage.world, stage.agenda().id, now=stage.now)
    other = stage.agenda()

    with pytest.raises(Unknown):
        load(stage.world, other.id, invited.invitation.id)
    assert not of_agenda(stage.world, other.id)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("anna@example.com", "Anna@EXAMPLE.com "),
        ("an.na@gmail.com", "anna@gmail.com"),
        ("anna+work@gmail.com", "anna@googlemail.com"),
    ],
)
def test_two_ways_to_write_one_address(one: str, other: str) -> None:
    assert is_among(one, ["ben@example.com", other])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("anna@example.com", "ben@example.com"),
        ("an.na@example.com", "anna@example.com"),
        ("anna+work@example.com", "anna@example.com"),
        ("anna@gmail.com", "anna@gmail.com.evil.example"),
    ],
)
def test_two_addresses_are_two_people(one: str, other: str) -> None:
    assert not is_among(one, [other])
