"""What Odoo's sanitiser makes of a description (F9)."""

import re

_SILENT = re.compile(r"<(script|style)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
_ATTRIBUTES = re.compile(r"\s+(?:on\w+)=(?:\"[^\"]*\"|'[^']*')", re.IGNORECASE)
_STARTS_WITH_BLOCK = re.compile(
    r"\s*<(?:p|div|ul|ol|h[1-6]|pre|blockquote|hr|table)\b", re.IGNORECASE
)


def sanitized(html: str | bool) -> str | bool:
    """Return the HTML that is kept: no scripts, and text in a paragraph."""
    if not html or not isinstance(html, str):
        return False
    kept = _ATTRIBUTES.sub("", _SILENT.sub("", html))
    kept = re.sub(r"<br\s*/>", "<br>", kept)
    return kept if _STARTS_WITH_BLOCK.match(kept) else f"<p>{kept}</p>"
