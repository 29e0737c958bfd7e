"""`terraform/` held against the provider's schema in one pass, without terraform.

It knows attributes and blocks that do not exist or are missing, values of the wrong
type or that may not stand there, and references to what nobody declared. What only a
plan can know, it leaves to terraform.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from checks.terraform.config import META, Config, Element, Part, load
from checks.terraform.schema import Attribute, Block, Provider

_REFERENCE = re.compile(
    r"(?<![\w.\"-])(data\.)?([a-z]+_\w+)\.([\w-]+)((?:\[[^\]]*\])?(?:\.\w+(?:\[[^\]]*\])?)*)"
)
_NAMED = re.compile(r"(?<![\w.])(var|local)\.(\w+)")
_DECLARES = {"var": "variable", "local": "locals"}


def findings(folder: Path, providers: Mapping[str, Provider]) -> list[str]:
    """Return a line for each thing that is wrong, with its file and line."""
    config = load(folder)
    return [*config.broken, *_Check(config, providers).findings()]


class _Check:
    def __init__(self, config: Config, providers: Mapping[str, Provider]) -> None:
        self._config = config
        self._providers = providers

    def findings(self) -> Iterator[str]:
        for element in self._config.elements:
            at = f"{element.file}:{element.line}"
            for what in [*self._shape(element), *self._references(element)]:
                yield f"{at}: {what}"

    # --- Shapes ----------------------------------------------------------------------

    def _shape(self, element: Element) -> Iterator[str]:
        if element.kind == "provider":
            provider = self._providers.get(element.labels[0])
            if provider is not None:
                yield from _misfits(element.part, provider.config, "provider")
        if element.kind not in ("resource", "data"):
            return
        block = self._block(element.kind, element.labels[0])
        if block is None:
            yield f"there is no {element.kind} {element.labels[0]}"
        else:
            yield from _misfits(element.part, block, element.name, also=META)

    def _block(self, kind: str, type_: str) -> Block | None:
        provider = self._providers.get(type_.partition("_")[0])
        return provider.table(kind).get(type_) if provider else None

    # --- References ------------------------------------------------------------------

    def _references(self, element: Element) -> Iterator[str]:
        for text in _texts(element.raw):
            for kind, name in _NAMED.findall(text):
                if name not in self._config.declared(_DECLARES[kind]):
                    yield f"{kind}.{name} is not declared"
            for is_data, type_, name, path in _REFERENCE.findall(text):
                kind = "data" if is_data else "resource"
                if type_.partition("_")[0] in self._providers:
                    yield from self._reference(kind, type_, name, path)

    def _reference(self, kind: str, type_: str, name: str, path: str) -> Iterator[str]:
        if f"{type_}.{name}" not in self._config.declared(kind):
            yield f"{kind} {type_}.{name} is not declared"
            return
        block = self._block(kind, type_)
        for step in re.findall(r"\.(\w+)", re.sub(r"\[[^\]]*\]", "", path)):
            if block is None or step in block.attributes:
                return
            if step not in block.blocks:
                yield f"{type_}.{name} has no attribute {step}"
                return
            block = block.blocks[step].block


def _texts(node: Any) -> Iterator[str]:
    """Yield every text that holds an expression."""
    if isinstance(node, dict):
        for name, value in node.items():
            yield from _texts(name)
            yield from _texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from _texts(value)
    elif isinstance(node, str) and "${" in node:
        # A quoted word within an expression is no reference.
        yield re.sub(r'"[^"$]*"', '""', node)


def _misfits(
    part: Part, block: Block, where: str, *, also: frozenset[str] = frozenset()
) -> Iterator[str]:
    """Yield what does not fit into a block, and what it lacks."""
    for name, value in part.attributes.items():
        if name not in also:
            yield from _attribute(name, value, block, where)
    for name, inner in part.blocks.items():
        if name not in also:
            yield from _blocks(name, inner, block, where)
    required = [name for name, one in block.attributes.items() if one.required]
    required += [name for name, one in block.blocks.items() if one.required]
    for name in required:
        if name not in part.attributes and name not in part.blocks:
            yield f"{where} lacks {name}"


def _attribute(name: str, value: Any, block: Block, where: str) -> Iterator[str]:
    attribute = block.attributes.get(name)
    if attribute is None:
        is_block = name in block.blocks
        yield f"{where}: {name} is " + ("a block" if is_block else "unknown")
    elif not attribute.settable:
        yield f"{where}: {name} is the provider's to say"
    elif not _fits(value, attribute):
        may = " or ".join(attribute.values) or attribute.type
        yield f"{where}: {name} is {value!r}, and may be {may}"


def _blocks(name: str, inner: list[Part], block: Block, where: str) -> Iterator[str]:
    nested = block.blocks.get(name)
    if nested is None:
        is_attribute = name in block.attributes
        yield f"{where}: {name} is " + ("no block" if is_attribute else "unknown")
        return
    if nested.once and len(inner) > 1:
        yield f"{where}: {name} may stand there once"
    for one in inner:
        yield from _misfits(one, nested.block, f"{where}.{name}")


def _fits(value: Any, attribute: Attribute) -> bool:
    """Whether a literal can stand there; of an expression nobody knows yet."""
    if value is None or (isinstance(value, str) and ("${" in value or "%{" in value)):
        return True
    outer = attribute.type.partition("(")[0]
    if outer in ("list", "set"):
        return isinstance(value, list)
    if outer == "map":
        return isinstance(value, dict)
    return not isinstance(value, list | dict) and _fits_plainly(value, attribute)


def _fits_plainly(value: Any, attribute: Attribute) -> bool:
    match attribute.type:
        case "number":
            return not isinstance(value, bool) and _is_number(str(value))
        case "bool":
            return str(value).lower() in ("true", "false")
        case _:
            return not attribute.values or value in attribute.values


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?\d+(\.\d+)?", text) is not None
