"""HTML that is safe to show: a short list of tags, and links that lead somewhere good.

What is not on the list loses its tag and keeps its text; scripts and styles go with all
that they hold.
"""

import re
from html import escape, unescape

from sync.markup import HREF, SILENT, TAG, TOKEN

TAGS = frozenset(
    {
        *("a", "b", "strong", "i", "em", "u", "s", "sub", "sup", "code"),
        *("br", "hr", "p", "ul", "ol", "li", "pre", "blockquote"),
        *("h1", "h2", "h3", "h4", "h5", "h6"),
    }
)
_ADDRESS = re.compile(r"(?:https?://|mailto:|tel:)", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x20\x7f]+")
_BARE = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}


def safe(html: str) -> str:
    """Return the HTML with nothing in it that could do harm; safe again is the same."""
    shown: list[str] = []
    silent = ""
    for found in TOKEN.finditer(html):
        token = found[0]
        tag = TAG.match(token) if len(token) > 2 else None
        if tag is None:
            shown.append("" if silent else _text(token))
            continue
        name, closing = tag[2].lower(), bool(tag[1])
        if silent or name in SILENT:
            silent = "" if closing and name == silent else silent or name
        elif name in TAGS:
            shown.append(f"</{name}>" if closing else _opened(name, token))
    return "".join(shown)


def has_tags(html: str) -> bool:
    """Return whether any tag in a text is one that may be shown."""
    tags = (TAG.match(found[0]) for found in TOKEN.finditer(html) if len(found[0]) > 2)
    return any(tag is not None and tag[2].lower() in TAGS for tag in tags)


def _text(token: str) -> str:
    if token.startswith("<!--"):
        return ""
    return _BARE.get(token, token)


def _opened(name: str, token: str) -> str:
    if name != "a":
        return f"<{name}>"
    found = HREF.search(token)
    address = unescape(found[1] or found[2] or "") if found else ""
    address = _CONTROL.sub("", address)
    if not _ADDRESS.match(address):
        return "<a>"
    return f'<a href="{escape(address)}">'
