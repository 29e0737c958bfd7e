"""What CallPro holds of a content: pure.

Its release notes tell what went wrong with other calendars: pictographs, blanks at the
beginning, texts that are too long. None of that reaches it.
"""

import re
from dataclasses import replace

from sync.content import Content, Details, Text
from sync.markup import plain
from sync.normal import normal

LONGEST_TITLE = 250
LONGEST_TEXT = 1024

_PICTOGRAPHS = re.compile(
    "[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u231a\u231b\u23e9-\u23fa]"
    "[\ufe0e\ufe0f\u200d\u20e3\U000e0020-\U000e007f]*"
    "|[0-9#*]\ufe0f?\u20e3"
)


def held(content: Content) -> Content:
    """Return what CallPro would hold of a content, in every occurrence."""
    overrides = {
        slot: details and _held(details) for slot, details in content.overrides.items()
    }
    details = _held(content.details)
    return normal(replace(content, details=details, overrides=overrides))


def _held(details: Details) -> Details:
    description = details.description
    text = plain(description.text) if description.html else description.text
    return replace(
        details,
        title=_shown(details.title, LONGEST_TITLE),
        description=Text(text=_shown(text, LONGEST_TEXT)),
        places=tuple(_shown(place, LONGEST_TEXT) for place in details.places),
    )


def _shown(text: str, longest: int) -> str:
    """Return a text without pictographs and leading blanks, and not too long."""
    bare = _PICTOGRAPHS.sub("", text).lstrip()
    whole = bare.encode("utf-16-le", "surrogatepass")[: 2 * longest]
    return whole.decode("utf-16-le", "ignore").rstrip()
