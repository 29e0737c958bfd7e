"""A copy of the project in which the real terraform runs, without cloud and network."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from checks.terraform import known, schema
from checks.terraform.places import ROOT, TERRAFORM
from checks.terraform.schema import Provider

SECONDS = 300
_LOCAL_STATE = 'terraform {\n  backend "local" {}\n}\n'
_FEW_FILES = 'locals {\n  source_files = fileset(local._root, "main.py")\n}\n'
_SCRIPT = """#!/bin/sh
PYTHONPATH={root} exec {python} -m checks.terraform.stub {schema}
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """What a command came to."""

    code: int
    said: str


def terraform() -> str | None:
    """Return where terraform is installed, if it is."""
    return shutil.which("terraform")


def run(words: Sequence[str], *, folder: Path, environment: Mapping[str, str]) -> Done:
    """Run terraform in a folder, and return what it came to."""
    quiet = {"CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}
    done = subprocess.run(
        [terraform() or "terraform", *words],
        cwd=folder,
        env={**os.environ, **quiet, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    return Done(code=done.returncode, said=done.stdout)


class Workspace:
    """A folder with `terraform/` in it, and the providers of the checks for it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._config = folder / "terraform.rc"

    @property
    def root(self) -> Path:
        """Where `terraform/` lies in this copy."""
        return self._folder / "project" / "terraform"

    def run(self, *words: str) -> Done:
        """Run terraform there, and return what it came to."""
        own = {
            "TF_CLI_CONFIG_FILE": str(self._config),
            "TF_DISABLE_PLUGIN_TLS": "1",
            "TMPDIR": str(self._folder),
        }
        return run(words, folder=self.root, environment=own)

    def leave_source_out(self) -> None:
        """Pack main.py alone: hundreds of files cost each plan seconds."""
        (self.root / "source_override.tf").write_text(_FEW_FILES)

    def init(self) -> Done:
        """Install the providers, as a first `terraform init` would."""
        return self.run("init", "-input=false", "-no-color")

    def plan(self, environment: str) -> Mapping[str, Any]:
        """Return the plan of one of `envs/`, as JSON. Raises PlanFailed."""
        file = f"envs/{environment}.tfvars"
        done = self.run(
            "plan", "-input=false", "-no-color", f"-var-file={file}", "-out=p"
        )
        shown = self.run("show", "-json", "p") if done.code == 0 else done
        if shown.code != 0:
            raise PlanFailed(shown.said)
        plan: Mapping[str, Any] = json.loads(shown.said)
        return plan


class PlanFailed(Exception):
    """Terraform refused; the message is what it said."""


@contextmanager
def workspace(source: Path = TERRAFORM) -> Iterator[Workspace]:
    """Lay out a copy of the project with this `terraform/`; it goes afterwards.

    Raises SchemaMissing.
    """
    with tempfile.TemporaryDirectory(prefix="tandem-terraform-") as name:
        folder = Path(name)
        _copy_project(folder / "project", source)
        mirror = folder / "mirror"
        for provider in (_needed(known.google(), source), known.archive()):
            _lay_down(provider, mirror)
        rule = f'filesystem_mirror {{\n    path = "{mirror}"\n  }}'
        config = f"provider_installation {{\n  {rule}\n}}\n"
        (folder / "terraform.rc").write_text(config)
        yield Workspace(folder)


def _copy_project(to: Path, source: Path) -> None:
    """Copy what could be deployed, and what must not be."""
    hidden = shutil.ignore_patterns(".*", "__pycache__", "terraform", "checks")
    shutil.copytree(ROOT, to, ignore=hidden)
    shutil.copytree(source, to / "terraform", ignore=shutil.ignore_patterns(".*"))
    (to / "terraform" / "backend_override.tf").write_text(_LOCAL_STATE)


def _needed(provider: Provider, source: Path) -> Provider:
    """Return the provider with what these files name; the rest takes a second."""
    texts = [path.read_text() for path in source.glob("*.tf")]
    named = set(re.findall(rf'"({provider.name}_\w+)"', "\n".join(texts)))
    return replace(
        provider,
        resources={k: v for k, v in provider.resources.items() if k in named},
        data={k: v for k, v in provider.data.items() if k in named},
    )


def _lay_down(provider: Provider, mirror: Path) -> None:
    """Put a provider where terraform looks for it, as it unpacks real ones."""
    folder = mirror / "registry.terraform.io" / provider.source / provider.version
    folder = folder / _platform()
    folder.mkdir(parents=True)
    described = folder / "schema.json"
    schema.write(described, provider)
    script = folder / f"terraform-provider-{provider.name}_v{provider.version}"
    words = {"root": ROOT, "python": sys.executable, "schema": described}
    script.write_text(_SCRIPT.format(**words))
    script.chmod(0o755)


def _platform() -> str:
    """Return the platform by terraform's word for it, such as linux_amd64."""
    done = run(["version", "-json"], folder=TERRAFORM, environment={})
    platform: str = json.loads(done.said[done.said.index("{") :])["platform"]
    return platform
