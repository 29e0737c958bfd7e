"""Push messages: who is told, and how they are delivered.

https://developers.google.com/workspace/calendar/api/guides/push
"""

import heapq
import http.client
import ipaddress
import itertools
import random
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import SplitResult, urlsplit

from local.google.accounts import rank, role_of
from local.google.faults import Faults, Occasion
from local.google.model import Channel
from local.google.state import State

RETRIED = (500, 502, 503, 504)
MOST_TRIES = 6
TIMEOUT = 10.0
LARGEST_GAP = 3
WORKERS = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """One push message on its way."""

    address: str
    headers: dict[str, str]
    tries: int = 0


def is_local(address: str) -> bool:
    """Say whether an address is on this machine."""
    host = urlsplit(address).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def message_of(channel: Channel, *, resource_state: str, number: int) -> Message:
    """Return the message that a channel gets: headers only, no body."""
    expires = datetime.fromtimestamp(channel.expires_at / 1000, tz=UTC)
    headers = {
        "X-Goog-Channel-ID": channel.id,
        "X-Goog-Resource-ID": channel.resource_id,
        "X-Goog-Resource-URI": channel.resource_uri,
        "X-Goog-Resource-State": resource_state,
        "X-Goog-Message-Number": str(number),
        "X-Goog-Channel-Expiration": format_datetime(expires, usegmt=True),
        "User-Agent": "APIs-Google; (+https://developers.google.com/webmasters/APIs-Google)",
        "Content-Length": "0",
    }
    if channel.token is not None:
        headers["X-Goog-Channel-Token"] = channel.token
    return Message(address=channel.address, headers=headers)


class Pusher:
    """Delivers messages in the background, each within milliseconds.

    Only addresses on this machine are ever called.
    """

    def __init__(self, faults: Faults, *, retry_seconds: float = 1.0) -> None:
        self.retry_seconds = retry_seconds
        self.undelivered = 0
        self._faults = faults
        self._luck = random.Random(1)
        self._heap: list[tuple[float, int, Message]] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._on_the_way = 0
        self._stopped = False
        self._pool: ThreadPoolExecutor | None = None
        self._thread: threading.Thread | None = None

    def announce(self, state: State) -> None:
        """Tell the channels of every collection that changed since the last time."""
        changed, state.dirty_collections = state.dirty_collections, {}
        if not changed or not len(state.channels):
            return
        now = int(state.now().timestamp() * 1000)
        for channel in state.channels.all():
            listening = channel.collection in changed and not channel.stopped
            if listening and channel.expires_at > now and _may_read(state, channel):
                self._tell(state, channel)

    def _tell(self, state: State, channel: Channel) -> None:
        number = channel.message_number + self._luck.randint(1, LARGEST_GAP)
        key = f"{channel.project}\n{channel.id}"
        state.channels.put(key, replace(channel, message_number=number))
        self.send(message_of(channel, resource_state="exists", number=number))

    def send(self, message: Message) -> None:
        """Put a message on its way, as the faults will have it."""
        occasion = Occasion(name="push", verb="POST", path=message.address)
        if not is_local(message.address):
            self.undelivered += 1
            return
        if self._faults.strike(occasion, ["push_drop"]):
            return
        delay = self._faults.strike(occasion, ["push_delay"])
        copies = 2 if self._faults.strike(occasion, ["push_double"]) else 1
        for _ in range(copies):
            self._schedule(message, after=delay.seconds if delay else 0.0)

    def _schedule(self, message: Message, *, after: float) -> None:
        with self._changed:
            if self._stopped:
                return
            self._ensure_worker()
            due = time.monotonic() + after
            heapq.heappush(self._heap, (due, next(self._order), message))
            self._changed.notify_all()

    def _ensure_worker(self) -> None:
        if self._thread is None:
            self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="push")
            self._thread = threading.Thread(target=self._work, name="push", daemon=True)
            self._thread.start()

    def _work(self) -> None:
        for message in self._due_messages():
            if self._pool is not None:
                self._pool.submit(self._deliver, message)

    def _due_messages(self) -> Iterator[Message]:
        while True:
            with self._changed:
                while not self._stopped and self._waits():
                    self._changed.wait(self._waits())
                if self._stopped:
                    return
                _, _, message = heapq.heappop(self._heap)
                self._on_the_way += 1
            yield message

    def _waits(self) -> float | None:
        if not self._heap:
            return 3600.0
        wait = self._heap[0][0] - time.monotonic()
        return wait if wait > 0 else None

    def _deliver(self, message: Message) -> None:
        status = _post(message)
        tries = message.tries + 1
        if status in RETRIED and tries < MOST_TRIES:
            later = replace(message, tries=tries)
            self._schedule(later, after=self.retry_seconds * 2**message.tries)
        elif not 200 <= status < 300 and status != 102:
            self.undelivered += 1
        with self._changed:
            self._on_the_way -= 1
            self._changed.notify_all()

    def wait_until_idle(self, timeout: float) -> bool:
        """Wait until nothing is due or on the way; False when it took too long."""
        ends = time.monotonic() + timeout
        with self._changed:
            while self._on_the_way or self._waits() is None:
                if not self._changed.wait(max(0.0, ends - time.monotonic())):
                    return False
        return True

    def stop(self) -> None:
        """Deliver nothing more."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(timeout=TIMEOUT)
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def forget(self) -> None:
        """Drop what has not been delivered."""
        with self._changed:
            self._heap.clear()
            self.undelivered = 0


def _may_read(state: State, channel: Channel) -> bool:
    kind, _, calendar_id = channel.collection.partition(":")
    if kind not in ("events", "acl"):
        return channel.email in state.accounts
    calendar = state.calendars.get(calendar_id)
    if calendar is None:
        return False
    return rank(role_of(state, channel.email, calendar)) > rank("none")


def _post(message: Message) -> int:
    address = urlsplit(message.address)
    connection = _connection(address)
    target = address.path or "/"
    if address.query:
        target += f"?{address.query}"
    try:
        connection.request("POST", target, headers=message.headers)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def _connection(address: SplitResult) -> http.client.HTTPConnection:
    secure = address.scheme == "https"
    make = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    return make(address.hostname or "", address.port, timeout=TIMEOUT)
