"""The habits of the house that no linter knows."""

import ast
import re
import sys
from collections.abc import Iterator

import pytest

from functions.setting_forms import ENTRY_POINTS
from tests.house import (
    ROOMS,
    ROOT,
    Function,
    Module,
    module,
    modules,
    production,
)

LONGEST_MODULE = 400
LONGEST_TEST_MODULE = 700  # A port's promises are read as one list.
LONGEST_FUNCTION = 40

CLOCKS = {"datetime.now", "datetime.utcnow", "date.today", "time.time"}
MAY_ASK_THE_CLOCK = ("functions/", "local/", "infra/clock.py")
MAY_CATCH_ALL = ("functions/http.py",)
MAY_READ_THE_ENVIRONMENT = ("functions/", "local/", "infra/")
LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}
# Connectors that build on another one.
DIALECTS: dict[str, str] = {"callpro": "rest", "openfire": "odoo"}


def found(problems: Iterator[str]) -> str:
    """Return the problems as one text, empty when there are none."""
    return "\n".join(problems)


# --- The doors -----------------------------------------------------------------------


def doors() -> set[str]:
    """A file in functions/ is a door when it defines a function of its own name."""
    return {
        file.path.stem
        for file in modules("functions")
        if file.path.parent.name == "functions"
        and any(
            isinstance(node, Function) and node.name == file.path.stem
            for node in file.tree.body
        )
    }


def entry_points() -> set[str]:
    """What main.py hands on, by the name that the cloud calls."""
    body = module(ROOT / "main.py").tree.body
    lists = [
        node.value
        for node in body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
    ]
    return {name for each in lists for name in ast.literal_eval(each)}


def test_every_door_is_an_entry_point_and_every_entry_point_a_door() -> None:
    assert entry_points() == doors()


def test_the_doors_are_those_that_settings_and_terraform_name() -> None:
    assert doors() == set(ENTRY_POINTS)


def test_main_hands_on_and_does_nothing_else() -> None:
    docstring, *rest = module(ROOT / "main.py").tree.body

    assert isinstance(docstring, ast.Expr), "main.py begins with a docstring"
    assert {type(node) for node in rest} <= {ast.ImportFrom, ast.Assign}


# --- Size ----------------------------------------------------------------------------


def test_modules_stay_readable_in_one_sitting() -> None:
    too_long = (
        f"{file.name} has {len(file.lines)} lines"
        for file in [*production(), *modules("tests", "benchmarks", "checks")]
        if len(file.lines) > _longest(file)
    )

    assert not found(too_long)


def _longest(file: Module) -> int:
    is_test = file.name.startswith("tests/")
    return LONGEST_TEST_MODULE if is_test else LONGEST_MODULE


def test_functions_stay_small() -> None:
    too_long = (
        f"{file.name}:{function.lineno} {function.name} has {_length(function)} lines"
        for file in [*production(), *modules("tests", "benchmarks", "checks")]
        for function in file.functions()
        if _length(function) > LONGEST_FUNCTION
    )

    assert not found(too_long)


