"""The vault on one machine: a folder that only its owner can open."""

import os
import re
import secrets
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Final

from local.folders import PRIVATE_FILE, PRIVATE_FOLDER, make_folder
from services.limits import check_secret, check_secret_name
from services.ports.vault import SecretMissing

_VERSION: Final = re.compile(r"[0-9]{6,}")
_FIRST: Final = 1


class FileVault:
    """A folder for each secret (0700), in it a file for each version (0600).

    A version appears whole or not at all, and survives a power cut once written.
    """

    def __init__(self, folder: Path | str) -> None:
        self._folder = Path(folder)
        _make_private(self._folder)

    def read(self, name: str) -> bytes:
        """Return the latest version. Raises SecretMissing."""
        folder = self._folder_of(name)
        while version := _latest(folder):
            # Deleted and made anew between the two looks: look again.
            with suppress(FileNotFoundError):
                return _file(folder, version).read_bytes()
        raise SecretMissing(f"The vault holds no secret named {name}.")

    def read_anew(self, name: str) -> bytes:
        """Return the latest version. Raises SecretMissing."""
        return self.read(name)

    def write(self, name: str, value: bytes) -> None:
        """Add a version."""
        check_secret(name, value)
        folder = self._folder_of(name)
        while not self._added(folder, _latest(folder) + 1, value):
            pass

    def write_once(self, name: str, value: bytes) -> bytes:
        """Write the first version unless there is one; return the one that counts."""
        check_secret(name, value)
        folder = self._folder_of(name)
        if not _latest(folder) and self._added(folder, _FIRST, value):
            return value
        return self.read(name)

    def delete(self, name: str) -> None:
        """Remove the secret with all its versions; absent is fine."""
        folder = self._folder_of(name)
        gone = self._folder / f".gone-{secrets.token_hex(8)}"
        with suppress(FileNotFoundError):
            folder.rename(gone)
            shutil.rmtree(gone)

    def _folder_of(self, name: str) -> Path:
        check_secret_name(name)
        return self._folder / name

    def _added(self, folder: Path, version: int, value: bytes) -> bool:
        """Write a version that nobody else has written; False when somebody has."""
        _make_private(folder)
        written = self._folder / f".new-{secrets.token_hex(8)}"
        _write_durably(written, value)
        try:
            # Unlike a rename, a link never replaces what another process just wrote.
            os.link(written, _file(folder, version))
        except (FileExistsError, FileNotFoundError):
            return False
        finally:
            written.unlink()
        _sync_folder(folder)
        return True


def _file(folder: Path, version: int) -> Path:
    return folder / f"{version:06d}"


def _latest(folder: Path) -> int:
    """Return the number of the latest version; 0 when there is none."""
    try:
        names = os.listdir(folder)
    except FileNotFoundError:
        return 0
    return max((int(name) for name in names if _VERSION.fullmatch(name)), default=0)


def _make_private(folder: Path) -> None:
    make_folder(folder)
    if folder.stat().st_mode & 0o077:
        folder.chmod(PRIVATE_FOLDER)


def _write_durably(path: Path, value: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(value)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
