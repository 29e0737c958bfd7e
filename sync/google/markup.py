"""Descriptions: Google shows HTML, and keeps plain text as it came."""

import re
from html import escape

from sync.content import Text
from sync.normal import one_newline

TAGS = (
    "a|b|i|u|s|p|br|ul|ol|li|em|strong|span|div|h[1-6]|hr|img|font|code|pre|"
    "blockquote|table|tbody|thead|tr|td|th|sub|sup|strike|del|ins|center|html-blob"
)
MARKUP = re.compile(
    rf"</?(?:{TAGS})(?:\s[^<>]*)?/?>|&(?:amp|lt|gt|quot|apos|nbsp|#\d+|#x[0-9a-f]+);",
    re.IGNORECASE,
)


def text_of(description: str) -> Text:
    """Return Google's description: HTML where it holds a tag or an entity.

    Only tags that Google knows count, so that `<jane@example.com>` stays plain.
    """
    return Text(text=description, html=bool(MARKUP.search(description)))


def description_of(text: Text) -> str:
    """Return a description for Google, which takes whatever looks like HTML for it."""
    plain = one_newline(text.text)
    if text.html or not MARKUP.search(plain):
        return plain
    return escape(plain, quote=False).replace("\n", "<br>")


def cut(text: str, most: int) -> str:
    """Return at most so many characters, counted as UTF-16 does, none cut in half."""
    if len(text) * 2 <= most:
        return text
    raw = text.encode("utf-16-le", "surrogatepass")[: most * 2]
    return raw.decode("utf-16-le", "ignore")
