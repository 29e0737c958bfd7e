"""Descriptions: Odoo holds sanitised HTML, and puts plain text into a paragraph."""

import re

from sync.content import Text
from sync.markup import html_of, plain
from sync.normal import one_newline
from sync.safe_html import safe

_BLOCKS = re.compile(r"</?(?:p|ul|ol|li|pre|blockquote|h[1-6]|hr)\b", re.IGNORECASE)
_PARAGRAPH = re.compile(r"\s*<p>(.*)</p>\s*", re.DOTALL)
_EMPTY = re.compile(r"(?:\s|<p>|</p>|<br>)*")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
"""What no HTML may hold."""


def text_of(html: str | None) -> Text:
    """Return a description; HTML only where it is more than plain text."""
    body = _body(safe(one_newline(html or "")))
    if _EMPTY.fullmatch(body):
        return Text()
    shown = plain(body)
    if html_of(shown) == body:
        return Text(text=shown)
    return Text(text=body, html=True)


def _body(html: str) -> str:
    """Return what stands in the one paragraph, where it is all that there is."""
    found = _PARAGRAPH.fullmatch(html)
    return found[1] if found and not _BLOCKS.search(found[1]) else html


def html_for(text: Text) -> str:
    """Return the HTML under which Odoo keeps this description as it is."""
    lines = _CONTROL.sub("", one_newline(text.text))
    body = safe(lines) if text.html else html_of(lines)
    if not body:
        return ""
    return body if _BLOCKS.search(body) else f"<p>{body}</p>"


def held_text(text: Text) -> Text:
    """Return the description as Odoo gives it back."""
    return text_of(html_for(text))
