"""What is pinned is what the code needs: nothing missing, nothing idle."""

import re
import sys
from collections.abc import Iterable
from functools import cache
from importlib.metadata import distribution, distributions

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house import CLOUD_ROOMS, ROOMS, ROOT, Module, module, modules

NEEDED_UNSEEN = {
    "functions-framework": "starts every function in the cloud",
    "google-auth-httplib2": "google-api-python-client asks for it",
    "tzdata": "zoneinfo reads it where the machine has no zones",
}
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;]+)")


def pins(file: str) -> dict[str, str]:
    """Return the pinned version of each package in a requirements file."""
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    found = [PIN.match(line) for line in lines]
    return {canonicalize_name(pin[1]): pin[2] for pin in found if pin}


def wanted(file: str) -> set[str]:
    """Return the packages that a source file of requirements names."""
    lines = (ROOT / "requirements" / file).read_text(encoding="utf-8").splitlines()
    return {canonicalize_name(line) for line in lines if re.match("[a-z]", line)}


@cache
def owners() -> dict[str, str]:
    """Return the package behind each importable module and folder."""
    found: dict[str, str] = {}
    for package in distributions():
        name = canonicalize_name(package.metadata["Name"])
        for file in package.files or ():
            parts = file.with_suffix("").parts
            if file.suffix in {".py", ".so", ".pyd"} and ".." not in parts:
                dotted = ".".join(parts).partition(".cpython")[0]
                found[dotted.removesuffix(".__init__")] = name
    return found


def packages_behind(files: Iterable[Module]) -> dict[str, str]:
    """Return the packages that these files import, each with one file that does."""
    ours = {*ROOMS, "main", "tests", "benchmarks", *sys.stdlib_module_names}
    behind = {}
    for file in files:
        for name in file.imports():
            package = owners().get(name)
            if package and name.partition(".")[0] not in ours:
                behind[package] = file.name
    return behind


def cloud() -> list[Module]:
    """Return what is deployed."""
    return [module(ROOT / "main.py"), *modules(*CLOUD_ROOMS)]


def closure(names: Iterable[str]) -> set[str]:
    """Return the packages and all that they need, as installed here."""
    waiting = [Requirement(name) for name in names]
    known: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        need = waiting.pop()
        step = (str(canonicalize_name(need.name)), frozenset({*need.extras, ""}))
        if step not in known:
            known.add(step)
            waiting += _needs(step[0], extras=step[1])
    return {name for name, _ in known}


def _needs(package: str, *, extras: Iterable[str]) -> list[Requirement]:
    needs = [Requirement(line) for line in distribution(package).requires or ()]
    return [need for need in needs if _applies(need, extras=extras)]


def _applies(need: Requirement, *, extras: Iterable[str]) -> bool:
    marker = need.marker
    return marker is None or any(marker.evaluate({"extra": one}) for one in extras)


def test_the_cloud_gets_every_package_that_it_imports() -> None:
    imported = packages_behind(cloud())

    missing = {
        name: file for name, file in imported.items() if name not in wanted("cloud.in")
    }

    assert not missing, "add them to requirements/cloud.in, then: make lock"


def test_the_cloud_gets_no_package_that_it_does_not_import() -> None:
    imported = packages_behind(cloud())

    idle = wanted("cloud.in") - imported.keys() - NEEDED_UNSEEN.keys()

    assert not idle, "remove them from requirements/cloud.in, then: make lock"


def test_one_machine_needs_no_more_than_the_cloud() -> None:
    imported = packages_behind(modules("local"))

    missing = {
        name: file for name, file in imported.items() if name not in wanted("cloud.in")
    }

    assert not missing


def test_all_that_the_packages_need_is_pinned_and_nothing_else() -> None:
    pinned = pins("requirements.txt")

    assert pinned.keys() == closure(wanted("cloud.in"))


def test_tests_and_cloud_agree_on_versions() -> None:
    both = pins("requirements-dev.txt")

    for name, version in pins("requirements.txt").items():
        assert both[name] == version


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt"])
def test_every_pin_is_exact(file: str) -> None:
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()

    loose = [
        line
        for line in lines
        if line and not line.startswith("#") and not PIN.match(line)
    ]

    assert not loose


def test_what_is_installed_is_what_is_pinned() -> None:
    for name, version in pins("requirements.txt").items():
        assert distribution(name).version == version
