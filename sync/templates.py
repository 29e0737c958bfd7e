"""Texts with `{field}` places, filled in from an item.

`{{` and `}}` stand for the braces themselves. A field that the item does not have is
empty. In HTML, values are escaped and the whole is made safe.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from sync.content import Text
from sync.markup import TAG, TOKEN, plain
from sync.safe_html import has_tags, safe
from sync.values import Json

Values = Mapping[str, Text]
"""What the fields hold, by name."""

_PART = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+")


class TemplateInvalid(ValueError):
    """A text is no template; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a field goes; `in_tag` inside a tag, as in a link's address."""

    name: str
    in_tag: bool


Part = str | Place


@lru_cache(maxsize=500)
def parsed(text: str) -> tuple[Part, ...]:
    """Return the parts of a template. Raises TemplateInvalid."""
    tags = [
        (found.start(), found.end())
        for found in TOKEN.finditer(text)
        if len(found[0]) > 2 and TAG.match(found[0])
    ]
    return tuple(_part(found, tags) for found in _PART.finditer(text))


def _part(found: re.Match[str], tags: list[tuple[int, int]]) -> Part:
    text, start = found[0], found.start()
    if text in ("{{", "}}"):
        return text[0]
    if text in ("{", "}"):
        other = "}" if text == "{" else "{"
        message = f'There is a "{text}" without its "{other}" at character {start + 1}.'
        raise TemplateInvalid(f"{message} To show the brace itself, write it twice.")
    if found[1] is None:
        return text
    name = found[1].strip()
    if not name:
        message = f'The place "{text}" at character {start + 1} names no field.'
        raise TemplateInvalid(message)
    return Place(name, any(first < start < last for first, last in tags))


def line_of(template: str, values: Values) -> str:
    """Return a template filled in as one line of plain text: a title, a place."""
    filled = "".join(
        part if isinstance(part, str) else _plain(values, part.name)
        for part in parsed(template)
    )
    return " ".join(filled.split())


def text_of(template: str, values: Values) -> Text:
    """Return a template filled in as a description.

    It is HTML where the template has tags, or where one of its fields is HTML.
    """
    parts = parsed(template)
    places = [part for part in parts if isinstance(part, Place)]
    fields_are_html = any(_value(values, place.name).html for place in places)
    if not has_tags(template) and not fields_are_html:
        plain_text = "".join(
            part if isinstance(part, str) else _value(values, part.name).text
            for part in parts
        )
        return Text(text=plain_text.strip())
    own = _as_typed if has_tags(template) else _escaped
    html = "".join(
        own(part) if isinstance(part, str) else _html(values, part) for part in parts
    )
    return Text(text=safe(html).strip(), html=True)


def _value(values: Values, name: str) -> Text:
    return values.get(name, Text())


def _plain(values: Values, name: str) -> str:
    value = _value(values, name)
    return plain(value.text) if value.html else value.text


def _html(values: Values, place: Place) -> str:
    value = _value(values, place.name)
    if place.in_tag:
        return escape(" ".join(_plain(values, place.name).split()))
    return safe(value.text) if value.html else _escaped(value.text)


def _as_typed(text: str) -> str:
    return text


def _escaped(text: str) -> str:
    return escape(text).replace("\n", "<br>")


# --- what the fields hold ------------------------------------------------------------


def text_of_field(value: Json) -> str:
    """Return one of an application's own fields as people read it; objects as none."""
    if value is None or isinstance(value, Mapping):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        texts = (text_of_field(each) for each in value)
        return ", ".join(text for text in texts if text)
    return str(value)
