"""Processes that run Tandem, which may be held between any two calls, or die there."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from services.ports.queue import Task
from services.ports.store import Document, Query, Store, StoreError, Write
from tests.torture.timeline import BrokenQueue, Timeline
from tests.twins import VirtualClock

T = TypeVar("T")

PATIENCE = 60.0
WRITE = "google write"
SAVE = "store commit"


class Died(BaseException):
    """The process is gone: nothing of it runs on, not even what tidies up."""


class SkewedClock:
    """The clock of one machine, which goes before or after the others."""

    def __init__(self, clock: VirtualClock, skew: timedelta) -> None:
        self.clock, self.skew = clock, skew

    def now(self) -> datetime:
        return self.clock.now() + self.skew

    def sleep(self, how_long: timedelta) -> None:
        self.clock.sleep(how_long)

    def wait(self, event: threading.Event, how_long: timedelta) -> None:
        self.clock.wait(event, how_long)


@dataclass(frozen=True, kw_only=True, slots=True)
class Blow:
    """What befalls a process at its call of this number: it dies, or the call fails.

    `late` strikes after the call was done, when nobody hears of it. `what` counts only
    calls of that kind: see WRITE and SAVE.
    """

    at: int
    dies: bool
    late: bool
    what: str = ""


class Points:
    """The calls of one process, at each of which it may be held or struck."""

    def __init__(self) -> None:
        self.count = 0
        self.blow: Blow | None = None
        self.dead = False
        self.struck = False
        self.hold: Callable[[str], None] = lambda what: None

    def expect(self, blow: Blow | None) -> None:
        """Count from here, and strike there."""
        self.count, self.blow, self.struck, self.dead = 0, blow, False, False

    def before(self, what: str) -> bool:
        """Come to a call; tell whether it is to fail once it was done."""
        self.hold(what)
        if self.dead:
            raise Died
        blow = self.blow
        if blow is None or not what.startswith(blow.what):
            return False
        self.count += 1
        if self.count != blow.at:
            return False
        self.struck = True
        if blow.late:
            return True
        self._strike(blow)
        return False

    def after(self) -> None:
        """Leave a call that is to fail."""
        if self.blow is not None:
            self._strike(self.blow)

    def _strike(self, blow: Blow) -> None:
        if blow.dies:
            self.dead = True
            raise Died
        raise StoreError("The store failed; what it did nobody knows.")


class PointedStore:
    """The shared store as one process reaches it."""

    def __init__(self, store: Store, points: Points) -> None:
        self._store, self._points = store, points

    def get(self, path: str) -> Document | None:
        return self._do(lambda: self._store.get(path))

    def get_many(self, paths: Sequence[str]) -> Mapping[str, Document]:
        return self._do(lambda: self._store.get_many(paths))

    def query(self, query: Query) -> Sequence[Document]:
        return self._do(lambda: self._store.query(query))

    def commit(self, writes: Sequence[Write]) -> Sequence[str]:
        return self._do(lambda: self._store.commit(writes), SAVE)

    def delete_under(self, path: str) -> int:
        return self._do(lambda: self._store.delete_under(path))

    def _do(self, deed: Callable[[], T], what: str = "store") -> T:
        fails = self._points.before(what)
        result = deed()
        if fails:
            self._points.after()
        return result


class PointedQueue:
    """The shared queue as one process reaches it."""

    def __init__(self, line: Timeline, points: Points) -> None:
        self._line, self._points = line, points

    def enqueue(self, task: Task) -> bool:
        try:
            fails = self._points.before("queue")
        except StoreError as error:
            raise BrokenQueue from error
        done = self._line.enqueue(task)
        if fails and self._points.blow is not None:
            if not self._points.blow.dies:
                raise BrokenQueue
            self._points.after()
        return done

    def check(self) -> None:
        """All is well, as far as can be told."""


class Held:
    """A run in a thread of its own, that goes on only as far as it is let."""

    def __init__(self, points: Points, deed: Callable[[], object]) -> None:
        self._points, self._deed = points, deed
        self._go, self._told = threading.Semaphore(0), threading.Semaphore(0)
        self._left, self._what = 0, ""
        self.ended = False
        self.error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._points.hold = self._hold
        self._thread.start()

    def let(self, calls: int, *, what: str = "") -> None:
        """Let it do so many calls, and wait until it stands before the next.

        `what` counts only calls of that kind.
        """
        if self.ended:
            return
        self._left, self._what = calls, what
        self._go.release()
        if not self._told.acquire(timeout=PATIENCE):
            raise AssertionError("A held run neither ended nor came to a call.")

    def finish(self) -> None:
        """Let it run to its end."""
        self.let(1_000_000)

    def _run(self) -> None:
        self._go.acquire()
        try:
            self._deed()
        except BaseException as error:
            self.error = error
        self._points.hold = lambda what: None
        self.ended = True
        self._told.release()

    def _hold(self, what: str) -> None:
        if threading.current_thread() is not self._thread:
            return
        if not what.startswith(self._what):
            return
        while self._left == 0:
            self._told.release()
            self._go.acquire()
        self._left -= 1
