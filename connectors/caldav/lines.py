"""iCalendar as it stands in a file: components, and the lines they are made of.

After RFC 5545, section 3.1. A line that nobody changes is written as it was read, with
whatever parameters and values it has: what we do not understand is not ours to touch.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

LONGEST_LINE = 75
DEEPEST = 8
MOST_LINES = 100_000

_FOLD = re.compile(r"\r?\n[ \t]")
_HEAD = re.compile(r"[A-Za-z0-9-]+")
_PARAMETER = re.compile(
    r';([A-Za-z0-9-]+)=((?:"[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*)'
)
_CARETS = {"^n": "\n", "^^": "^", "^'": '"'}
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Malformed(Exception):
    """This is no iCalendar; the message says where it breaks off."""


@dataclass(frozen=True, slots=True)
class Line:
    """One property: its name in upper case, and the whole line, unfolded."""

    name: str
    raw: str

    @property
    def parameters(self) -> dict[str, str]:
        """The parameters by name in upper case, without their quotes."""
        return self._parted()[0]

    @property
    def value(self) -> str:
        """What stands behind the parameters, as it is."""
        return self._parted()[1]

    def _parted(self) -> tuple[dict[str, str], str]:
        place, found = len(self.name), dict[str, str]()
        while parameter := _PARAMETER.match(self.raw, place):
            found[parameter[1].upper()] = _unquoted(parameter[2])
            place = parameter.end()
        return found, self.raw[place:].removeprefix(":")


@dataclass(frozen=True, kw_only=True, slots=True)
class Component:
    """A component with its lines and the components inside it, in their order."""

    name: str
    lines: tuple[Line, ...] = ()
    inside: tuple["Component", ...] = ()

    def line(self, name: str) -> Line | None:
        """Return the first property of that name."""
        return next((line for line in self.lines if line.name == name), None)

    def all(self, *names: str) -> list[Line]:
        """Return all properties of these names."""
        return [line for line in self.lines if line.name in names]

    def text(self, name: str) -> str:
        """Return a property's text, unescaped; empty without one."""
        line = self.line(name)
        return "" if line is None else unescaped(line.value)

    def value(self, name: str) -> str:
        """Return a property's value as a word in upper case; empty without one."""
        line = self.line(name)
        return "" if line is None else line.value.strip().upper()

    def parts(self, name: str) -> list["Component"]:
        """Return the components of that name inside this one."""
        return [part for part in self.inside if part.name == name]

    def with_lines(self, names: Iterable[str], lines: Iterable[Line]) -> "Component":
        """Return the component with these lines in place of all of these names."""
        gone = frozenset(names)
        kept = (line for line in self.lines if line.name not in gone)
        return replace(self, lines=(*kept, *lines))


# --- Reading -------------------------------------------------------------------------


def parsed(text: str) -> Component:
    """Return the one VCALENDAR of a text. Raises Malformed."""
    reading = _Reading()
    for line in _lines(text):
        if line.name == "BEGIN":
            reading.begin(line.value.strip().upper())
        elif line.name == "END":
            reading.end(line.value.strip().upper())
        else:
            reading.take(line)
    found = reading.found
    if found is None or found.name != "VCALENDAR":
        raise Malformed("It is not one whole VCALENDAR.")
    return found


class _Reading:
    """The components that are open while a text is read, outermost first."""

    def __init__(self) -> None:
        self.found: Component | None = None
        self._open: list[tuple[str, list[Line], list[Component]]] = []

    def begin(self, name: str) -> None:
        if len(self._open) == DEEPEST or self.found is not None:
            raise Malformed("It holds components that do not belong there.")
        self._open.append((name, [], []))

    def take(self, line: Line) -> None:
        if not self._open:
            raise Malformed("It does not begin with BEGIN:VCALENDAR.")
        self._open[-1][1].append(line)

    def end(self, named: str) -> None:
        name, lines, inside = self._open.pop() if self._open else ("", [], [])
        if not name or name != named:
            raise Malformed("A component does not end where it should.")
        part = Component(name=name, lines=tuple(lines), inside=tuple(inside))
        if self._open:
            self._open[-1][2].append(part)
        else:
            self.found = part


def _lines(text: str) -> Iterator[Line]:
    # Not splitlines: it also breaks at letters that may stand in a text.
    raws = _FOLD.sub("", text.removeprefix("\ufeff")).replace("\r\n", "\n").split("\n")
    if len(raws) > MOST_LINES:
        raise Malformed("It has too many lines.")
    for raw in raws:
        if raw.strip():
            head = _HEAD.match(raw)
            if head is None:
                raise Malformed("It holds a line without a name.")
            yield Line(head[0].upper(), raw)


# --- Writing -------------------------------------------------------------------------


def written(component: Component) -> str:
    """Return the component as text, its lines folded at 75 bytes."""
    return "".join(_folded(raw) for raw in _raws(component))


def _raws(component: Component) -> Iterator[str]:
    yield f"BEGIN:{component.name}"
    for line in component.lines:
        yield line.raw
    for part in component.inside:
        yield from _raws(part)
    yield f"END:{component.name}"


def _folded(raw: str) -> str:
    if len(raw) <= LONGEST_LINE and raw.isascii():
        return raw + "\r\n"
    pieces, piece, size = [], "", 0
    for letter in raw:
        width = len(letter.encode("utf-8", "surrogatepass"))
        if size + width > LONGEST_LINE:
            pieces.append(piece)
            piece, size = " ", 1
        piece, size = piece + letter, size + width
    return "\r\n".join([*pieces, piece]) + "\r\n"


def line(name: str, value: str, parameters: Mapping[str, str] | None = None) -> Line:
    """Return a property with a value that is written as it is."""
    told = "".join(
        f";{key}={_quoted(text)}" for key, text in (parameters or {}).items()
    )
    return Line(name, f"{name}{told}:{_CONTROL.sub('', value)}")


def text_line(
    name: str, text: str, parameters: Mapping[str, str] | None = None
) -> Line:
    """Return a property with a text, escaped."""
    return line(name, escaped(text), parameters)


def escaped(text: str) -> str:
    """Return a text as it stands in a value."""
    plain = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return plain.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")


def unescaped(value: str) -> str:
    """Return the text that a value stands for."""
    if "\\" not in value:
        return value
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)


def texts(value: str) -> list[str]:
    """Return the texts of a list of texts."""
    parts = re.findall(r"((?:\\.|[^,\\])*)(?:,|$)", value)
    return [unescaped(part).strip() for part in parts if part.strip()]


def _quoted(text: str) -> str:
    """Return a parameter's value; what cannot stand in one is left out (RFC 6868)."""
    plain = _CONTROL.sub("", text)
    plain = plain.replace("^", "^^").replace("\n", "^n").replace('"', "^'")
    return f'"{plain}"' if re.search("[;:,]", plain) else plain


def _unquoted(text: str) -> str:
    plain = text.replace('"', "")
    if "^" not in plain:
        return plain
    return re.sub(r"\^[n^']", lambda found: _CARETS[found[0]], plain)
