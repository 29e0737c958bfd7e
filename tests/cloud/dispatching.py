"""Delivers the fake's tasks in real time, over HTTP, as Google's own workers do."""

import threading
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from tests.cloud.cloud_tasks import CloudTasks, Kept, Posting, Reply, Waiting

LOOK_SECONDS = 0.01


class Dispatcher:
    """Posts what is due, many at once, between `start` and `stop`."""

    def __init__(self, tasks: CloudTasks) -> None:
        self._tasks = tasks
        self._ended = threading.Event()
        self._threads = ThreadPoolExecutor(16, thread_name_prefix="dispatch")
        self._looking = threading.Thread(target=self._look, daemon=True)
        self.replies: list[tuple[str, int]] = []

    def start(self) -> None:
        self._looking.start()

    def stop(self) -> None:
        """Deliver nothing new, and wait for what runs."""
        self._ended.set()
        self._looking.join()
        self._threads.shutdown(wait=True)

    def settle(self, seconds: float, *, ahead: timedelta = timedelta(0)) -> bool:
        """Wait until no task runs or is due soon; False when that takes too long."""
        ends = time.monotonic() + seconds
        while self._tasks.busy(ahead=ahead):
            if time.monotonic() > ends:
                return False
            time.sleep(LOOK_SECONDS)
        return True

    def _look(self) -> None:
        while not self._ended.is_set():
            taken = self._tasks.take()
            if taken is None:
                self._ended.wait(LOOK_SECONDS)
            else:
                self._threads.submit(self._deliver, *taken)

    def _deliver(self, queue: Kept, task: Waiting) -> None:
        posting = self._tasks.posting_of(queue, task)
        reply = posted(posting)
        self.replies.append((posting.url, reply.status))
        self._tasks.settle(queue, task, reply)


def posted(posting: Posting) -> Reply:
    """Post a delivery, and return what came back within its deadline."""
    request = urllib.request.Request(
        posting.url, data=posting.body, headers=dict(posting.headers), method="POST"
    )
    seconds = posting.deadline.total_seconds()
    try:
        with urllib.request.urlopen(request, timeout=seconds) as answer:
            return Reply(status=answer.status)
    except urllib.error.HTTPError as error:
        after = error.headers.get("Retry-After") or ""
        wait = timedelta(seconds=int(after)) if after.isdecimal() else None
        return Reply(status=error.code, retry_after=wait)
    except OSError:
        return Reply(status=0)
