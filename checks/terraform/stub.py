"""A provider without a cloud, for the real terraform.

It serves a schema over Terraform's plugin protocol, so that `init`, `validate`, `plan`
and `test` run as ever; it checks nothing beyond the schema, and what Google would make
up (addresses, ids) stays unknown. Of hashicorp/archive it does the one thing that is
used: it packs the given pieces into a zip.

`terraform` starts it, over a script that `checks.terraform.workspace` lays down:
`python -m checks.terraform.stub SCHEMA`.
"""

import json
import logging
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import msgpack

from checks.terraform import packing
from checks.terraform.messages import kind, message
from checks.terraform.schema import Attribute, Block, Nesting, Provider, read

# https://github.com/hashicorp/terraform/blob/main/internal/plugin/serve.go
COOKIE = (
    "TF_PLUGIN_MAGIC_COOKIE",
    "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
)
UNKNOWN = msgpack.ExtType(0, b"\0")
ERROR = 1
_NESTING = {Nesting.SINGLE: 1, Nesting.LIST: 2, Nesting.SET: 3}

Answer = Callable[[Any], Any]


class Stub:
    """Answers what terraform asks a provider."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    def answers(self) -> Mapping[str, tuple[str, Answer]]:
        """Return each procedure: the message that it takes, and what answers it."""
        return {
            "GetSchema": ("Empty", self._schema),
            "PrepareProviderConfig": ("Prepare", _prepared),
            "Configure": ("Empty", lambda _: message("Empty")),
            "ValidateResourceTypeConfig": ("Validate", self._check("resource")),
            "ValidateDataSourceConfig": ("Validate", self._check("data")),
            "UpgradeResourceState": ("Upgrade", _upgraded),
            "ReadResource": ("Read", _unchanged),
            "PlanResourceChange": ("Plan", self._plan),
            "ApplyResourceChange": ("Apply", self._apply),
            "ReadDataSource": ("ReadData", self._read_data),
            "Stop": ("Empty", lambda _: message("Empty")),
        }

    def _schema(self, _: Any) -> Any:
        provider = self._provider
        return message(
            "GetSchema",
            provider=message("Schema", block=_block(provider.config)),
            resource_schemas=_named(provider.resources),
            data_source_schemas=_named(provider.data),
        )

    def _check(self, table: str) -> Answer:
        def checked(asked: Any) -> Any:
            block = self._provider.table(table)[asked.type_name]
            wrong = _not_among(_unpacked(asked.config), block, where="")
            said = [message("Diagnostic", severity=ERROR, summary=one) for one in wrong]
            return message("Validated", diagnostics=said)

        return checked

    def _plan(self, asked: Any) -> Any:
        block = self._provider.resources[asked.type_name]
        planned = _filled(_unpacked(asked.proposed_new_state), block, lambda _: UNKNOWN)
        return message(
            "Planned", planned_state=_packed(planned), legacy_type_system=True
        )

    def _apply(self, asked: Any) -> Any:
        block = self._provider.resources[asked.type_name]
        applied = _filled(_unpacked(asked.planned_state), block, _made_up)
        return message("Applied", new_state=_packed(applied), legacy_type_system=True)

    def _read_data(self, asked: Any) -> Any:
        config = _unpacked(asked.config)
        if asked.type_name == "archive_file":
            config = packing.packed(config)
        block = self._provider.data[asked.type_name]
        return message("DataRead", state=_packed(_filled(config, block, _made_up)))


def _prepared(asked: Any) -> Any:
    return message("Prepared", prepared_config=asked.config)


def _unchanged(asked: Any) -> Any:
    return message("ReadDone", new_state=asked.current_state)


def _upgraded(asked: Any) -> Any:
    state = _packed(json.loads(asked.raw_state.json))
    return message("Upgraded", upgraded_state=state)


# --- The schema -------------------------------------------------------------------


def _named(blocks: Mapping[str, Block]) -> list[Any]:
    return [
        message("NamedSchema", key=name, value=message("Schema", block=_block(block)))
        for name, block in blocks.items()
    ]


def _block(block: Block) -> Any:
    attributes = [
        message(
            "Attribute",
            name=name,
            type=type_of(one.type),
            required=one.required,
            optional=one.optional,
            computed=one.computed,
        )
        for name, one in sorted(block.attributes.items())
    ]
    nested = [
        message(
            "Nested",
            type_name=name,
            block=_block(one.block),
            nesting=_NESTING[one.nesting],
            min_items=int(one.required and one.nesting is not Nesting.SINGLE),
            max_items=int(one.once and one.nesting is not Nesting.SINGLE),
        )
        for name, one in sorted(block.blocks.items())
    ]
    return message("Block", attributes=attributes, block_types=nested)


def type_of(words: str) -> bytes:
    """Return a type as cty writes it: "list(string)" is `["list", "string"]`."""
    outer, _, inner = words.rstrip(")").partition("(")
    return json.dumps([outer, inner] if inner else outer).encode()


# --- Values -------------------------------------------------------------------


def _unpacked(value: Any) -> Any:
    if not value.msgpack:
        return None
    return msgpack.unpackb(value.msgpack, strict_map_key=False, raw=False)


def _packed(value: Any) -> Any:
    return message("Value", msgpack=msgpack.packb(value))


def _filled(value: Any, block: Block, make: Callable[[Attribute], Any]) -> Any:
    """Return the value with what the provider itself would have said."""
    if not isinstance(value, dict):
        return value
    filled = dict(value)
    for name, attribute in block.attributes.items():
        said = value.get(name)
        if said == UNKNOWN or (said is None and attribute.computed):
            filled[name] = make(attribute)
    for name, nested in block.blocks.items():
        inner = value.get(name)
        if isinstance(inner, list):
            filled[name] = [_filled(one, nested.block, make) for one in inner]
        elif isinstance(inner, dict):
            filled[name] = _filled(inner, nested.block, make)
    return filled


def _made_up(attribute: Attribute) -> Any:
    plain = {"string": "made-up", "number": 0, "bool": False}
    if attribute.type in plain:
        return plain[attribute.type]
    return {} if attribute.type.startswith("map") else []


def _not_among(value: Any, block: Block, *, where: str) -> Iterator[str]:
    """Yield a sentence for each value that is none of those that may stand there."""
    if not isinstance(value, dict):
        return
    for name, attribute in block.attributes.items():
        said = value.get(name)
        if attribute.values and isinstance(said, str) and said not in attribute.values:
            yield f"{where}{name} is {said!r}; it may be {', '.join(attribute.values)}."
    for name, nested in block.blocks.items():
        inner = value.get(name)
        for one in inner if isinstance(inner, list) else [inner]:
            yield from _not_among(one, nested.block, where=f"{where}{name}.")


# --- Serving -------------------------------------------------------------------


def serve(provider: Provider) -> None:
    """Serve until terraform says that it is done."""
    server = grpc.server(ThreadPoolExecutor(8))
    server.add_generic_rpc_handlers(
        [
            _service("tfplugin5.Provider", Stub(provider).answers()),
            _service("plugin.GRPCController", {"Shutdown": ("Empty", _shut_down)}),
            _service("grpc.health.v1.Health", {"Check": ("Empty", _healthy)}),
        ]
    )
    socket = Path(tempfile.mkdtemp(prefix="tf-")) / "s"
    server.add_insecure_port(f"unix:{socket}")
    server.start()
    sys.stdout.write(f"1|5|unix|{socket}|grpc\n")
    sys.stdout.flush()
    server.wait_for_termination()


def _service(name: str, answers: Mapping[str, tuple[str, Answer]]) -> Any:
    handlers = {
        procedure: grpc.unary_unary_rpc_method_handler(
            lambda asked, _, answer=answer: answer(asked),
            request_deserializer=kind(takes).FromString,
            response_serializer=lambda answered: answered.SerializeToString(),
        )
        for procedure, (takes, answer) in answers.items()
    }
    return grpc.method_handlers_generic_handler(name, handlers)


def _healthy(_: Any) -> Any:
    return message("Healthy", status=1)


def _shut_down(_: Any) -> Any:
    # After the answer: terraform waits for it.
    threading.Timer(0.05, os._exit, [0]).start()
    return message("Empty")


if __name__ == "__main__":
    if os.environ.get(COOKIE[0]) != COOKIE[1]:
        sys.exit("This is a plugin: terraform starts it.")
    logging.basicConfig(stream=sys.stderr)
    serve(read(Path(sys.argv[1])))
