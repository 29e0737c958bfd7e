"""Whether a place on this machine can hold what a setting wants to keep there."""

import os
from pathlib import Path

SQLITE = b"SQLite format 3\0"


def why_no_database(path: str) -> str:
    """Return why there can be no SQLite file, empty where there can be one."""
    place = Path(path)
    if place.is_dir():
        return "that is a folder"
    if not place.exists():
        return _why_no_new(place.parent)
    if not os.access(place, os.R_OK | os.W_OK):
        return "that file may not be written"
    with place.open("rb") as file:
        begins = file.read(len(SQLITE))
    return "" if begins in (b"", SQLITE) else "that file is none of SQLite's"


def why_no_folder(path: str) -> str:
    """Return why there can be no folder of ours, empty where there can be one."""
    place = Path(path)
    if not place.exists():
        return _why_no_new(place.parent)
    if not place.is_dir():
        return "that is a file"
    writable = os.access(place, os.R_OK | os.W_OK | os.X_OK)
    return "" if writable else "that folder may not be written"


def _why_no_new(folder: Path) -> str:
    """Return why nothing can be made in a folder, which may have to be made itself."""
    while not folder.exists():
        folder = folder.parent
    if not folder.is_dir():
        return f"{folder} is a file"
    writable = os.access(folder, os.W_OK | os.X_OK)
    return "" if writable else f"nothing may be made in {folder}"
