"""Folders and files of this machine that only their owner may open."""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Final

PRIVATE_FOLDER: Final = 0o700
PRIVATE_FILE: Final = 0o600


def make_folder(folder: Path) -> None:
    """Make a private folder, and those above it; what is there stays as it is."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    for one in reversed(missing):
        one.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)


def make_file(path: Path) -> None:
    """Make a private file that is empty; what is there stays as it is.

    It is never open under its name: closing it would end the locks that others in this
    process, SQLite for one, hold on it by then.
    """
    if path.exists():
        return
    made = path.with_name(f".new-{secrets.token_hex(8)}")
    os.close(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE))
    try:
        with suppress(FileExistsError):
            os.link(made, path)
    finally:
        made.unlink()
