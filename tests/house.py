"""The project's own files as data, for the tests that keep its habits."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

CLOUD_ROOMS = ("functions", "infra", "web", "services", "connectors", "sync")
ROOMS = (*CLOUD_ROOMS, "local")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, kw_only=True, slots=True)
class Module:
    """One Python file of ours."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """Its place in the tree, as people write it: `sync/content.py`."""
        return self.path.relative_to(ROOT).as_posix()

    @property
    def dotted(self) -> str:
        """Its name as Python imports it."""
        parts = self.path.relative_to(ROOT).with_suffix("").parts
        return ".".join(parts).removesuffix(".__init__")

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    def functions(self) -> Iterator[Function]:
        """All functions and methods, inner ones too."""
        for node in ast.walk(self.tree):
            if isinstance(node, Function):
                yield node

    def imports(self) -> Iterator[str]:
        """Each imported module, and for `from x import y` also `x.y`."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield node.module
                yield from (f"{node.module}.{alias.name}" for alias in node.names)


@cache
def module(path: Path) -> Module:
    """Return the parsed file."""
    text = path.read_text(encoding="utf-8")
    return Module(path=path, text=text, tree=ast.parse(text))


def modules(*folders: str) -> list[Module]:
    """Return the Python files under these folders of the project, sorted."""
    found = {path for folder in folders for path in (ROOT / folder).rglob("*.py")}
    return [module(path) for path in sorted(found) if _ours(path)]


def production() -> list[Module]:
    """Return what runs for people: every room, and main.py."""
    main = [module(ROOT / "main.py")] if (ROOT / "main.py").exists() else []
    return [*main, *modules(*ROOMS)]


def pages() -> list[Path]:
    """Return every Markdown page of the project."""
    return sorted(path for path in ROOT.rglob("*.md") if _ours(path))


def _ours(path: Path) -> bool:
    """Whether it is written by us: hidden folders hold caches and environments."""
    return not any(part.startswith(".") for part in path.relative_to(ROOT).parts)