def _length(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


# --- Walls that the import linter cannot draw ----------------------------------------


def test_decisions_import_nothing_but_the_standard_library() -> None:
    allowed = {*sys.stdlib_module_names, "sync"}
    foreign = (
        f"{file.name} imports {name}"
        for file in modules("sync")
        for name in file.imports()
        if name.partition(".")[0] not in allowed
    )

    assert not found(foreign)


def test_connectors_know_their_base_and_not_each_other() -> None:
    folders = {path.name for path in (ROOT / "connectors").iterdir() if path.is_dir()}
    across = (
        f"{file.name} imports {name}"
        for file in modules("connectors")
        for name in file.imports()
        if _other_connector(file, name) in folders
    )

    assert not found(across)


def _other_connector(file: Module, imported: str) -> str | None:
    """Return the connector that `imported` belongs to, if `file` is of another one."""
    room, *rest = imported.split(".")
    own = file.path.parent.name
    if room != "connectors" or not rest or file.name == "connectors/registry.py":
        return None
    return None if rest[0] in {own, DIALECTS.get(own)} else rest[0]


def test_main_imports_doors_and_nothing_imports_main() -> None:
    """The linter knows packages only, and main.py is none."""
    main = module(ROOT / "main.py")
    wrong = (
        f"{file.name} imports {name}"
        for file in production()
        for name in file.imports()
        if name == "main" or (file is main and not name.startswith("functions"))
    )

    assert not found(wrong)


def test_nothing_of_ours_imports_the_stand_in_for_google() -> None:
    """Not even local/: it is started as a process of its own."""
    knowing = (
        f"{file.name} imports {name}"
        for file in production()
        for name in file.imports()
        if name.startswith("local.google") and "local/google/" not in file.name
    )

    assert not found(knowing)


# --- Time, trouble, surroundings -----------------------------------------------------


def test_only_doors_and_clocks_ask_what_time_it_is() -> None:
    asking = (
        f"{file.name}:{node.lineno} calls {ast.unparse(node.func)}"
        for file in production()
        if not file.name.startswith(MAY_ASK_THE_CLOCK)
        for node in ast.walk(file.tree)
        if isinstance(node, ast.Call) and _asks_the_clock(node)
    )

    assert not found(asking)


def _asks_the_clock(call: ast.Call) -> bool:
    return ".".join(ast.unparse(call.func).split(".")[-2:]) in CLOCKS


def test_only_the_edge_catches_everything() -> None:
    catching = (
        f"{file.name}:{node.lineno} catches everything"
        for file in production()
        if file.name not in MAY_CATCH_ALL
        for node in ast.walk(file.tree)
        if isinstance(node, ast.ExceptHandler) and _catches_all(node)
    )

    assert not found(catching)


def _catches_all(handler: ast.ExceptHandler) -> bool:
    """Whether it swallows anything; who tidies up and raises it again does not."""
    caught = "" if handler.type is None else ast.unparse(handler.type)
    last = handler.body[-1]
    passes_on = isinstance(last, ast.Raise) and last.exc is None
    return caught in {"", "Exception", "BaseException"} and not passes_on


def test_only_the_edge_reads_the_environment() -> None:
    reading = (
        f"{file.name}:{line} reads the environment"
        for file in production()
        if not file.name.startswith(MAY_READ_THE_ENVIRONMENT)
        for line in _reads_of_the_environment(file.tree)
    )

    assert not found(reading)


def test_nobody_reads_the_environment_at_import() -> None:
    reading = (
        f"{file.name}:{line} reads the environment at import"
        for file in production()
        for statement in file.tree.body
        if not isinstance(statement, Function | ast.ClassDef)
        for line in _reads_of_the_environment(statement)
    )

    assert not found(reading)


def _reads_of_the_environment(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute):
            continue
        if ast.unparse(node) in {"os.environ", "os.getenv"}:
            yield node.lineno


# --- Logs ----------------------------------------------------------------------------


def test_every_log_line_is_an_event() -> None:
    mute = (
        f"{file.name}:{call.lineno} logs without an event"
        for file in production()
        for call in _log_calls(file.tree)
        if not _has_event(call, within=file.tree)
    )

    assert not found(mute)


def _log_calls(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        called = node.func if isinstance(node, ast.Call) else None
        if isinstance(called, ast.Attribute) and called.attr in LEVELS:
            owner = ast.unparse(called.value).rpartition(".")[2]
            if isinstance(node, ast.Call) and owner in {"logger", "logging", "log"}:
                yield node


def _has_event(call: ast.Call, *, within: ast.Module) -> bool:
    """Whether `extra` is a dictionary with an event, or made of one."""
    extra = next((word.value for word in call.keywords if word.arg == "extra"), None)
    return extra is not None and _is_event(extra, within=within)


def _is_event(node: ast.expr, *, within: ast.Module, steps: int = 5) -> bool:
    """Whether it holds an event, looked for in at most so many steps."""
    if steps == 0:
        return False
    if isinstance(node, ast.Dict) and _has_event_key(node):
        return True
    parts = _parts(node, within=within)
    return any(_is_event(part, within=within, steps=steps - 1) for part in parts)


def _has_event_key(node: ast.Dict) -> bool:
    keys = [key.value for key in node.keys if isinstance(key, ast.Constant)]
    return "event" in keys


def _parts(node: ast.expr, *, within: ast.Module) -> list[ast.expr]:
    """Return what an expression is made of: operands, assigned or returned values."""
    if isinstance(node, ast.BinOp):
        return [node.left, node.right]
    if isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        return [value for key, value in pairs if key is None]
    if isinstance(node, ast.Name):
        return list(_assigned(node.id, within=within))
    if isinstance(node, ast.Call):
        return list(_returned(ast.unparse(node.func), within=within))
    return []


def _returned(name: str, *, within: ast.Module) -> Iterator[ast.expr]:
    for node in ast.walk(within):
        if isinstance(node, ast.FunctionDef) and node.name == name.rpartition(".")[2]:
            returns = [part for part in ast.walk(node) if isinstance(part, ast.Return)]
            yield from (part.value for part in returns if part.value is not None)


def _assigned(name: str, *, within: ast.Module) -> Iterator[ast.expr]:
    for node in ast.walk(within):
        if not isinstance(node, ast.Assign):
            continue
        if name in {ast.unparse(target) for target in node.targets}:
            yield node.value


# --- Nothing half-built --------------------------------------------------------------

LATER = "TO" + "DO", "FIX" + "ME", "XX" + "X"
SILENCED = "# type: " + "ignore", "# no" + "qa"


@pytest.mark.parametrize("word", LATER)
def test_nothing_is_left_for_later(word: str) -> None:
    left = (
        f"{file.name}:{number} says {word}"
        for file in [*production(), *modules("tests", "benchmarks", "checks")]
        for number, line in enumerate(file.lines, start=1)
        # Whole words only: a component of iCalendar ends with one of them.
        if re.search(rf"\b{word}\b", line)
    )

    assert not found(left)


def test_whoever_silences_a_linter_says_why() -> None:
    unexplained = (
        f"{file.name}:{number} gives no reason"
        for file in [*production(), *modules("tests", "benchmarks", "checks")]
        for number, line in enumerate(file.lines, start=1)
        if any(mark in line for mark in SILENCED) and "because" not in line
    )

    assert not found(unexplained)


def test_every_room_says_what_it_is() -> None:
    nameless = (
        f"{file.name} has no docstring"
        for file in modules(*ROOMS)
        if file.tree.body and not ast.get_docstring(file.tree)
    )

    assert not found(nameless)
