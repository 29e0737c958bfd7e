"""What the mailer promises, and what a mail in a folder looks like."""

import stat
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from local.mail import MailFolder
from services.ports.mailer import Mail, MailError
from tests.twins import VirtualClock

INVITATION = Mail(
    to="anna@example.org",
    subject="Kalender für Zoë 🗓 verbinden",
    text="Guten Tag,\n\nhttps://tandem.example/connect/abc\n" + "wörd " * 300,
    html="<p>Guten Tag</p>",
    sender_name='Müller & "Söhne"',
    language="de",
)


def newest(folder: MailFolder) -> EmailMessage:
    path = folder.newest()
    assert path is not None
    message = message_from_bytes(path.read_bytes(), policy=default)
    assert isinstance(message, EmailMessage)
    return message


def test_the_mail_says_what_was_handed_over(tmp_path: Path) -> None:
    folder = MailFolder(tmp_path, clock=VirtualClock())

    folder.send(INVITATION)

    message = newest(folder)
    plain, html = message.get_body(["plain"]), message.get_body(["html"])
    assert plain is not None
    assert html is not None
    assert message["Subject"] == INVITATION.subject
    assert message["To"] == INVITATION.to
    assert message["From"].addresses[0].display_name == INVITATION.sender_name
    assert message["Content-Language"] == "de"
    assert message.get_content_type() == "multipart/alternative"
    assert plain.get_content().splitlines() == INVITATION.text.splitlines()
    assert html.get_content().splitlines() == [INVITATION.html]


def test_it_is_a_mail_that_every_server_carries(tmp_path: Path) -> None:
    folder = MailFolder(tmp_path, clock=VirtualClock())

    folder.send(INVITATION)

    path = folder.newest()
    assert path is not None
    lines = path.read_bytes().split(b"\r\n")
    assert all(len(line) <= 998 for line in lines)
    assert b"\n" not in b"".join(lines)
    assert {"Date", "Message-ID", "MIME-Version"} <= set(newest(folder))


@pytest.mark.parametrize(
    "mail",
    [
        replace(INVITATION, subject="Hello\r\nBcc: eve@example.org"),
        replace(INVITATION, subject="Hello\nBcc: eve@example.org"),
        replace(INVITATION, sender_name="A\r\nBcc: eve@example.org"),
        replace(INVITATION, to="anna@example.org\r\nBcc: eve@example.org"),
        replace(INVITATION, to="anna@example.org, eve@example.org"),
        replace(INVITATION, to="anna"),
        replace(INVITATION, to=""),
        replace(INVITATION, to="@"),
        replace(INVITATION, to="zoë@example.org"),
        replace(INVITATION, text="half a character: \ud800"),
        replace(INVITATION, language="de\r\nBcc: eve@example.org"),
    ],
)
def test_no_word_of_a_mail_becomes_a_header_or_a_second_receiver(
    tmp_path: Path, mail: Mail
) -> None:
    folder = MailFolder(tmp_path, clock=VirtualClock())

    with pytest.raises(MailError) as error:
        folder.send(mail)

    assert error.value.permanent
    assert "example.org" not in str(error.value)
    assert folder.newest() is None


def test_the_newest_mail_is_the_last_by_name(tmp_path: Path) -> None:
    clock = VirtualClock()
    folder = MailFolder(tmp_path, clock=clock)

    for number in range(3):
        folder.send(replace(INVITATION, subject=f"Mail {number}"))
        clock.advance(timedelta(milliseconds=1))

    assert newest(folder)["Subject"] == "Mail 2"
    assert [path.suffix for path in tmp_path.iterdir()] == [".eml"] * 3


def test_only_the_owner_may_read_and_nobody_can_guess(tmp_path: Path) -> None:
    folder = MailFolder(tmp_path / "mail", clock=VirtualClock())

    folder.send(INVITATION)
    folder.send(INVITATION)

    names = {path.stem for path in (tmp_path / "mail").iterdir()}
    modes = {stat.S_IMODE(p.stat().st_mode) for p in (tmp_path / "mail").iterdir()}
    assert len(names) == 2
    assert all(len(name.partition("Z-")[2]) >= 20 for name in names)
    assert modes == {0o600}
    assert stat.S_IMODE((tmp_path / "mail").stat().st_mode) == 0o700
