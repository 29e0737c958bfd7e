"""A provider's schema, read out of the TypeScript that was generated from it.

The CDK for Terraform publishes bindings to hashicorp/google in which every attribute
and block of the provider stands with its type and its flags: in the code that turns an
object into HCL, and in comments such as "name - computed: false, optional: false,
required: true". The source lies inside the source maps. What it does not say: which
arguments exclude each other, and which patterns values must fit.
"""

import base64
import json
import re
import tarfile
from collections.abc import Iterator, Mapping
from typing import IO

from checks.terraform.schema import Attribute, Block, Nested, Nesting, Provider

_FLAGS = re.compile(
    r"// (\w+) - computed: (true|false), optional: (true|false), required: (true|false)"
)
_MEMBER = re.compile(
    r"^ {4,6}(\w+): \{\n.*\n *isBlock: (true|false),\n"
    r' *type: "(\w+)",\n *storageClassType: "(\w+)",',
    re.M,
)
_CLASS = re.compile(
    r"^export class (\w+)(?: extends ([\w.]+))? \{\n(.*?)^\}", re.S | re.M
)
_FUNCTION = re.compile(
    r"^export function (\w+)ToHclTerraform\(.*?\{\n(.*?)^\}", re.S | re.M
)
_MANY = re.compile(r'new \w+List\(this, "(\w+)", (true|false)\)')
_GETTER = re.compile(
    r"get(String|Number|Boolean|List|NumberList|StringMap)Attribute\('(\w+)'\)"
)
_VALUES = re.compile(
    r"Possible values: \[(?P<values>[^\]]+)\](?:(?!\*/).)*?#(?P<name>\w+) ", re.S
)
_INTERFACE = re.compile(r"^export interface (\w+)[^{]*\{\n(.*?)^\}", re.S | re.M)

_READ = {
    "String": "string",
    "Number": "number",
    "Boolean": "bool",
    "List": "list(string)",
    "NumberList": "list(number)",
    "StringMap": "map(string)",
}
_SIMPLE = {"string": "string", "number": "number", "boolean": "bool", "any": "string"}

Flags = tuple[bool, bool, bool]


def extracted(archive: IO[bytes], *, source: str) -> Provider:
    """Return the schema of all resources and data sources of a package of bindings.

    A few resources are cut into many files and are left out; nobody here uses one.
    """
    texts = _texts(archive)
    version = json.loads(texts["package.json"])["cdktf"]["provider"]["version"]
    found: dict[str, dict[str, Block]] = {"resource": {}, "data": {}}
    config = Block()
    for folder in sorted({name.split("/")[1] for name in texts if "/" in name}):
        code = texts.get(f"lib/{folder}/index.js", "")
        bindings = _Bindings(_source(code))
        match bindings.kind:
            case ("resource" | "data") as kind:
                found[kind][bindings.name] = bindings.root()
            case "provider":
                config = bindings.root()
    return Provider(
        source=source,
        version=version,
        config=config,
        resources=found["resource"],
        data=found["data"],
    )


def _texts(archive: IO[bytes]) -> dict[str, str]:
    wanted = re.compile(r"package/(package\.json|lib/[\w-]+/index\.js)")
    texts = {}
    with tarfile.open(fileobj=archive, mode="r|gz") as package:
        for member in package:
            file = (
                package.extractfile(member) if wanted.fullmatch(member.name) else None
            )
            if file is not None:
                texts[member.name.removeprefix("package/")] = file.read().decode()
    return texts


def _source(code: str) -> str:
    """Return the TypeScript that a file of JavaScript was compiled from."""
    map_ = code.rpartition("sourceMappingURL=data:application/json;base64,")[2]
    if not map_:
        return ""
    contents: list[str] = json.loads(base64.b64decode(map_))["sourcesContent"]
    return contents[0]


