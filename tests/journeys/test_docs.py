"""The commands of docs/api.md, run as they stand against a running Tandem."""

import re
import subprocess
import sys
from pathlib import Path

from tests.house import ROOT
from tests.journeys.tandem import OPERATOR_KEY, Tandem

COMMANDS = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)


def walk(tandem: Tandem) -> subprocess.CompletedProcess[str]:
    """Run every command of the page in one shell, stopping at the first failure."""
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    script = "set -euo pipefail\n" + "\n".join(COMMANDS.findall(page))
    return subprocess.run(
        ["bash"],
        input=script,
        env={"PATH": _path(), "TANDEM": tandem.url, "OPERATOR_KEY": OPERATOR_KEY},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def _path() -> str:
    """Return where this Python lies, and the tools of this machine."""
    return f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin"


def test_the_walk_through_the_api_works_as_written(tandem: Tandem) -> None:
    done = walk(tandem)

    assert done.returncode == 0, done.stdout + done.stderr
    said = done.stdout
    assert f"{tandem.url}/connect/" in said
    assert "Roof survey (2 people)" in said
    assert "PT20M" in said
    assert "Lunch" in said
    assert "whsec_" in said
