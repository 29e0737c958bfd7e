"""HTML as people write it in descriptions, and the plain text that it shows.

Not a browser: line ends within the text count, as they do where Google shows it.
"""

import re
from dataclasses import dataclass, field
from html import escape, unescape

TOKEN = re.compile(
    r"<!--(?:.*?-->|.*)"
    r"|</?[a-z](?:[^<>\"']|\"[^\"]*\"|'[^']*')*>"
    r"|&(?:#[0-9]{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,30});"
    r"|.",
    re.IGNORECASE | re.DOTALL,
)
TAG = re.compile(r"<(/?)([a-z][a-z0-9-]*)", re.IGNORECASE)
HREF = re.compile(r"\shref\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)

BLOCKS = frozenset(
    {
        *("p", "div", "ul", "ol", "li", "table", "tr", "pre", "blockquote"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "hr", "center"),
    }
)
SILENT = frozenset({"script", "style"})
NOWHERE = -1
Span = tuple[int, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Letters:
    """The text that HTML shows, and for each letter where it stands in the HTML.

    A letter that nothing stands for (the line between two paragraphs) is NOWHERE.
    """

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]


def plain(html: str) -> str:
    """Return the text that the HTML shows."""
    return letters_of(html).text


def html_of(plain_text: str) -> str:
    """Return HTML that shows the plain text."""
    return escape(plain_text, quote=False).replace("\n", "<br>")


def letters_of(html: str) -> Letters:
    """Return the text that the HTML shows, letter by letter."""
    page = _Page()
    for token in TOKEN.finditer(html):
        page.take(token[0], token.start(), token.end())
    return Letters(
        text="".join(page.letters), starts=tuple(page.starts), ends=tuple(page.ends)
    )


@dataclass(slots=True)
class _Page:
    """What was shown so far."""

    letters: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    break_due: bool = False
    silent: str = ""
    link: str = ""
    link_from: int = 0

    def take(self, token: str, start: int, end: int) -> None:
        tag = TAG.match(token) if len(token) > 2 else None
        if tag:
            self._tag(token, tag[2].lower(), closing=bool(tag[1]), at=(start, end))
        elif not self.silent and not token.startswith("<!--"):
            shown = unescape(token) if len(token) > 1 else token
            self._show(shown, start, end)

    def _tag(
        self, token: str, name: str, *, closing: bool, at: tuple[int, int]
    ) -> None:
        if self.silent or name in SILENT:
            self.silent = "" if closing and name == self.silent else self.silent or name
        elif name == "br":
            self._show("\n", *at)
        elif name == "a":
            self._link(token, closing=closing)
        elif name in BLOCKS:
            self.break_due = bool(self.letters) and self.letters[-1] != "\n"
            if name == "li" and not closing:
                self._show("- ", NOWHERE, NOWHERE)

    def _link(self, token: str, *, closing: bool) -> None:
        """Show where a link leads, after its text, unless the text says it."""
        if not closing:
            found = HREF.search(token)
            self.link = unescape(found[1] or found[2] or "") if found else ""
            self.link_from = len(self.letters)
            return
        shown = "".join(self.letters[self.link_from :])
        address = self.link.removeprefix("mailto:")
        if address and address.rstrip("/") not in shown:
            self._show(f" ({address})", NOWHERE, NOWHERE)
        self.link = ""

    def _show(self, shown: str, start: int, end: int) -> None:
        if self.break_due and shown != "\n":
            self._put("\n", NOWHERE, NOWHERE)
        self.break_due = False
        self._put(shown[:1], start, end)
        for letter in shown[1:]:
            self._put(letter, NOWHERE, NOWHERE)

    def _put(self, letter: str, start: int, end: int) -> None:
        if letter:
            self.letters.append(letter)
            self.starts.append(start)
            self.ends.append(end)
