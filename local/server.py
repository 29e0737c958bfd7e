"""The server of one machine: every function on one port, the queue, the schedule.

`python -m local.server` is Tandem alone; `python -m local.run` (which is `make run`)
starts the stand-in for Google beside it, with sample data.
"""

import argparse
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from typing import Any, Self

from werkzeug.test import EnvironBuilder, run_wsgi_app

from local.delivery import Answer, Deliver, Delivery
from local.doors import create_app
from local.queue import LocalQueue
from local.schedule import Schedule
from local.serving import HttpServer, PortTaken, listen
from services.connections.leases import free_leases_of_the_dead
from services.secrets.task_proof import HEADER, sign_task
from services.world import World

HOST = "127.0.0.1"
TRIES_HEADER = "X-CloudTasks-TaskRetryCount"
"""As Cloud Tasks tells its doors how often they were tried in vain."""

PORT = 8080

MakeQueue = Callable[[Deliver], LocalQueue]


class TandemServer:
    """Tandem on one port of this machine, with its queue and its schedule.

    `make_queue` puts the process's world together around the queue that delivers here;
    without it, the world is the one that the settings choose.
    """

    def __init__(
        self, sock: socket.socket, *, make_queue: MakeQueue | None = None
    ) -> None:
        make_queue = make_queue or _of_settings
        self._queue = make_queue(self._deliver)
        self._world: World = _bootstrap().world()
        self._app = create_app()
        self._server = HttpServer(self._app, sock)
        self._schedule = Schedule(self._queue, clock=self._world.clock)

    @property
    def world(self) -> World:
        """The world in which it serves."""
        return self._world

    @property
    def queue(self) -> LocalQueue:
        """The queue whose tasks it delivers."""
        return self._queue

    def start(self) -> Self:
        """Begin to serve, to deliver, and to ring at the scheduled times."""
        free_leases_of_the_dead(self._world, self._queue.is_dead)
        self._server.start()
        self._queue.start()
        self._schedule.start()
        return self

    def stop(self) -> None:
        """End everything; a task that does not finish in time is done at next start."""
        self._schedule.stop()
        self._server.stop()
        self._queue.stop(grace=timedelta(seconds=5))

    def _deliver(self, delivery: Delivery) -> Answer:
        """Post a task to its door, in this process.

        The door, its proof and its answer are those of a real request. Only the socket
        is left out: the task stays in the queue's file until the door answers.
        """
        now = self._world.clock.now()
        proof = sign_task(
            self._world.signer, path=delivery.path, body=delivery.body, now=now
        )
        builder = EnvironBuilder(
            delivery.path,
            method="POST",
            data=delivery.body,
            content_type="application/json",
            headers=[(HEADER, proof), (TRIES_HEADER, str(delivery.attempt - 1))],
        )
        body, status, headers = run_wsgi_app(self._app, builder.get_environ())
        b"".join(body)
        seconds = headers.get("Retry-After", "")
        after = timedelta(seconds=int(seconds)) if seconds.isdecimal() else None
        return Answer(status=int(status.partition(" ")[0]), retry_after=after)


def main() -> None:
    """Serve as the command line and the settings say, until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m local.server", description=__doc__)
    parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", PORT)))
    parser.add_argument(
        "--host", default=HOST, help="0.0.0.0 in a container, behind a proxy with TLS"
    )
    chosen = parser.parse_args()
    _bootstrap().started()
    try:
        sock = listen(chosen.host, chosen.port)
    except PortTaken as error:
        raise SystemExit(str(error)) from None
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    server = TandemServer(sock).start()
    sys.stdout.write(f"Tandem serves at {server.world.addresses.base}\n")
    sys.stdout.flush()
    stopped.wait()
    import_module("functions.stopping").stop_soon()
    server.stop()


def _bootstrap() -> Any:
    # By name, as the functions framework does with main.py: they lie above this room.
    return import_module("functions.bootstrap")


def _of_settings(deliver: Deliver) -> LocalQueue:
    queue: LocalQueue = import_module("functions.one_machine").with_local_queue(deliver)
    return queue


if __name__ == "__main__":
    main()
