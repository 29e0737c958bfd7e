"""Check `terraform/`: format, schema, promises, and what the real terraform says.

    python -m checks.terraform

Says in one line what could not be checked on this machine, and why.
"""

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from checks.terraform import house, known, scan, static
from checks.terraform.known import SchemaMissing
from checks.terraform.places import TERRAFORM
from checks.terraform.workspace import run, terraform, workspace


class LeftOut(Exception):
    """Something cannot be checked here; the message says what, and why."""


def formatted(folder: Path) -> Iterator[str]:
    """Yield the files that `terraform fmt` would change."""
    _require_terraform("format")
    words = ["fmt", "-check", "-recursive", "-no-color"]
    done = run(words, folder=folder, environment={})
    if done.code != 0:
        yield f"not formatted (terraform fmt -recursive terraform):\n{done.said}"


def described(folder: Path) -> Iterator[str]:
    """Yield what does not fit the provider's schema, all in one pass."""
    try:
        providers = {one.name: one for one in (known.google(), known.archive())}
    except SchemaMissing as error:
        raise LeftOut(f"everything about the provider's schema: {error}") from error
    yield from static.findings(folder, providers)


def promised(folder: Path) -> Iterator[str]:
    """Yield what the rest of the project cannot rely on."""
    yield from house.findings(folder)


def planned(folder: Path) -> Iterator[str]:
    """Yield what the real terraform says: validate, and the tests for each of envs/."""
    _require_terraform("validate and test")
    with workspace(folder) as space:
        space.leave_source_out()
        for words in (["init", "-input=false"], ["validate"], *_tests(folder)):
            done = space.run(*words, "-no-color")
            if done.code != 0:
                yield f"terraform {' '.join(words)}:\n{done.said}"
                return


def scanned(folder: Path) -> Iterator[str]:
    """Yield what checkov finds, but for what we have a reason to do otherwise."""
    try:
        yield from scan.findings(folder)
    except scan.ScannerMissing as error:
        raise LeftOut(f"the scan for known weaknesses: {error}") from error


Check = Callable[[Path], Iterator[str]]

CHECKS: tuple[Check, ...] = (formatted, described, promised, planned, scanned)


def _tests(folder: Path) -> Iterator[list[str]]:
    for file in sorted(folder.glob("envs/*.tfvars")):
        yield ["test", f"-var-file=envs/{file.name}"]


def _require_terraform(what: str) -> None:
    if terraform() is None:
        raise LeftOut(f"terraform {what}: terraform is not installed")


def main() -> int:
    """Check, tell, and return what the shell is to know."""
    # Most of their time they wait for other programs.
    with ThreadPoolExecutor() as threads:
        answers = list(threads.map(_answer, CHECKS))
    for lines, _ in answers:
        sys.stdout.write("".join(f"{line}\n" for line in lines))
    return int(any(wrong for _, wrong in answers))


def _answer(check: Check) -> tuple[list[str], bool]:
    """Return what a check has to say, and whether something is wrong."""
    try:
        found = list(check(TERRAFORM))
    except LeftOut as error:
        return [f"Left out of terraform/: {error}."], False
    return found, bool(found)


if __name__ == "__main__":
    sys.exit(main())
