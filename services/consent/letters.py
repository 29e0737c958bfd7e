"""Mails as the bytes that every mailer hands over (RFC 5322)."""

import secrets
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from services.ports.mailer import Mail, MailError


def letter(mail: Mail, *, sender: str, now: datetime) -> EmailMessage:
    """Return the mail with plain text and HTML, sent from the address `sender`.

    Raises a permanent MailError when an address or a header is not one: no word of a
    subject or a name can become a header of its own.
    """
    try:
        return _letter(mail, sender=sender, now=now)
    except (ValueError, IndexError, MessageError) as error:
        message = "This mail has an address, a header or a text that no server takes."
        raise MailError(message, permanent=True) from error


def _letter(mail: Mail, *, sender: str, now: datetime) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    # Only few servers take addresses beyond ASCII (RFC 6531); the rest would garble it.
    mail.to.encode("ascii")
    message["From"] = Address(mail.sender_name, addr_spec=sender)
    message["To"] = Address(addr_spec=mail.to)
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{secrets.token_hex(16)}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    # Last: setting the content takes every Content-* header away.
    message["Content-Language"] = mail.language
    return message
