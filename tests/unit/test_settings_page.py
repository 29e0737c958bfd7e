"""docs/settings.md and the API's description tell of each setting; all of them act."""

import ast
from collections.abc import Iterator, Mapping
from enum import StrEnum

from functions.description.settings import MEANS, SETTINGS
from services.agendas.settings import AgendaSettings
from services.ports.values import Json
from tests.house import ROOT, Module, production

PAGE = ROOT / "docs" / "settings.md"
HEAD = "| setting | default | may hold | means |\n|---|---|---|---|\n"
DEFAULTS = AgendaSettings()

KEEPERS = ("services/agendas/settings", "functions/description/", "web/")
"""Who reads settings without acting on them: what takes them in, what shows them."""


# --- The page ------------------------------------------------------------------------


def table() -> str:
    """Return the table of the page as it ought to be."""
    return HEAD + "".join(f"{row(name)}\n" for name in MEANS)


def row(name: str) -> str:
    cells = (f"`{name}`", default_of(name), may_hold(schema_of(name)), MEANS[name])
    return f"| {' | '.join(cells)} |"


def default_of(name: str) -> str:
    value: object = DEFAULTS
    for part in name.replace(".by_", "_by_").split("."):
        value = getattr(value, part)
    if isinstance(value, tuple):
        return ", ".join(value)
    if isinstance(value, Mapping) or value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, StrEnum | str) else f"{value:g}"


def schema_of(name: str) -> Json:
    """Return what a setting may hold, besides null."""
    schema: Json = {"properties": SETTINGS["properties"]}
    for part in name.split("."):
        objects = [one for one in (schema, *choices(schema)) if "properties" in one]
        schema = objects[0]["properties"][part]["anyOf"][0]
    return schema


def choices(schema: Json) -> Json:
    return schema.get("anyOf", [])


def may_hold(schema: Json) -> str:
    word = schema["anyOf"][0] if "anyOf" in schema else schema
    if "enum" in word:
        return ", ".join(word["enum"])
    if "properties" in word:
        return "an object: " + ", ".join(word["properties"])
    if "minimum" in word:
        return f"{word['minimum']} to {word['maximum']}"
    match word["type"]:
        case "boolean":
            return "true, false"
        case "array":
            return (
                f"a list of {'text' if may_hold(word['items']) == 'text' else 'these'}"
            )
        case "object":
            return "an object of such"
    return "text"


def test_the_page_lists_every_setting_as_it_is() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert table() in page, f"docs/settings.md ought to hold this table:\n\n{table()}"


# --- The description -----------------------------------------------------------------


def described(schema: Json, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield each setting of a schema with its description."""
    for name, member in schema.get("properties", {}).items():
        if "description" in member:
            yield prefix + name, member["description"]
        for choice in [member, *choices(member)]:
            for inner in [choice, *choices(choice)]:
                yield from described(inner, f"{prefix}{name}.")


def test_the_description_tells_of_each_setting() -> None:
    assert dict(described(SETTINGS)) == MEANS


# --- The code ------------------------------------------------------------------------


def read_in(file: Module) -> Iterator[str]:
    """Yield the settings that a module reads: what is asked of something `settings`."""
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Attribute) and "settings" in _last_name(node.value):
            yield node.attr


def _last_name(node: ast.expr) -> str:
    match node:
        case (
            ast.Name(id=name) | ast.Attribute(attr=name) | ast.Call(func=ast.Name(name))
        ):
            return name.lower()
    return ""


def member_of(name: str) -> str:
    """Return the member of AgendaSettings that holds a setting."""
    return name.replace(".by_", "_by_").partition(".")[0]


def test_every_setting_acts() -> None:
    asked = {
        name
        for file in production()
        if not file.name.startswith(KEEPERS)
        for name in read_in(file)
    }

    acting = {member_of(name) for name in MEANS}

    assert acting <= asked, f"said to act, and asked for by nobody: {acting - asked}"