class _Bindings:
    """The bindings of one resource, of one data source, or of the provider itself."""

    _KINDS: Mapping[str | None, str] = {
        "cdktf.TerraformResource": "resource",
        "cdktf.TerraformDataSource": "data",
        "cdktf.TerraformProvider": "provider",
    }

    def __init__(self, code: str) -> None:
        self._code = code
        self._classes = {
            name: (base, body) for name, base, body in _CLASS.findall(self._code)
        }
        self._functions = {
            name.lower(): body for name, body in _FUNCTION.findall(self._code)
        }
        self._values = dict(_interfaces(code))
        self._root = next(
            (name for name, (base, _) in self._classes.items() if base in self._KINDS),
            "",
        )

    @property
    def kind(self) -> str:
        """What it is, or nothing where the file holds something else."""
        return self._KINDS[self._classes[self._root][0]] if self._root else ""

    @property
    def name(self) -> str:
        """The name that Terraform uses."""
        found = re.search(r'tfResourceType = "(\w+)"', self._code)
        return found[1] if found else ""

    def root(self) -> Block:
        body = self._classes[self._root][1]
        start = body.find("synthesizeHclAttributes()")
        block = self._block(self._root, members=body[start:], body=body, path=())
        own = {name: one for name, one in block.attributes.items() if name != "id"}
        identity = Attribute(optional=True, computed=True)
        return Block(attributes={**own, "id": identity}, blocks=block.blocks)

    def _nested(self, struct: str, path: tuple[str, ...]) -> Block:
        body = self._classes.get(f"{struct}OutputReference", (None, ""))[1]
        members = self._functions.get(struct.lower(), "")
        # Some blocks hold themselves; two rounds of it are more than anybody writes.
        if path.count(struct) > 1:
            return Block()
        return self._block(struct, members=members, body=body, path=(*path, struct))

    def _block(
        self, struct: str, *, members: str, body: str, path: tuple[str, ...]
    ) -> Block:
        flags = dict(_flags(body))
        many = {name: wraps == "true" for name, wraps in _MANY.findall(body)}
        values = self._values.get(struct) or self._values.get(f"{struct}Config", {})
        attributes = {
            name: Attribute(type=_READ[kind], computed=True)
            for kind, name in _GETTER.findall(body)
            if flags.get(name, (True, False, False))[0]
        }
        blocks = {}
        for name, is_block, kind, stored in _MEMBER.findall(members):
            computed, optional, required = flags.get(name, (False, True, False))
            if is_block == "true":
                blocks[name] = Nested(
                    block=self._nested(stored.removesuffix("List"), path),
                    nesting=_nesting(kind, wraps=many.get(name, False)),
                    required=required,
                    once=name not in many,
                )
                continue
            attributes[name] = Attribute(
                type=_type(kind, stored),
                required=required,
                optional=optional,
                computed=computed,
                values=values.get(name, ()),
            )
        return Block(attributes=attributes, blocks=blocks)


def _flags(body: str) -> Iterator[tuple[str, Flags]]:
    for name, *said in _FLAGS.findall(body):
        computed, optional, required = (word == "true" for word in said)
        yield name, (computed, optional, required)


def _nesting(kind: str, *, wraps: bool) -> Nesting:
    if kind == "struct":
        return Nesting.SINGLE
    return Nesting.SET if wraps or kind == "set" else Nesting.LIST


def _type(kind: str, stored: str) -> str:
    """Return Terraform's word for "list" of "stringList"."""
    if kind == "simple":
        return _SIMPLE[stored]
    inner = _SIMPLE.get(re.sub(r"(List|Map)$", "", stored), "string")
    return f"{kind}({inner})"


def _interfaces(code: str) -> Iterator[tuple[str, dict[str, tuple[str, ...]]]]:
    """Yield for each interface which values its members take, where it says so."""
    for name, body in _INTERFACE.findall(code):
        found = {}
        for comment in re.findall(r"/\*\*.*?\*/", body, re.S):
            for match in _VALUES.finditer(comment):
                found[match["name"]] = tuple(re.findall(r'"([^"]*)"', match["values"]))
        if found:
            yield name, found
