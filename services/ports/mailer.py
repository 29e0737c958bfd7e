"""Who hands over our mails, as a port."""

from dataclasses import dataclass
from typing import Protocol


class MailError(Exception):
    """The mail could not be handed over; `permanent` when trying again is useless."""

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent


@dataclass(frozen=True, kw_only=True, slots=True)
class Mail:
    """One mail to one person, in plain text and HTML."""

    to: str
    subject: str
    text: str
    html: str
    sender_name: str = ""
    language: str = "en"


class Mailer(Protocol):
    def send(self, mail: Mail) -> None:
        """Hand the mail over. Raises MailError."""
        ...
