"""The checks of `terraform/` find what people get wrong, and nothing in ours."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from checks.terraform import house, static
from checks.terraform.places import TERRAFORM
from checks.terraform.schema import Provider
from checks.terraform.workspace import Workspace
from tests.terraform.mistakes import PROMISES, RIGHTS, SHAPES, Mistake, made

TOLD_BY_VALIDATE = [
    mistake
    for mistake in SHAPES
    if mistake.name in ("an argument that does not exist", "a number that is none")
]


def named(mistake: Mistake) -> str:
    return mistake.name


def test_what_we_have_is_in_order(providers: Mapping[str, Provider]) -> None:
    assert static.findings(TERRAFORM, providers) == []
    assert house.findings(TERRAFORM) == []


@pytest.mark.parametrize("mistake", SHAPES, ids=named)
def test_one_pass_without_terraform_finds(
    mistake: Mistake, copy: Path, providers: Mapping[str, Provider]
) -> None:
    with made(mistake, copy):
        found = static.findings(copy, providers)

    assert len(found) == 1
    assert mistake.told in found[0]
    assert found[0].startswith(mistake.file)


def test_one_pass_tells_of_all_mistakes_at_once(
    copy: Path, providers: Mapping[str, Provider]
) -> None:
    apart = [one for one in SHAPES if one.file in ("logs.tf", "outputs.tf")]
    for mistake in apart:
        path = copy / mistake.file
        path.write_text(path.read_text().replace(mistake.right, mistake.wrong, 1))

    found = "\n".join(static.findings(copy, providers))

    assert all(mistake.told in found for mistake in apart)


def test_what_is_no_hcl_is_told_by_its_line(
    copy: Path, providers: Mapping[str, Provider]
) -> None:
    (copy / "logs.tf").write_text('locals {\n  a = "b"\n')

    assert static.findings(copy, providers)[0].startswith("logs.tf:")


@pytest.mark.parametrize("mistake", PROMISES, ids=named)
def test_the_house_finds(mistake: Mistake, copy: Path) -> None:
    with made(mistake, copy):
        found = "\n".join(house.findings(copy))

    assert mistake.told in found


@pytest.mark.parametrize("mistake", TOLD_BY_VALIDATE, ids=named)
def test_the_real_terraform_finds(mistake: Mistake, space: Workspace) -> None:
    with made(mistake, space.root):
        done = space.run("validate", "-no-color")

    assert done.code != 0
    assert mistake.told in done.said


@pytest.mark.parametrize("mistake", RIGHTS, ids=named)
def test_the_posture_test_finds(mistake: Mistake, space: Workspace) -> None:
    space.leave_source_out()

    with made(mistake, space.root):
        done = space.run("test", "-no-color", "-var-file=envs/prod.tfvars")

    assert done.code != 0
    assert mistake.told in " ".join(done.said.split())
