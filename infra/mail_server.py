"""Mails handed to a mail server (RFC 5321), always over TLS and with its certificate
checked.
"""

import smtplib
import ssl
from typing import Final
from urllib.parse import unquote, urlsplit

from services.consent.letters import letter
from services.ports.clock import Clock
from services.ports.mailer import Mail, MailError
from services.ports.vault import SecretMissing, Vault, VaultError

TIMEOUT: Final = 15.0
_IN_VAULT: Final = "vault:"
_PORTS: Final = {"smtp": 587, "smtps": 465}


class MailServer:
    """The server of an address such as `smtps://user:vault:NAME@host:465?from=a@b.c`.

    `smtp` begins in plain words and turns to TLS before anything is said; a server that
    cannot is not spoken to. A password `vault:NAME` is read from the vault for each
    mail, so a new one counts within a minute. Without `from`, mails come from the user,
    or from that user at the host.
    """

    def __init__(
        self,
        address: str,
        *,
        vault: Vault,
        clock: Clock,
        context: ssl.SSLContext | None = None,
    ) -> None:
        parts = urlsplit(address)
        self._implicit = parts.scheme == "smtps"
        self._host = parts.hostname or ""
        self._port = parts.port or _PORTS[parts.scheme]
        self._user = unquote(parts.username or "")
        self._password = unquote(parts.password or "")
        self._sender = unquote(parts.query.removeprefix("from=")) or self._own_sender()
        self._vault = vault
        self._clock = clock
        self._context = context or ssl.create_default_context()

    def send(self, mail: Mail) -> None:
        """Hand the mail over. Raises MailError."""
        message = letter(mail, sender=self._sender, now=self._clock.now())
        password = self._secret()
        try:
            with self._connected() as server:
                if self._user:
                    server.login(self._user, password)
                server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            raise _refused(codes[0], what="this receiver") from error
        except smtplib.SMTPAuthenticationError as error:
            # Not the mail's fault: the operator can help, and it may go out later.
            raise MailError("The mail server does not take our password.") from error
        except smtplib.SMTPResponseException as error:
            raise _refused(error.smtp_code, what="this mail") from error
        except (smtplib.SMTPException, OSError) as error:
            kind = type(error).__name__
            raise MailError(f"The mail server cannot be used: {kind}.") from error

    def _own_sender(self) -> str:
        return (
            self._user
            if "@" in self._user
            else f"{self._user or 'tandem'}@{self._host}"
        )

    def _secret(self) -> str:
        if not self._password.startswith(_IN_VAULT):
            return self._password
        try:
            found = self._vault.read(self._password.removeprefix(_IN_VAULT))
        except (SecretMissing, VaultError) as error:
            message = "The vault does not give us the mail server's password."
            raise MailError(message) from error
        return found.decode(errors="replace").strip()

    def _connected(self) -> smtplib.SMTP:
        where = (self._host, self._port)
        if self._implicit:
            return smtplib.SMTP_SSL(*where, context=self._context, timeout=TIMEOUT)
        server = smtplib.SMTP(*where, timeout=TIMEOUT)
        try:
            server.starttls(context=self._context)
        except BaseException:
            server.close()
            raise
        return server


def _refused(code: int, *, what: str) -> MailError:
    permanent = code >= 500
    return MailError(f"The mail server refuses {what} ({code}).", permanent=permanent)
