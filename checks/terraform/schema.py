"""What a provider's resources may hold: attributes, blocks, and what each must be."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import msgspec


class Nesting(StrEnum):
    """How often a block may stand in its parent, and how references reach it."""

    LIST = "list"
    SET = "set"
    SINGLE = "single"


@dataclass(frozen=True, kw_only=True, slots=True)
class Attribute:
    """One `name = value`; `type` is Terraform's own word, such as "list(string)".

    What is neither required nor optional is the provider's to say. `values` are the
    only ones that it takes, where its documentation lists them.
    """

    type: str = "string"
    required: bool = False
    optional: bool = False
    computed: bool = False
    values: tuple[str, ...] = ()

    @property
    def settable(self) -> bool:
        """Whether a configuration may set it."""
        return self.required or self.optional


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """What stands between braces."""

    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    blocks: Mapping[str, "Nested"] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Nested:
    """A block within a block; `once` means that it stands there once at most."""

    block: Block
    nesting: Nesting = Nesting.LIST
    required: bool = False
    once: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Provider:
    """All that one version of a provider knows, by the names that Terraform uses."""

    source: str
    version: str
    config: Block = field(default_factory=Block)
    resources: Mapping[str, Block] = field(default_factory=dict)
    data: Mapping[str, Block] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The last part of the source: "google"."""
        return self.source.rpartition("/")[2]

    def table(self, kind: str) -> Mapping[str, Block]:
        """Return what may stand behind the word `resource`, or `data`."""
        return self.resources if kind == "resource" else self.data


def read(path: Path) -> Provider:
    """Return a schema that was written here."""
    return msgspec.json.decode(path.read_bytes(), type=Provider)


def write(path: Path, provider: Provider) -> None:
    """Keep a schema, whole or not at all: others may be reading."""
    beside = path.with_suffix(".new")
    beside.write_bytes(msgspec.json.encode(provider))
    beside.replace(path)
