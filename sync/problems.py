"""What is malformed in a JSON object, member by member."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sync.errors import PermanentError
from sync.pointers import pointer_of
from sync.values import Json

DEEPEST = 32
LARGEST = 2**53 - 1
"""RFC 8984, section 1.4.3: the whole numbers that every reader keeps exactly."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """A malformed member, by its JSON pointer, with a sentence for a person."""

    pointer: str
    message: str


class ContentInvalid(PermanentError):
    """The JSON is no content; `problems` names everything that is malformed."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        lines = [
            f"{one.pointer or 'The whole'}: {one.message}" for one in self.problems
        ]
        super().__init__(" ".join(lines))


def unsound(json: Json) -> Iterator[Problem]:
    """Yield what nobody could keep: NUL, lone surrogates, huge numbers, great depth."""
    waiting: list[tuple[Json, tuple[str, ...]]] = [(json, ())]
    while waiting:
        value, path = waiting.pop()
        fault = _fault_of(value) or (_fault_of(path[-1]) if path else "")
        if len(path) > DEEPEST:
            fault = f"It lies more than {DEEPEST} levels deep."
        if fault:
            yield Problem(pointer=_printable(pointer_of(path)), message=fault)
        else:
            waiting += [(member, (*path, name)) for name, member in _members(value)]


def _members(value: Json) -> list[tuple[str, Json]]:
    if isinstance(value, Mapping):
        return [(str(name), member) for name, member in value.items()]
    if isinstance(value, list):
        return [(str(place), member) for place, member in enumerate(value)]
    return []


def _fault_of(value: Json) -> str:
    if isinstance(value, str):
        return _fault_of_text(value)
    if isinstance(value, int | float) and not -LARGEST <= value <= LARGEST:
        return "The number is too large to be kept exactly."
    return ""


def _fault_of_text(text: str) -> str:
    if "\0" in text:
        return "It holds the character NUL."
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        return "It holds a lone surrogate, which is no character."
    return ""


def _printable(pointer: str) -> str:
    return pointer.encode("utf-8", "replace").decode().replace("\0", "\ufffd")
