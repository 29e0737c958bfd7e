"""Reading JSON members strictly, and going on after each problem to find the next."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from sync.pointers import pointer_of
from sync.problems import LARGEST, Problem
from sync.values import Json

Word = TypeVar("Word", bound=StrEnum)


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """A JSON value, where it stands, and the list that its problems go to."""

    value: Json
    problems: list[Problem]
    path: tuple[str, ...] = ()

    def complain(self, message: str, *names: str) -> None:
        """Note a problem of this value, or of a member below it."""
        pointer = pointer_of((*self.path, *names))
        self.problems.append(Problem(pointer=pointer, message=message))

    def below(self, name: str, value: Json) -> "Member":
        """Return a member of this value, given its own value."""
        return Member(value=value, problems=self.problems, path=(*self.path, name))

    def object(self) -> Mapping[str, Json]:
        """Return the value as an object; an empty one after a complaint."""
        if isinstance(self.value, Mapping):
            return self.value
        self.complain("It is an object.")
        return {}

    def text(self, name: str, default: str = "") -> str:
        """Return a text below."""
        value = self.object().get(name, default)
        if isinstance(value, str):
            return value
        self.complain("It is a text.", name)
        return default

    def flag(self, name: str) -> bool:
        """Return a true or false below; false where it is absent."""
        value = self.object().get(name, False)
        if isinstance(value, bool):
            return value
        self.complain("It is true or false.", name)
        return False

    def number(self, name: str) -> int:
        """Return a whole number from 0 on below; 0 where it is absent."""
        value = self.object().get(name, 0)
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        if is_whole and 0 <= value <= LARGEST:
            return int(value)
        self.complain("It is a whole number, 0 or more.", name)
        return 0

    def word(self, name: str, default: Word, *, foreign: Word | None = None) -> Word:
        """Return one of the words of an enum below.

        A vendor's own word ("example.com:maybe") counts as `foreign`, or the default.
        """
        words = type(default)
        value = self.text(name, default)
        if value in list(words):
            return words(value)
        if ":" not in value:
            self.complain(f"It is one of {', '.join(words)}.", name)
        return foreign or default

    def objects(self, name: str, kind: str) -> list[tuple[str, "Member"]]:
        """Return the objects of a map below, by id, in the order of their ids."""
        whole = self.below(name, self.object().get(name, {}))
        members = []
        for key in sorted(whole.object(), key=natural):
            member = whole.below(key, whole.value[key])
            if isinstance(member.value, Mapping):
                member.check_type(kind)
                members.append((key, member))
            else:
                member.complain("It is an object.")
        return members

    def flags(self, name: str) -> list[str]:
        """Return the keys of a set below: a map whose every value is true."""
        whole = self.below(name, self.object().get(name, {}))
        for key, value in whole.object().items():
            if value is not True:
                whole.complain("A key of a set has the value true.", key)
        return sorted(key for key, value in whole.object().items() if value is True)

    def check_type(self, kind: str) -> None:
        """Complain where the "@type" is another; it may be absent."""
        if self.object().get("@type", kind) != kind:
            self.complain(f'The "@type" is "{kind}".', "@type")


def natural(key: str) -> tuple[bool, int, str]:
    """Return the sort key of an id: numbers by value, and before all words."""
    is_number = key.isascii() and key.isdecimal() and len(key) < 10
    return not is_number, int(key) if is_number else 0, key
