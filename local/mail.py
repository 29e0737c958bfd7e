"""The mailer on one machine: each mail a file that any mail program opens."""

import os
import secrets
from datetime import UTC
from pathlib import Path
from typing import Final

from local.folders import PRIVATE_FILE, make_folder
from services.consent.letters import letter
from services.ports.clock import Clock
from services.ports.mailer import Mail

_SENDER: Final = "tandem@localhost.localdomain"


class MailFolder:
    """Mails as .eml files, named by time, so that the newest is the last by name.

    The names cannot be guessed, and only the folder's owner can read the mails: they
    hold links that open an agenda.
    """

    def __init__(self, folder: Path | str, *, clock: Clock) -> None:
        self._folder = Path(folder)
        self._clock = clock
        make_folder(self._folder)

    def send(self, mail: Mail) -> None:
        """Write the mail into the folder. Raises MailError."""
        now = self._clock.now().astimezone(UTC)
        content = letter(mail, sender=_SENDER, now=now).as_bytes()
        stamp = now.strftime("%Y%m%dT%H%M%S.%fZ")
        name = f"{stamp}-{secrets.token_urlsafe(16)}"
        # Under another name until it is whole, so nobody reads half a mail.
        hidden = self._folder / f".{name}"
        descriptor = os.open(hidden, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        hidden.rename(self._folder / f"{name}.eml")

    def newest(self) -> Path | None:
        """Return the file of the last mail, if there is one."""
        return max(self._folder.glob("*.eml"), default=None)
