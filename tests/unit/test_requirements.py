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
EXACT = re.compile(r"==[^=*,]+$")


def lines_of(file: str) -> list[Requirement]:
    """Return the pins of a requirements file that hold on this machine."""
    pinned = [Requirement(line.partition(" --hash=")[0]) for line in whole_lines(file)]
    return [pin for pin in pinned if pin.marker is None or pin.marker.evaluate()]


def whole_lines(file: str) -> list[str]:
    """Return each pin with its hashes, as one line."""
    text = (ROOT / file).read_text(encoding="utf-8").replace("\\\n", "")
    lines = [" ".join(line.split()) for line in text.splitlines()]
    return [line for line in lines if line and line[0] != "#"]


def pins(file: str) -> dict[str, str]:
    """Return the pinned version of each package in a requirements file."""
    found = {canonicalize_name(pin.name): str(pin.specifier) for pin in lines_of(file)}
    return {str(name): version[2:] for name, version in found.items()}


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
    ours = {*ROOMS, "main", "tests", "benchmarks", "checks", *sys.stdlib_module_names}
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
    assert not missing(cloud(), wanted("cloud.in"))


def test_one_machine_gets_every_package_that_it_imports() -> None:
    assert not missing(modules("local"), wanted("cloud.in") | wanted("local.in"))


def test_the_cloud_gets_no_package_that_it_does_not_import() -> None:
    idle = wanted("cloud.in") - packages_behind(cloud()).keys() - NEEDED_UNSEEN.keys()

    assert not idle, "remove them from requirements/cloud.in, then: make lock"


def test_one_machine_gets_no_package_that_it_does_not_import() -> None:
    idle = wanted("local.in") - packages_behind(modules("local")).keys()

    assert not idle, "remove them from requirements/local.in, then: make lock"


def missing(files: list[Module], names: set[str]) -> list[str]:
    """Return what these files import and nobody asks for."""
    imported = packages_behind(files).items()
    return [f"{file} needs {name}" for name, file in imported if name not in names]


def test_all_that_the_packages_need_is_pinned_and_nothing_else() -> None:
    pinned = pins("requirements.txt")

    assert pinned.keys() == closure(wanted("cloud.in"))


PINNED = ["requirements.txt", "requirements-local.txt", "requirements-dev.txt"]


@pytest.mark.parametrize("file", PINNED[1:])
def test_everybody_has_the_versions_of_the_cloud(file: str) -> None:
    assert pins(file).items() >= pins("requirements.txt").items()


@pytest.mark.parametrize("file", PINNED)
def test_every_pin_is_exact(file: str) -> None:
    assert all(EXACT.match(str(pin.specifier)) for pin in lines_of(file))


@pytest.mark.parametrize("file", PINNED)
def test_every_pin_has_the_hashes_of_its_files(file: str) -> None:
    """One file without a hash, and pip would take whatever an index serves for it."""
    for line in whole_lines(file):
        hashes = line.split(" --hash=")[1:]

        assert hashes, line
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", one) for one in hashes), line


@pytest.mark.parametrize("file", PINNED)
def test_what_is_installed_is_what_is_pinned(file: str) -> None:
    for name, version in pins(file).items():
        assert distribution(name).version == version
