"""What we write to people, in their language: a catalogue that gettext can take over.

Each text has a key and, per language, a sentence with `{places}`. A language that lacks
a text falls back on English, which has them all.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

FALLBACK: Final = "en"

Texts = Mapping[str, Mapping[str, str]]
"""Sentences by language ("en", "nl") and key."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Catalogue:
    """The texts of one room of the house."""

    texts: Texts

    def text(self, key: str, language: str = FALLBACK, **places: object) -> str:
        """Return one text with its places filled in."""
        known = self.texts[self.language(language)]
        sentence = known.get(key) or self.texts[FALLBACK][key]
        return sentence.format(**places)

    def language(self, wanted: str) -> str:
        """Return the language that we really have for "nl", "nl-BE" or "nl_BE"."""
        short = wanted.replace("_", "-").partition("-")[0].lower()
        return short if short in self.texts else FALLBACK


MAILS: Final = Catalogue(
    texts={
        "en": {
            "invitation.subject": "{organization} asks to connect your calendar",
            "invitation.hello": "Hello,",
            "invitation.why": (
                '{organization} would like to keep the agenda "{agenda}" and the '
                "Google calendar of {email} the same: what changes in one then appears "
                "in the other within seconds."
            ),
            "invitation.how": (
                "Open this link, choose that Google account and tick the boxes:"
            ),
            "invitation.button": "Connect my calendar",
            "invitation.until": (
                "The link works until {until} (UTC), for you alone: please pass it on "
                "to nobody."
            ),
            "invitation.not_expected": (
                "Did you not expect this? Then do nothing: without you nothing is read "
                "and nothing is written."
            ),
            "brake.subject": "A calendar waits for you: {held} changes are held",
            "brake.hello": "Hello,",
            "brake.what": "The connection {connection} has stopped to ask: {reason}",
            "brake.counts": "Of {links} links, {held} have a change that is held.",
            "brake.how": (
                "Look at what is held, and answer yes, no, or yes to some of it:"
            ),
            "brake.address": "{address}",
            "brake.goes_on": (
                "Everything else goes on meanwhile. Nothing of what is held is done "
                "until somebody answers."
            ),
        }
    }
)
