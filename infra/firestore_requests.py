"""Our writes and queries as Firestore's requests."""

from typing import Any, Final

from google.cloud.firestore_v1.types import query as messages
from google.cloud.firestore_v1.types import write as write_messages
from google.protobuf.timestamp_pb2 import Timestamp

from infra.firestore_values import Value, encoded, encoded_members
from services.indexes import group_of
from services.limits import last_value
from services.ports.store import (
    Create,
    Delete,
    Document,
    Is,
    Query,
    Update,
    Where,
    Write,
)

_Write: Final = type(write_messages.Write.pb(write_messages.Write()))
_Query: Final = type(messages.StructuredQuery.pb(messages.StructuredQuery()))
_NAME: Final = "__name__"


def written(write: Write, *, root: str) -> Any:
    """Return a checked write as Firestore's, with its precondition."""
    name = f"{root}/{write.path}"
    if isinstance(write, Delete):
        result = _Write(delete=name)
    else:
        fields = encoded_members(write.data)
        result = _Write(update={"name": name, "fields": fields})
    if isinstance(write, Update):
        result.update_mask.field_paths.extend(write.data)
    _expect(result.current_document, write)
    return result


def _expect(precondition: Any, write: Write) -> None:
    if isinstance(write, Create):
        precondition.exists = False
    elif write.version is not None:
        precondition.update_time.CopyFrom(_time(write.version))
    elif isinstance(write, Update):
        precondition.exists = True


def precise_time(moment: Timestamp) -> str:
    """Return a document's version: its time of update to the nanosecond."""
    return f"{moment.seconds}.{moment.nanos:09d}"


def _time(version: str) -> Timestamp:
    seconds, _, nanos = version.partition(".")
    try:
        return Timestamp(seconds=int(seconds), nanos=int(nanos))
    except ValueError:
        # What was never a version here cannot be the current one.
        return Timestamp(seconds=1)


def structured(query: Query, *, root: str) -> Any:
    """Return a checked query as Firestore's."""
    result = _Query(limit={"value": query.limit})
    source = result.from_.add()
    source.collection_id = group_of(query)
    source.all_descendants = query.everywhere
    if query.where:
        composite = result.where.composite_filter
        composite.op = messages.StructuredQuery.CompositeFilter.Operator.AND
        composite.filters.extend(_filter(where) for where in query.where)
    _order(result, query)
    if query.after is not None:
        result.start_at.before = False
        result.start_at.values.extend(_cursor(query, query.after, root=root))
    return result


def structured_under(limit: int) -> Any:
    """Return the query for the names of all documents below a parent."""
    result = _Query(limit={"value": limit})
    result.from_.add().all_descendants = True
    result.select.fields.add().field_path = _NAME
    return result


def _filter(where: Where) -> Any:
    result = _Query.Filter()
    if where.value is None:
        unary = result.unary_filter
        unary.field.field_path = where.member
        unary.op = messages.StructuredQuery.UnaryFilter.Operator.IS_NULL
    else:
        compared = result.field_filter
        compared.field.field_path = where.member
        compared.op = _OPERATORS[where.compare]
        compared.value.CopyFrom(encoded(where.value))
    return result


_Operator: Final = messages.StructuredQuery.FieldFilter.Operator
_OPERATORS: Final = {
    Is.EQUAL: _Operator.EQUAL,
    Is.LESS: _Operator.LESS_THAN,
    Is.AT_MOST: _Operator.LESS_THAN_OR_EQUAL,
    Is.MORE: _Operator.GREATER_THAN,
    Is.AT_LEAST: _Operator.GREATER_THAN_OR_EQUAL,
}


def _order(result: Any, query: Query) -> None:
    directions = messages.StructuredQuery.Direction
    direction = directions.DESCENDING if query.descending else directions.ASCENDING
    for member in filter(None, (query.order_by, _NAME)):
        order = result.order_by.add()
        order.field.field_path = member
        order.direction = direction


def _cursor(query: Query, after: Document, *, root: str) -> list[Any]:
    name = Value(reference_value=f"{root}/{after.path}")
    if query.order_by is None:
        return [name]
    return [encoded(last_value(query, after)), name]
