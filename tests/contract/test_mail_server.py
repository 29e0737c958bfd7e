"""A mail server of the tests takes what we hand over, and refuses as servers do."""

import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from infra.mail_server import MailServer
from local.vault import FileVault
from services.ports.mailer import Mail, MailError
from tests.journeys.processes import free_port
from tests.twins import VirtualClock

MAIL = Mail(
    to="anna@example.org", subject="Verbinden 🗓", text="Guten Tag", html="<p>Tag</p>"
)
PASSWORD = "correct horse"


@dataclass
class Inbox:
    """What the server took, and what it says to a receiver."""

    to_receiver: str = "250 OK"
    to_mail: str = "250 OK"
    taken: list[bytes] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802, because aiosmtpd calls it so
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if self.to_receiver.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.to_receiver

    async def handle_DATA(  # noqa: N802, because aiosmtpd calls it so
        self, server: Any, session: Any, envelope: Any
    ) -> str:
        if self.to_mail.startswith("250"):
            self.taken.append(envelope.content)
        return self.to_mail


@dataclass(frozen=True, kw_only=True, slots=True)
class Server:
    """A running server, and what a client must trust to speak to it."""

    port: int
    inbox: Inbox
    trusted: ssl.SSLContext


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate for localhost, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    text = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    path.write_bytes(text + made.public_bytes(pem))
    return path


def authenticated(
    server: Any, session: Any, envelope: Any, mechanism: str, data: LoginPassword
) -> AuthResult:
    right = data.password == PASSWORD.encode()
    return AuthResult(success=right, handled=False)


@pytest.fixture(params=["smtp", "smtps"])
def kind(request: pytest.FixtureRequest) -> str:
    """TLS after a first word, or from the start."""
    return str(request.param)


@pytest.fixture
def server(certificate: Path, kind: str) -> Iterator[Server]:
    """A server that wants TLS and a password."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    inbox, port = Inbox(), free_port()
    wants: dict[str, Any] = {"authenticator": authenticated}
    if kind == "smtp":
        wants |= {"tls_context": context, "require_starttls": True}
        wants |= {"auth_required": True}
    else:
        # It does not see that the whole connection is one of TLS.
        wants |= {"auth_require_tls": False}
    controller = Controller(
        inbox,
        hostname="localhost",
        port=port,
        ssl_context=context if kind == "smtps" else None,
        **wants,
    )
    controller.start()
    trusted = ssl.create_default_context(cafile=str(certificate))
    yield Server(port=port, inbox=inbox, trusted=trusted)
    controller.stop()


def mailer(server: Server, kind: str, folder: Path, **parts: str) -> MailServer:
    """Return our side of it, with the password in the vault."""
    vault = FileVault(folder / "vault")
    vault.write("smtp-password", parts.get("password", PASSWORD).encode())
    address = f"{kind}://tandem:vault:smtp-password@localhost:{server.port}"
    return MailServer(
        address + parts.get("query", "?from=tandem@example.com"),
        vault=vault,
        clock=VirtualClock(),
        context=server.trusted,
    )


def test_the_server_takes_the_mail(server: Server, kind: str, tmp_path: Path) -> None:
    mailer(server, kind, tmp_path).send(MAIL)

    [taken] = server.inbox.taken
    message = message_from_bytes(taken)
    assert message["To"] == MAIL.to
    assert message["From"] == "tandem@example.com"


def test_without_a_sender_the_user_writes(
    server: Server, kind: str, tmp_path: Path
) -> None:
    mailer(server, kind, tmp_path, query="").send(MAIL)

    [taken] = server.inbox.taken
    assert message_from_bytes(taken)["From"] == "tandem@localhost"


def test_a_wrong_password_is_the_operators_to_help(
    server: Server, kind: str, tmp_path: Path
) -> None:
    with pytest.raises(MailError, match="does not take our password") as error:
        mailer(server, kind, tmp_path, password="wrong").send(MAIL)

    assert not error.value.permanent
    assert "wrong" not in str(error.value)
    assert not server.inbox.taken


@pytest.mark.parametrize(
    ("said", "permanent"), [("550 no such user", True), ("451 later", False)]
)
def test_a_receiver_that_is_refused_is_told_by_its_code_alone(
    server: Server, kind: str, tmp_path: Path, said: str, permanent: bool
) -> None:
    server.inbox.to_receiver = said

    with pytest.raises(MailError, match=said[:3]) as error:
        mailer(server, kind, tmp_path).send(MAIL)

    assert error.value.permanent is permanent
    assert "anna" not in str(error.value)


def test_a_mail_that_is_refused_for_now_may_be_tried_again(
    server: Server, kind: str, tmp_path: Path
) -> None:
    server.inbox.to_mail = "452 too much"

    with pytest.raises(MailError, match="452") as error:
        mailer(server, kind, tmp_path).send(MAIL)

    assert not error.value.permanent


def test_a_certificate_that_nobody_vouches_for_is_not_spoken_to(
    server: Server, kind: str, tmp_path: Path
) -> None:
    stranger = replace(server, trusted=ssl.create_default_context())

    with pytest.raises(MailError, match="SSLCertVerificationError"):
        mailer(stranger, kind, tmp_path).send(MAIL)

    assert not server.inbox.taken


def test_a_server_without_tls_is_told_nothing(tmp_path: Path) -> None:
    inbox, port = Inbox(), free_port()
    controller = Controller(inbox, hostname="localhost", port=port)
    controller.start()
    plain = Server(port=port, inbox=inbox, trusted=ssl.create_default_context())

    with pytest.raises(MailError, match="SMTPNotSupportedError"):
        mailer(plain, "smtp", tmp_path).send(MAIL)

    controller.stop()
    assert not inbox.taken


def test_a_server_that_is_not_there_may_come_back(tmp_path: Path) -> None:
    trusted = ssl.create_default_context()
    nobody = Server(port=free_port(), inbox=Inbox(), trusted=trusted)

    with pytest.raises(MailError, match="ConnectionRefusedError") as error:
        mailer(nobody, "smtps", tmp_path).send(MAIL)

    assert not error.value.permanent
