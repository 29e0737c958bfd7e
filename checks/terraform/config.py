"""Terraform's files as data: what is declared, and what stands where."""

import re
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hcl2
from lark.exceptions import UnexpectedInput

META = frozenset(
    {"count", "depends_on", "for_each", "lifecycle", "provider", "provisioner"}
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """The inside of a block: its attributes, and the blocks in it by their names."""

    attributes: Mapping[str, Any]
    blocks: Mapping[str, "list[Part]"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Element:
    """A block at the top of a file: `resource "type" "name" {…}`."""

    file: str
    line: int
    kind: str
    labels: tuple[str, ...]
    part: Part
    raw: Any

    @property
    def name(self) -> str:
        """What it is called in references."""
        return ".".join(self.labels)


@dataclass(frozen=True, kw_only=True, slots=True)
class Config:
    """All files of a folder; `broken` tells of those that cannot be read."""

    elements: list[Element]
    broken: list[str]

    def of(self, kind: str) -> list[Element]:
        """Return the blocks of one kind."""
        return [one for one in self.elements if one.kind == kind]

    def declared(self, kind: str) -> set[str]:
        """Return the names of all blocks of a kind, or of all locals."""
        if kind == "locals":
            return {name for one in self.of(kind) for name in one.part.attributes}
        return {one.name for one in self.of(kind)}

    def local(self, name: str) -> Any:
        """Return a local as it is written: expressions stay texts with `${…}`."""
        return next(
            one.part.attributes[name]
            for one in self.of("locals")
            if name in one.part.attributes
        )


# Two at once would get into each other's results.
_PARSER = threading.Lock()


def load(folder: Path) -> Config:
    """Return what the files of a folder declare."""
    elements: list[Element] = []
    broken: list[str] = []
    for path in sorted(folder.glob("*.tf")):
        text = path.read_text(encoding="utf-8")
        try:
            with _PARSER:
                found = hcl2.loads(text)
        except UnexpectedInput as error:
            broken.append(f"{path.name}:{error.line}: this is not HCL")
            continue
        elements += _elements(path.name, text, found)
    return Config(elements=elements, broken=broken)


def plain(value: Any) -> Any:
    """Return a value without the quotes that the parser leaves around texts."""
    if isinstance(value, str):
        quoted = len(value) > 1 and value[0] == value[-1] == '"'
        return value[1:-1] if quoted else value
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {
            plain(key): plain(one)
            for key, one in value.items()
            if not str(key).startswith("__")
        }
    return value


def _elements(file: str, text: str, found: Mapping[str, Any]) -> Iterator[Element]:
    for kind, blocks in found.items():
        for block in blocks if not kind.startswith("__") else ():
            for labels, body in _unwrapped(block):
                yield Element(
                    file=file,
                    line=_line(text, kind, labels),
                    kind=kind,
                    labels=labels,
                    part=_part(body),
                    raw=body,
                )


def _unwrapped(block: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield the bodies of a block with the labels that stand before each."""
    if "__is_block__" in block:
        yield (), block
        return
    for label, inner in block.items():
        for labels, body in _unwrapped(inner):
            yield (plain(label), *labels), body


def _part(body: Mapping[str, Any]) -> Part:
    attributes: dict[str, Any] = {}
    blocks: dict[str, list[Part]] = defaultdict(list)
    for name, value in body.items():
        if name.startswith("__"):
            continue
        if name == "dynamic":
            for made, inner in (pair for one in value for pair in one.items()):
                blocks[plain(made)] += [_part(one) for one in inner.get("content", [])]
        elif _is_blocks(value):
            blocks[name] += [_part(one) for one in value]
        else:
            attributes[name] = plain(value)
    return Part(attributes=attributes, blocks=blocks)


def _is_blocks(value: Any) -> bool:
    return isinstance(value, list) and any(
        isinstance(one, dict) and "__is_block__" in one for one in value
    )


def _line(text: str, kind: str, labels: tuple[str, ...]) -> int:
    """Return where a block begins; the parser does not say."""
    words = [kind, *(f'"{re.escape(label)}"' for label in labels)]
    found = re.search("^" + r"[ \t]+".join(words), text, re.M)
    return text.count("\n", 0, found.start()) + 1 if found else 1
