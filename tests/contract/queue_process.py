"""A process that uses the queue of a folder until somebody kills it."""

import json
import os
import sys
import time
from datetime import timedelta
from pathlib import Path

from functions.clock import SystemClock
from local.delivery import Answer, Deliver, Delivery
from local.queue import LocalQueue
from services.ports.queue import Task

OK = Answer(status=204)


def main(deed: str, folder: str, *more: str) -> None:
    path = Path(folder) / "queue.db"
    if deed == "enqueue":
        enqueue(opened(path, lambda delivery: OK), int(more[0]))
    elif deed == "hang":
        opened(path, hang).start()
        time.sleep(60)
    else:
        opened(path, working(more[0])).start()
        say("started")
        time.sleep(60)


def opened(path: Path, deliver: Deliver) -> LocalQueue:
    return LocalQueue(path, deliver=deliver, clock=SystemClock(), workers=4)


def enqueue(queue: LocalQueue, count: int) -> None:
    for number in range(count):
        name = f"task-{os.getpid()}-{number}"
        at = SystemClock().now() - timedelta(seconds=1)
        queue.enqueue(Task(path="/tasks/sync", body={"n": number}, name=name, at=at))
        say(name)


def hang(delivery: Delivery) -> Answer:
    say("taken")
    time.sleep(60)
    return OK


def working(done: str) -> Deliver:
    def work(delivery: Delivery) -> Answer:
        number = json.loads(delivery.body)["n"]
        descriptor = os.open(done, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.write(descriptor, f"{number}\n".encode())
        os.close(descriptor)
        time.sleep(0.001)
        return OK

    return work


def say(word: str) -> None:
    sys.stdout.write(word + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
