"""Requests to customers' addresses: pinned, impatient, and not into our network."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from unittest.mock import patch

import pytest

from infra.outgoing import GuardedOutgoing
from services.ports.outgoing import AddressRefused, NotDelivered

OPEN = GuardedOutgoing(private_addresses=True, timeout_seconds=1.0)
GUARDED = GuardedOutgoing(private_addresses=False)


class Receiver(BaseHTTPRequestHandler):
    """Takes what is posted and answers with the status in the path."""

    received: list[tuple[str, bytes, dict[str, str]]]

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length)
        self.received.append((self.path, body, dict(self.headers)))
        self.send_response(int(self.path.split("/")[1].split("?")[0]))
        self.send_header("Location", "/200")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def receiver() -> Iterator[tuple[str, list[tuple[str, bytes, dict[str, str]]]]]:
    received: list[tuple[str, bytes, dict[str, str]]] = []
    handler = type("Handler", (Receiver,), {"received": received})
    server = HTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=[0.05])
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", received
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def resolving_to(*addresses: str) -> Any:
    """Let names resolve to these; what is an address already stays what it is."""
    really = socket.getaddrinfo

    def resolve(host: str, *more: Any, **named: Any) -> Any:
        if not host.endswith(".example"):
            return really(host, *more, **named)
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 0)) for one in addresses
        ]

    return patch("socket.getaddrinfo", side_effect=resolve)


def test_a_message_is_posted_as_it_is() -> None:
    with receiver() as (url, received):
        status = OPEN.post(f"{url}/204?a=b", body=b"{}", headers={"webhook-id": "m1"})

    assert status == 204
    [(path, body, headers)] = received
    assert path == "/204?a=b"
    assert body == b"{}"
    assert headers["webhook-id"] == "m1"


def test_a_redirect_is_an_answer_and_not_followed() -> None:
    with receiver() as (url, received):
        status = OPEN.post(f"{url}/302", body=b"{}", headers={})

    assert status == 302
    assert len(received) == 1


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a.example/",
        "file:///etc/passwd",
        "//a.example/",
        "http://",
        "http://user:password@a.example/",
        "http://a.example/#x",
        "http://a.example:99999/",
        "http://a.example/ b",
        "http://a.example/\r\nHost: b",
        "http://ä.example/",
        "http://a.example/" + "x" * 2000,
        "http://[::1",
        "nonsense",
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        OPEN.check(url)
    with pytest.raises(AddressRefused):
        OPEN.post(url, body=b"", headers={})


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.1.1",
        "172.16.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104  because it is refused
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "::7f00:1",
        "::ffff:0:127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::7f00:1",
        "2002:7f00:1::",
        "2001::7f00:1",
        "fec0::1",
        "fd00:ec2::254",
        "192.0.0.192",
        "168.63.129.16",
    ],
)
def test_private_addresses_are_refused_by_whatever_name(address: str) -> None:
    with resolving_to(address), pytest.raises(AddressRefused, match="private"):
        GUARDED.post("https://a.example/", body=b"", headers={})
    with resolving_to("93.184.216.34", address), pytest.raises(AddressRefused):
        GUARDED.check("https://a.example/")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://localhost/",
        "http://[::1]/",
    ],
)
def test_ways_to_write_this_machine_are_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        GUARDED.check(url)


@pytest.mark.parametrize("address", ["93.184.216.34", "2a00:1450:4001:82a::200e"])
def test_a_public_address_is_fine(address: str) -> None:
    with resolving_to(address):
        GUARDED.check("https://a.example/")


def test_a_name_that_answers_differently_the_second_time_gains_nothing() -> None:
    """DNS rebinding: what was judged is what is connected to, or nothing is."""
    dialled: list[object] = []

    def dial(address: tuple[str, int], **_: object) -> socket.socket:
        dialled.append(address[0])
        raise OSError("Nobody is there.")

    answers = iter([["93.184.216.34"], ["127.0.0.1"], ["169.254.169.254"]])

    def resolve(*_: object, **__: object) -> Any:
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 0))
            for one in next(answers)
        ]

    with (
        patch("socket.getaddrinfo", side_effect=resolve),
        patch("socket.create_connection", side_effect=dial),
    ):
        with pytest.raises(NotDelivered):
            GUARDED.post("https://a.example/", body=b"", headers={})
        with pytest.raises(AddressRefused):
            GUARDED.post("https://a.example/", body=b"", headers={})

    assert dialled == ["93.184.216.34"]


def test_a_name_that_does_not_resolve_may_do_so_later() -> None:
    with patch("socket.getaddrinfo", side_effect=socket.gaierror):
        GUARDED.check("https://a.example/")
        with pytest.raises(NotDelivered):
            GUARDED.post("https://a.example/", body=b"", headers={})


def test_the_connection_goes_to_the_address_that_was_judged() -> None:
    with receiver() as (url, received):
        port = int(url.rpartition(":")[2])
        with resolving_to("127.0.0.1") as resolve:
            OPEN.post(f"http://a.example:{port}/200", body=b"", headers={})

    names = [call.args[0] for call in resolve.call_args_list]
    assert names.count("a.example") == 1
    assert received[0][2]["Host"] == f"a.example:{port}"


def test_nobody_there_is_not_delivered() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/"

        with pytest.raises(NotDelivered):
            OPEN.post(url, body=b"", headers={})


def test_an_answer_that_drips_is_cut_off() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        drip = threading.Thread(target=_drip, args=[listener], daemon=True)
        drip.start()
        began = time.monotonic()

        with pytest.raises(NotDelivered):
            OPEN.post(
                f"http://127.0.0.1:{listener.getsockname()[1]}/", body=b"", headers={}
            )

        assert time.monotonic() - began < 5
        drip.join(timeout=10)


def _drip(listener: socket.socket) -> None:
    connection, _ = listener.accept()
    with connection:
        for _ in range(50):
            try:
                connection.sendall(b"H")
            except OSError:
                return
            time.sleep(0.1)
