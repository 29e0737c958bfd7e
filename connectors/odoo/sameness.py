"""Whether Odoo's answer to a write shows that write alone (pure)."""

from dataclasses import replace

from sync.content import Content, Details, Participant, Text
from sync.markup import plain
from sync.normal import normal


def is_as_sent(found: Content, sent: Content) -> bool:
    """Return whether nobody else can have had a hand in what was found.

    Odoo puts some of it into its own words: names of contacts, HTML, and reminders and
    tags that the user may not make. All else must be as it was sent.
    """
    return _told_alike(found, uid="") == _told_alike(sent, uid="")


def _told_alike(content: Content, *, uid: str) -> Content:
    overrides = {
        slot: details and _alike(details) for slot, details in content.overrides.items()
    }
    whole = replace(
        content, uid=uid, details=_alike(content.details), overrides=overrides
    )
    return normal(whole)


def _alike(details: Details) -> Details:
    return replace(
        details,
        description=Text(text=_words(details.description)),
        participants=tuple(_unnamed(person) for person in details.participants),
        alerts=(),
        keywords=(),
    )


def _words(text: Text) -> str:
    shown = plain(text.text) if text.html else text.text
    return " ".join(shown.split())


def _unnamed(person: Participant) -> Participant:
    return replace(person, name="")
