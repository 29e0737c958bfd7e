"""`make` as the first command typed in a fresh clone."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.house import ROOT

TOOLS = ("make", "sh", "cmp", "cp", "awk", "rm", "find")
TOO_OLD = "#!/bin/sh\nexit 1\n"
WITHOUT_VENV = '#!/bin/sh\ncase "$2" in *ensurepip*) exit 1;; esac\n'
NEVER_CALLED_FOR_PIP = '#!/bin/sh\ncase "$*" in *pip*) echo "pip was called";; esac\n'


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A checkout in a folder with a space, on a machine without any Python."""
    folder = tmp_path / "a clone"
    (folder / "bin").mkdir(parents=True)
    for tool in TOOLS:
        (folder / "bin" / tool).symlink_to(shutil.which(tool) or tool)
    for name in ("Makefile", "requirements-local.txt"):
        shutil.copy(ROOT / name, folder)
    return folder


def script(path: Path, text: str) -> None:
    """Put an executable there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)


def make(clone: Path, *targets: str) -> subprocess.CompletedProcess[str]:
    """Type `make` in the clone, with only its own tools on the PATH."""
    path = os.fspath(clone / "bin")
    return subprocess.run(
        [clone / "bin" / "make", *targets],
        cwd=clone,
        env={"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


def test_make_alone_lists_the_commands(clone: Path) -> None:
    done = make(clone)

    assert done.returncode == 0
    for command in ("run", "test", "check", "bench-quick", "clean"):
        assert f"make {command} " in done.stdout


def test_without_python_one_sentence_says_so(clone: Path) -> None:
    script(clone / "bin" / "python3", TOO_OLD)

    done = make(clone, "prepare")

    assert done.returncode != 0
    assert "needs Python 3.11 or newer, and there is none" in done.stderr


def test_without_the_venv_module_one_sentence_says_what_to_install(clone: Path) -> None:
    script(clone / "bin" / "python3", WITHOUT_VENV)

    done = make(clone, "prepare")

    assert done.returncode != 0
    assert "apt install python3-venv" in done.stderr
    assert not (clone / ".venv").exists()


def test_a_prepared_checkout_installs_nothing(clone: Path) -> None:
    script(clone / ".venv" / "bin" / "python", NEVER_CALLED_FOR_PIP)
    shutil.copy(clone / "requirements-local.txt", clone / ".venv")

    done = make(clone, "prepare")

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_new_pins_are_installed_once(clone: Path) -> None:
    script(clone / ".venv" / "bin" / "python", NEVER_CALLED_FOR_PIP)

    first, second = make(clone, "prepare"), make(clone, "prepare")

    assert "pip was called" in first.stdout
    assert second.stdout == ""


def test_clean_forgets_state_and_keeps_the_environment(clone: Path) -> None:
    (clone / ".tandem" / "vault").mkdir(parents=True)
    script(clone / ".venv" / "bin" / "python", NEVER_CALLED_FOR_PIP)

    make(clone, "clean")

    assert not (clone / ".tandem").exists()
    assert (clone / ".venv").exists()
