"""Which of several processes on this machine are alive: each keeps a file locked."""

import fcntl
import secrets
from contextlib import suppress
from pathlib import Path
from typing import IO

from local.folders import make_file
from local.sqlite import MEMORY


class Owner:
    """This process (or one of its queues) as the owner of tasks.

    The lock of its file ends with the process, however that ends, so another process
    need not guess from a process id or wait for a heartbeat.
    """

    def __init__(self, beside: Path | str) -> None:
        self._beside = Path(beside)
        self._is_alone = str(beside) == MEMORY
        self.name = secrets.token_hex(8)
        self._lock: IO[bytes] | None = None

    def live(self) -> None:
        """Be seen alive from now on."""
        if self._is_alone:
            return
        make_file(self._file(self.name))
        self._lock = self._file(self.name).open("wb")
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def end(self) -> None:
        """Be seen no longer."""
        if self._lock is not None:
            self._file(self.name).unlink(missing_ok=True)
            self._lock.close()
            self._lock = None

    def is_dead(self, name: str) -> bool:
        """Tell whether another owner's process has ended, and clear up after it."""
        file = self._file(name)
        try:
            lock = file.open("rb")
        except FileNotFoundError:
            return True
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return False
            with suppress(FileNotFoundError):
                file.unlink()
            return True

    def _file(self, name: str) -> Path:
        return self._beside.with_name(f"{self._beside.name}.owner-{name}")
