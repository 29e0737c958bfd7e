"""The zip that Terraform builds holds exactly what runs."""

import hashlib
import zipfile

import pytest

from tests.house import CLOUD_ROOMS, ROOT
from tests.terraform.planned import STRAY, Planned


@pytest.fixture(scope="module")
def names(planned: Planned) -> set[str]:
    with zipfile.ZipFile(planned.source) as file:
        return set(file.namelist())


def what_runs() -> set[str]:
    """Return what main.py needs of this project, and what it is built with.

    That is all in the rooms that are deployed but what is written for people.
    """
    found = {"main.py", "requirements.txt"}
    for room in CLOUD_ROOMS:
        for path in (ROOT / room).rglob("*"):
            if path.is_file() and path.suffix not in (".md", ".pyc"):
                found.add(path.relative_to(ROOT).as_posix())
    return found


def test_it_holds_all_that_runs_and_nothing_else(names: set[str]) -> None:
    assert names == what_runs()


def test_it_holds_no_tests_nothing_local_and_no_secrets(names: set[str]) -> None:
    rooms = {name.partition("/")[0] for name in names}

    assert rooms == {*CLOUD_ROOMS, "main.py", "requirements.txt"}
    assert not names & set(STRAY)


def test_it_is_named_by_what_is_in_it(planned: Planned) -> None:
    [object_] = (
        change["change"]["after"]
        for change in planned.plan["resource_changes"]
        if change["type"] == "google_storage_bucket_object"
    )

    digest = hashlib.sha256(planned.source.read_bytes()).hexdigest()

    assert object_["name"] == f"source-{digest}.zip"
