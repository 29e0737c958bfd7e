"""What is true of JSON whatever it says."""

from collections.abc import Iterator, Mapping

from services.ports.values import Json
from services.refusals import Invalid, Problem
from sync.pointers import escaped

MAX_DEPTH = 64
MAX_PROBLEMS = 20


def merge_patch(target: Json, patch: Json) -> Json:
    """Return the target with a merge patch applied (RFC 7396): null removes."""
    if not isinstance(patch, Mapping):
        return patch
    merged = dict(target) if isinstance(target, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge_patch(merged.get(name), value)
    return merged


def pointer_to(parent: str, member: object) -> str:
    """Return the JSON pointer (RFC 6901) of a member or position."""
    return f"{parent}/{escaped(str(member))}"


def check_text(value: Json) -> None:
    """Refuse JSON that is too deep, or holds text that no store or calendar takes.

    NUL and lone surrogates are legal in JSON, yet break UTF-8, SQLite and Google.
    Raises Invalid.
    """
    problems: list[Problem] = []
    for problem in _text_problems(value, "", 0):
        problems.append(problem)
        if len(problems) == MAX_PROBLEMS:
            break
    if problems:
        raise Invalid("The body holds text that cannot be kept.", problems=problems)


def _text_problems(value: Json, pointer: str, depth: int) -> Iterator[Problem]:
    if depth > MAX_DEPTH:
        message = f"Nested deeper than {MAX_DEPTH} levels."
        yield Problem(pointer=_printable(pointer), message=message)
    elif isinstance(value, str):
        fault = _fault_of(value)
        if fault:
            yield Problem(pointer=_printable(pointer), message=fault)
    elif isinstance(value, Mapping):
        for name, member in value.items():
            yield from _text_problems(name, pointer_to(pointer, name), depth)
            yield from _text_problems(member, pointer_to(pointer, name), depth + 1)
    elif isinstance(value, list):
        for position, member in enumerate(value):
            yield from _text_problems(member, pointer_to(pointer, position), depth + 1)


def _fault_of(text: str) -> str:
    if "\0" in text:
        return "Holds the character NUL."
    if text.isascii():
        return ""
    lone = any("\ud800" <= letter <= "\udfff" for letter in text)
    return "Holds a lone surrogate, which is no character." if lone else ""


def _printable(pointer: str) -> str:
    return pointer.encode("utf-8", "replace").decode().replace("\0", "?")
