"""One plan of everything, with its zip; the workers of a test run share it."""

import fcntl
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from checks.terraform.workspace import Workspace, workspace

STRAY = [
    "functions/.env",
    "functions/key.json",
    "functions/notes.txt",
    "local/left.py",
    "secret.py",
    "tests/left.py",
    "tandem.db",
    "web/left.key",
]
"""What somebody may leave in a checkout, and must never get into the cloud."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Planned:
    """The plan as terraform shows it, and the zip."""

    plan: Mapping[str, Any]
    source: Path


def planned_once(folder: Path) -> Planned:
    """Return the plan, made by whoever comes first; the folder is everybody's."""
    plan, source = folder / "plan.json", folder / "source.zip"
    with (folder / "plan.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not plan.exists():
            with workspace() as space:
                made = _planned(space)
                shutil.copy(made.source, source)
            plan.write_text(json.dumps(made.plan))
    return Planned(plan=json.loads(plan.read_text()), source=source)


def _planned(space: Workspace) -> Planned:
    for name in STRAY:
        (space.root.parent / name).write_text("stray")
    done = space.init()
    assert done.code == 0, done.said
    plan = space.plan("dev")
    return Planned(plan=plan, source=space.root / ".terraform" / "source.zip")
