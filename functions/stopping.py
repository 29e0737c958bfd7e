"""Whether this process was asked to end: Cloud Run sends SIGTERM ten seconds before.

https://cloud.google.com/run/docs/container-contract#instance-shutdown
"""

import signal
import threading

_asked = threading.Event()


def stop_soon() -> None:
    """Have the runs of this process end at their next safe point."""
    _asked.set()


def is_stopping() -> bool:
    """Return whether this process is about to end.

    Under the functions framework a worker of gunicorn takes the signal, stops taking
    requests and waits for those it has; that it does so is all that it tells.
    """
    worker = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    return _asked.is_set() or getattr(worker, "alive", True) is False
