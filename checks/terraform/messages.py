"""The messages of Terraform's plugin protocol, version 5, as far as they are needed.

After https://github.com/hashicorp/terraform/blob/main/docs/plugin-protocol/tfplugin5.proto
(fields that nobody here reads are left out; protobuf skips what it does not know).
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

_PACKAGE: Final = "tandem.tfplugin5"

Fields = Mapping[str, tuple[int, str]]

_MESSAGES: Mapping[str, Fields] = {
    "Value": {"msgpack": (1, "bytes"), "json": (2, "bytes")},
    "Diagnostic": {"severity": (1, "int64"), "summary": (2, "string")},
    "Attribute": {
        "name": (1, "string"),
        "type": (2, "bytes"),
        "required": (4, "bool"),
        "optional": (5, "bool"),
        "computed": (6, "bool"),
    },
    "Nested": {
        "type_name": (1, "string"),
        "block": (2, "Block"),
        "nesting": (3, "int64"),
        "min_items": (4, "int64"),
        "max_items": (5, "int64"),
    },
    "Block": {"attributes": (2, "*Attribute"), "block_types": (3, "*Nested")},
    "Schema": {"version": (1, "int64"), "block": (2, "Block")},
    "NamedSchema": {"key": (1, "string"), "value": (2, "Schema")},
    "GetSchema": {
        "provider": (1, "Schema"),
        "resource_schemas": (2, "*NamedSchema"),
        "data_source_schemas": (3, "*NamedSchema"),
    },
    "Prepare": {"config": (1, "Value")},
    "Prepared": {"prepared_config": (1, "Value")},
    "Validate": {"type_name": (1, "string"), "config": (2, "Value")},
    "Validated": {"diagnostics": (1, "*Diagnostic")},
    "RawState": {"json": (1, "bytes")},
    "Upgrade": {"type_name": (1, "string"), "raw_state": (3, "RawState")},
    "Upgraded": {"upgraded_state": (1, "Value")},
    "Read": {"type_name": (1, "string"), "current_state": (2, "Value")},
    "ReadDone": {"new_state": (1, "Value")},
    "Plan": {"type_name": (1, "string"), "proposed_new_state": (3, "Value")},
    "Planned": {"planned_state": (1, "Value"), "legacy_type_system": (5, "bool")},
    "Apply": {"type_name": (1, "string"), "planned_state": (3, "Value")},
    "Applied": {"new_state": (1, "Value"), "legacy_type_system": (4, "bool")},
    "ReadData": {"type_name": (1, "string"), "config": (2, "Value")},
    "DataRead": {"state": (1, "Value"), "diagnostics": (2, "*Diagnostic")},
    "Healthy": {"status": (1, "int64")},
    "Empty": {},
}

_KINDS = {
    "string": descriptor_pb2.FieldDescriptorProto.TYPE_STRING,
    "bytes": descriptor_pb2.FieldDescriptorProto.TYPE_BYTES,
    "bool": descriptor_pb2.FieldDescriptorProto.TYPE_BOOL,
    "int64": descriptor_pb2.FieldDescriptorProto.TYPE_INT64,
}


def message(name: str, /, **members: Any) -> Any:
    """Return a message of that name."""
    return kind(name)(**members)


@cache
def kind(name: str) -> Any:
    """Return the class of a message."""
    found = _pool().FindMessageTypeByName(f"{_PACKAGE}.{name}")
    return message_factory.GetMessageClass(found)


@cache
def _pool() -> descriptor_pool.DescriptorPool:
    file = descriptor_pb2.FileDescriptorProto(
        name="tfplugin5.proto", package=_PACKAGE, syntax="proto3"
    )
    for name, fields in _MESSAGES.items():
        described = file.message_type.add(name=name)
        for field, (number, type_) in fields.items():
            _describe(described.field.add(name=field, number=number), type_)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return pool


def _describe(field: descriptor_pb2.FieldDescriptorProto, type_: str) -> None:
    many, name = type_.startswith("*"), type_.lstrip("*")
    field.label = field.LABEL_REPEATED if many else field.LABEL_OPTIONAL
    if name in _KINDS:
        field.type = _KINDS[name]
    else:
        field.type = field.TYPE_MESSAGE
        field.type_name = f".{_PACKAGE}.{name}"
