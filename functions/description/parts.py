"""Small words for writing JSON Schema."""

from collections.abc import Mapping

from services.ports.values import Json

Schema = dict[str, Json]

TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "integer"}
YES_OR_NO: Schema = {"type": "boolean"}
ANY: Schema = {}
OBJECT: Schema = {"type": "object"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
EMAIL: Schema = {
    "type": "string",
    "minLength": 3,
    "maxLength": 254,
    "pattern": r"^[^@\s]+@[^@\s]+$",
}
NAME: Schema = {
    "type": "string",
    "minLength": 1,
    "maxLength": 200,
    "pattern": r"^[^\x00]*[^\s\x00][^\x00]*$",
}


def ref(name: str) -> Schema:
    """Return what stands for a schema that has a name."""
    return {"$ref": f"#/components/schemas/{name}"}


def one_of(*words: str) -> Schema:
    """Return a choice of words."""
    return {"type": "string", "enum": list(words)}


def or_null(schema: Schema) -> Schema:
    """Return the same, or null."""
    return {"anyOf": [schema, {"type": "null"}]}


def list_of(schema: Schema, *, most: int | None = None) -> Schema:
    """Return a list of such."""
    found: Schema = {"type": "array", "items": schema}
    return found if most is None else {**found, "maxItems": most}


def whole(least: int, most: int) -> Schema:
    """Return a whole number in a range."""
    return {"type": "integer", "minimum": least, "maximum": most}


def shown(members: Mapping[str, Schema], *, optional: tuple[str, ...] = ()) -> Schema:
    """Return an object of an answer: it has these members, and may have more."""
    required = [name for name in members if name not in optional]
    return {"type": "object", "properties": dict(members), "required": required}


def taken(members: Mapping[str, Schema], *, required: tuple[str, ...] = ()) -> Schema:
    """Return an object of a body: nothing else may stand in it."""
    schema: Schema = {
        "type": "object",
        "properties": dict(members),
        "additionalProperties": False,
    }
    return {**schema, "required": list(required)} if required else schema


def page_of(name: str) -> Schema:
    """Return a page of a list of schemas that have a name."""
    return shown({"items": list_of(ref(name)), "next_page_token": or_null(TEXT)})
