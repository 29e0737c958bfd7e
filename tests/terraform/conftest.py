"""What the tests of `terraform/` share: the schemas, and a place for the real one."""

import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from checks.terraform import known
from checks.terraform.places import TERRAFORM
from checks.terraform.schema import Provider
from checks.terraform.workspace import Workspace, terraform, workspace
from tests.cloud.fixtures import (
    cloud_tasks,
    google_signer,
    secret_manager,
    served_secrets,
    served_tasks,
)
from tests.terraform.planned import Planned, planned_once

__all__ = [
    "cloud_tasks",
    "google_signer",
    "secret_manager",
    "served_secrets",
    "served_tasks",
]


@pytest.fixture(scope="session")
def providers() -> Mapping[str, Provider]:
    """What the pinned providers know, by their names."""
    try:
        return {one.name: one for one in (known.google(), known.archive())}
    except known.SchemaMissing as error:
        if os.environ.get("CI") == "true":
            pytest.fail(f"With CI=true the provider's schema must be had: {error}.")
        pytest.skip(f"no schema of the provider ({error})")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of `terraform/` in which mistakes can be made."""
    return Path(shutil.copytree(TERRAFORM, tmp_path / "terraform"))


@pytest.fixture(scope="module")
def space(providers: Mapping[str, Provider]) -> Iterator[Workspace]:
    """A place where the real terraform runs, with the providers installed."""
    if terraform() is None:
        pytest.skip("terraform is not installed")
    with workspace() as made:
        done = made.init()
        assert done.code == 0, done.said
        yield made


@pytest.fixture(scope="session")
def planned(
    providers: Mapping[str, Provider], tmp_path_factory: pytest.TempPathFactory
) -> Planned:
    """What a plan of envs/dev.tfvars comes to, with the source that it packed."""
    if terraform() is None:
        pytest.skip("terraform is not installed")
    own = tmp_path_factory.getbasetemp()
    return planned_once(own.parent if "PYTEST_XDIST_WORKER" in os.environ else own)
