"""HTTP to customers' applications: pinned, with an end, and into no network of ours."""

import gzip
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from connectors.http import AddressForbidden, NoAnswer, Why
from infra.application_http import ApplicationHttp
from tests.contract.test_outgoing import resolving_to


class Application(BaseHTTPRequestHandler):
    """A customer's server; each path does what its name says."""

    protocol_version = "HTTP/1.1"
    connections = 0
    seen: list[str]

    def setup(self) -> None:
        super().setup()
        type(self).connections += 1

    def handle_method(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        self.sent = self.rfile.read(length)
        self.seen.append(f"{self.command} {self.path}")
        name = "do_" + self.path.strip("/").split("?")[0]
        getattr(self, name, self.do_nothing)()

    def __getattr__(self, name: str) -> Any:
        if name in ("do_GET", "do_PUT", "do_PROPFIND"):
            return self.handle_method
        raise AttributeError(name)

    def say(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        headers.setdefault("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def do_echo(self) -> None:
        self.say(200, self.sent, X_Host=self.headers["Host"])

    def do_nothing(self) -> None:
        self.say(404)

    def do_packed(self) -> None:
        self.say(200, gzip.compress(b"plain"), Content_Encoding="gzip")

    def do_bomb(self) -> None:
        self.say(200, gzip.compress(b"0" * 5_000_000), Content_Encoding="gzip")

    def do_large(self) -> None:
        self.say(200, b"0" * 5_000_000)

    def do_elsewhere(self) -> None:
        self.say(302, Location="/echo")

    def do_short(self) -> None:
        self.say(200, b"half", Content_Length="8")
        self.close_connection = True

    def do_hang_up(self) -> None:
        self.close_connection = True

    def do_once(self) -> None:
        """Answer, and hang up without having said so."""
        self.say(200)
        self.close_connection = True

    def do_trickle(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for _ in range(100):
            self.wfile.write(b"X-More: 1\r\n")
            if self.server.stopping.wait(0.05):  # type: ignore[attr-defined] # because ours has it
                return

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def application(tls: ssl.SSLContext | None = None) -> Iterator[tuple[str, Any]]:
    handler = type("Handler", (Application,), {"seen": [], "connections": 0})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.stopping = threading.Event()  # type: ignore[attr-defined] # because of the same
    server.handle_error = lambda *_: None  # type: ignore[method-assign] # because clients leave early here
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=[0.02])
    thread.start()
    try:
        scheme = "http" if tls is None else "https"
        yield f"{scheme}://127.0.0.1:{server.server_port}", handler
    finally:
        server.stopping.set()  # type: ignore[attr-defined] # because of the same
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def http() -> Iterator[ApplicationHttp]:
    made = ApplicationHttp(
        private_addresses=True, whole_seconds=0.5, max_bytes=1_000_000
    )
    yield made
    made.close()


def test_a_request_is_sent_as_it_is_and_connections_stay_open(
    http: ApplicationHttp,
) -> None:
    with application() as (url, server):
        for _ in range(3):
            said = http.send("PUT", f"{url}/echo", body=b"text")
        assert (said.status, said.body) == (200, b"text")
        assert said.headers["x-host"] == url.removeprefix("http://")
        assert server.connections == 1
        http.close()


def test_what_is_packed_is_unpacked(http: ApplicationHttp) -> None:
    with application() as (url, _):
        assert http.send("GET", f"{url}/packed").body == b"plain"
        http.close()


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("bomb", Why.TOO_LARGE),
        ("large", Why.TOO_LARGE),
        ("short", Why.BROKEN),
        ("hang_up", Why.BROKEN),
        ("trickle", Why.LATE),
    ],
)
def test_an_answer_that_is_none_says_why(
    http: ApplicationHttp, path: str, why: Why
) -> None:
    with application() as (url, _), pytest.raises(NoAnswer) as none:
        http.send("GET", f"{url}/{path}")

    assert none.value.why is why
    assert "127.0.0.1" in str(none.value)


def test_a_redirect_is_an_answer_and_not_followed(http: ApplicationHttp) -> None:
    with application() as (url, server):
        said = http.send("GET", f"{url}/elsewhere")
        http.close()

    assert said.is_redirect
    assert server.seen == ["GET /elsewhere"]


def test_only_a_read_is_sent_again_where_an_idle_connection_died(
    http: ApplicationHttp,
) -> None:
    with application() as (url, server):
        http.send("GET", f"{url}/once")
        assert http.send("PROPFIND", f"{url}/once").status == 200
        with pytest.raises(NoAnswer):
            http.send("PUT", f"{url}/echo", body=b"text")

    assert server.seen == ["GET /once", "PROPFIND /once"]


def test_nobody_there_and_no_such_name_are_told_apart(http: ApplicationHttp) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(NoAnswer) as nobody:
        http.send("GET", f"http://127.0.0.1:{port}/")
    with resolving_to() as resolve:
        resolve.side_effect = OSError("no such name")
        with pytest.raises(NoAnswer) as no_name:
            http.send("GET", "http://nowhere.example/")

    assert nobody.value.why is Why.UNREACHABLE
    assert no_name.value.why is Why.NAME


def test_a_certificate_that_nobody_vouches_for_is_not_taken(
    http: ApplicationHttp, tmp_path: Path
) -> None:
    with (
        application(tls=self_signed(tmp_path)) as (url, _),
        pytest.raises(NoAnswer) as none,
    ):
        http.send("GET", f"{url}/echo")

    assert none.value.why is Why.CERTIFICATE


def self_signed(folder: Path) -> ssl.SSLContext:
    """Return what a server with a certificate of its own making needs."""
    pem = folder / "server.pem"
    pem.write_bytes(certificate())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


@pytest.mark.parametrize(
    "address", ["10.0.0.1", "169.254.169.254", "::1", "::ffff:10.0.0.1"]
)
def test_private_addresses_are_refused_unless_allowed(address: str) -> None:
    guarded = ApplicationHttp(private_addresses=False)

    with resolving_to("93.184.216.34", address), pytest.raises(AddressForbidden):
        guarded.send("GET", "https://dav.example/")


def test_a_name_that_answers_differently_the_second_time_gains_nothing() -> None:
    http = ApplicationHttp(private_addresses=True)
    with application() as (url, server):
        port = url.rpartition(":")[2]
        with resolving_to("127.0.0.1") as resolve:
            http.send("GET", f"http://dav.example:{port}/once")
            http.send("GET", f"http://dav.example:{port}/once")
        asked = [call for call in resolve.call_args_list if "example" in call.args[0]]
        http.close()

    assert len(server.seen) == 2
    assert len(asked) == 1


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "http://anna:pw@dav.example/", "gopher://x", "//x"]
)
def test_what_is_no_address_of_a_server_is_refused(
    http: ApplicationHttp, url: str
) -> None:
    with pytest.raises(AddressForbidden):
        http.send("GET", url)


def certificate() -> bytes:
    """Return a certificate for 127.0.0.1 that it signed itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return private + made.public_bytes(Encoding.PEM)
