"""Our values as Firestore's, and back."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from google.cloud.firestore_v1.types import document
from google.protobuf.struct_pb2 import NULL_VALUE
from google.protobuf.timestamp_pb2 import Timestamp

# The plain protobuf class: Google's wrapper around it is ten times slower.
Value: Final = type(document.Value.pb(document.Value()))

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def encoded(value: object) -> Any:
    """Return a checked value as Firestore's Value."""
    match value:
        case None:
            return Value(null_value=NULL_VALUE)
        case bool():
            return Value(boolean_value=value)
        case int():
            return Value(integer_value=value)
        case float():
            return Value(double_value=value)
        case str():
            return Value(string_value=value)
        case bytes():
            return Value(bytes_value=value)
        case datetime():
            return Value(timestamp_value=timestamp(value))
    return _encoded_collection(value)


def encoded_members(data: Mapping[str, object]) -> dict[str, Any]:
    """Return a document's members as Firestore's fields."""
    return {name: encoded(value) for name, value in data.items()}


def _encoded_collection(value: object) -> Any:
    result = Value()
    if isinstance(value, Mapping):
        result.map_value.SetInParent()
        for name, member in value.items():
            result.map_value.fields[name].CopyFrom(encoded(member))
    elif isinstance(value, list | tuple):
        result.array_value.SetInParent()
        result.array_value.values.extend(encoded(element) for element in value)
    return result


def decoded(value: Any) -> Any:
    """Return one of Firestore's values as ours; times are plain datetimes in UTC."""
    kind = value.WhichOneof("value_type")
    match kind:
        case "map_value":
            fields = value.map_value.fields
            return {name: decoded(member) for name, member in fields.items()}
        case "array_value":
            return [decoded(element) for element in value.array_value.values]
        case "timestamp_value":
            return _datetime(value.timestamp_value)
        case "null_value":
            return None
    return getattr(value, kind)


def timestamp(moment: datetime) -> Timestamp:
    """Return a time with a zone as Google's, to the microsecond."""
    since = moment - _EPOCH
    seconds = since.days * 86_400 + since.seconds
    return Timestamp(seconds=seconds, nanos=since.microseconds * 1_000)


def _datetime(moment: Timestamp) -> datetime:
    return _EPOCH + timedelta(
        seconds=moment.seconds, microseconds=moment.nanos // 1_000
    )
