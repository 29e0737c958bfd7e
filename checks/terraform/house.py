"""What `terraform/` owes the rest of the project, and the habits that no tool knows."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from checks.terraform import tables
from checks.terraform.config import Config, load
from checks.terraform.places import ROOT
from functions.setting_forms import ENTRY_POINTS
from services.metrics import METRICS

ALERTS = ROOT / "docs" / "alerts"
HOLDS_VALUES = frozenset(
    {
        "google_secret_manager_secret_version",
        "google_service_account_key",
        "google_storage_hmac_key",
    }
)
"""What would put a secret into Terraform's state."""

_PAGE = re.compile(r"docs/alerts/([a-z-]+)\.md")
_FIGURE = re.compile(
    r'(?:local\.figure|local\._(?:level|rate|quantile))\["(\w+)"\]|user/tandem\.(\w+)'
)
_SETTING = re.compile(r"\bTANDEM_[A-Z_]+\b")


def findings(folder: Path) -> list[str]:
    """Return a line for each promise that is not kept."""
    config = load(folder)
    rules: list[Callable[[Config, Path], Iterator[str]]] = [
        _functions_are_those_of_main,
        _paths_lie_where_the_doors_are,
        _settings_are_known,
        _tables_are_made_from_the_code,
        _variables_teach,
        _no_secret_gets_into_the_state,
        _anybody_is_said_once,
        _alerts_have_pages,
        _figures_are_measured,
    ]
    return [one for rule in rules for one in rule(config, folder)]


def entry_points() -> set[str]:
    """Return what main.py hands on."""
    body = ast.parse((ROOT / "main.py").read_text(encoding="utf-8")).body
    [names] = (
        ast.literal_eval(node.value)
        for node in body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
    )
    return set(names)


def functions(config: Config) -> dict[str, dict[str, Any]]:
    """Return the table of functions, as it is written."""
    found: dict[str, dict[str, Any]] = config.local("functions")
    return found


def _functions_are_those_of_main(config: Config, _: Path) -> Iterator[str]:
    rows = functions(config)
    named = {row["entry_point"] for row in rows.values()}
    for name in sorted(entry_points() - named):
        yield f"main.tf: no row deploys {name}, which main.py hands on"
    for name in sorted(named - entry_points()):
        yield f"main.tf: main.py hands on no {name}"
    for name, row in rows.items():
        if row["entry_point"].replace("_", "-") != name:
            yield f"main.tf: the row {name} is named otherwise than its entry point"


def _paths_lie_where_the_doors_are(config: Config, _: Path) -> Iterator[str]:
    """The load balancer hands each path to the door that has it on one machine."""
    doors = (ROOT / "local" / "doors.py").read_text(encoding="utf-8")
    for name, row in functions(config).items():
        for path in row["paths"]:
            prefix = path.removesuffix("*")
            if f'("{prefix}", "{row["entry_point"]}")' not in doors:
                yield f"main.tf: {name} does not serve {path} in local/doors.py"


def _settings_are_known(config: Config, _: Path) -> Iterator[str]:
    """A misspelt setting would be ignored, and its default hold."""
    source = (ROOT / "functions" / "settings.py").read_text(encoding="utf-8")
    known = set(_SETTING.findall(source))
    said = {name for one in config.elements for name in _SETTING.findall(repr(one.raw))}
    for name in sorted(said - known):
        yield f"functions.tf: functions/settings.py reads no {name}"
    urls = {row["entry_point"] for row in functions(config).values()}
    for name in sorted(urls - set(ENTRY_POINTS)):
        yield f"main.tf: TANDEM_URLS may not speak of {name}"


def _tables_are_made_from_the_code(_: Config, folder: Path) -> Iterator[str]:
    for name, text in tables.texts().items():
        path = folder / "tables" / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            yield f"tables/{name}: is not what the code needs; write it by: make tables"


def _variables_teach(config: Config, _: Path) -> Iterator[str]:
    for variable in config.of("variable"):
        for what in ("description", "type"):
            if not variable.part.attributes.get(what):
                yield f"{variable.file}:{variable.line}: {variable.name} has no {what}"
    names = [variable.name for variable in config.of("variable")]
    if names != sorted(names):
        yield "variables.tf: the variables are not in the order of the alphabet"


def _no_secret_gets_into_the_state(config: Config, _: Path) -> Iterator[str]:
    for one in [*config.of("resource"), *config.of("data")]:
        if one.labels[0] in HOLDS_VALUES:
            yield f"{one.file}:{one.line}: {one.name} puts a secret into the state"


def _anybody_is_said_once(config: Config, _: Path) -> Iterator[str]:
    saying = [
        f"{one.labels[0]}.{one.labels[1]}"
        for one in config.of("resource")
        if re.search("allUsers|allAuthenticatedUsers", repr(one.raw))
    ]
    if saying != ["google_cloud_run_service_iam_member.anybody"]:
        yield f"identity.tf: anybody is let in by {', '.join(saying) or 'nothing'}"


def _alerts_have_pages(config: Config, folder: Path) -> Iterator[str]:
    opened = "".join(path.read_text() for path in sorted(folder.glob("*.tf")))
    alerts = {*config.local("alerts"), *_PAGE.findall(opened)}
    pages = {path.stem for path in ALERTS.glob("*.md")} - {"README"}
    for name in sorted(alerts - pages):
        yield f"alerts.tf: the alert {name} has no page in docs/alerts/"
    for name in sorted(pages - alerts):
        yield f"alerts.tf: no alert opens docs/alerts/{name}.md"


def _figures_are_measured(config: Config, folder: Path) -> Iterator[str]:
    """An alert over a figure that nobody measures would never be sent."""
    known = {one.name.removeprefix("tandem.") for one in METRICS}
    for path in sorted(folder.glob("*.tf")):
        named = _FIGURE.findall(path.read_text())
        for name in sorted({found for one in named for found in one if found} - known):
            yield f"{path.name}: nobody measures {name}"
