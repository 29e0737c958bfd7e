"""Mark what is left when its other side was deleted: it stays, and says so.

The title begins with a word in brackets, and the time is free. Marking what is marked
changes nothing.
"""

from dataclasses import replace

from sync.content import Content, Details, FreeBusy

PREFIX = "[deleted] "
"""What a marked title begins with, whatever the language of its reader."""


def marked(content: Content) -> Content:
    """Return a content whose every occurrence says that it was deleted elsewhere."""
    overrides = {
        slot: None if details is None else marked_details(details)
        for slot, details in content.overrides.items()
    }
    details = marked_details(content.details)
    return replace(content, details=details, overrides=overrides)


def marked_details(details: Details) -> Details:
    """Return one occurrence that says so."""
    word, title = PREFIX.rstrip(), details.title
    if not title.startswith(word):
        title = PREFIX + title if title else word
    return replace(details, title=title, free_busy=FreeBusy.FREE)
