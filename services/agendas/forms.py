"""A connector's form, and what is wrong with what was filled in, in plain sentences."""

from collections.abc import Iterable, Mapping, Sequence

from services.json_values import pointer_to
from services.ports.values import Json
from services.refusals import Problem

MOST_PROBLEMS = 20
_SORTS = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}
_LIMITS = {
    "minLength": "Must have {limit} characters at least.",
    "maxLength": "May have {limit} characters at most.",
    "minimum": "Must be {limit} or more.",
    "maximum": "May be {limit} or less.",
    "minItems": "Must have {limit} entries at least.",
    "maxItems": "May have {limit} entries at most.",
}


def problems_of(form: Mapping[str, Json], members: Mapping[str, Json]) -> list[Problem]:
    """Return what is wrong with the members of an application, each by its pointer."""
    # Only who changes an agenda needs it, and it takes longer to load than a page.
    from jsonschema_rs import Draft202012Validator

    found: dict[str, Problem] = {}
    for error in Draft202012Validator(dict(form)).iter_errors(dict(members)):
        kind, facts = error.kind.name, error.kind.as_dict()
        for one in _problems(form, error.instance_path, kind, facts):
            found.setdefault(one.pointer, one)
    return list(found.values())[:MOST_PROBLEMS]


def _problems(
    form: Mapping[str, Json],
    path: Sequence[str | int],
    kind: str,
    facts: Mapping[str, Json],
) -> list[Problem]:
    """Return the problems that one violated keyword of the form stands for."""
    here = ""
    for step in path:
        here = pointer_to(here, step)
    if kind == "required":
        pointer = pointer_to(here, facts["property"])
        return [Problem(pointer=pointer, message="Must be given.")]
    if kind == "additionalProperties":
        known = ", ".join(sorted(form.get("properties", {})))
        message = f"There is no such member here; there are {known}."
        return [
            Problem(pointer=pointer_to(here, name), message=message)
            for name in facts["unexpected"]
        ]
    member = form.get("properties", {}).get(path[0], {}) if path else form
    return [Problem(pointer=here, message=_sentence(member, kind, facts))]


def _sentence(member: Mapping[str, Json], kind: str, facts: Mapping[str, Json]) -> str:
    if kind == "minLength" and facts["limit"] == 1:
        return "Must not be empty."
    if kind in _LIMITS:
        return _LIMITS[kind].format(limit=facts["limit"])
    match kind:
        case "type":
            return f"Must be {_either(_SORTS[sort] for sort in facts['types'])}."
        case "enum":
            return f"Must be one of {', '.join(map(str, facts['options']))}."
        case "oneOf" | "anyOf":
            choices = [one.get("required", ()) for one in member.get(kind, ())]
            given = _either(" and ".join(names) for names in choices if names)
            return f"Give either {given}." if given else "Is not one of the choices."
    examples = member.get("examples", ())
    shown = f'; it looks like "{examples[0]}"' if examples else ""
    return f"Is not what is asked for here{shown}."


def _either(words: Iterable[str]) -> str:
    return " or ".join(sorted(words))
