"""Participants as text: a block at the end of an event's description.

In the agenda the block is made from the participants, in the calendar it is read out of
the description. Merging sees it as a field of its own (`people`), so it never mixes
with the description, and never gets into an item.
"""

import re
from dataclasses import dataclass, replace

from sync.content import Answer, Details, Participant, Text
from sync.markup import html_of, letters_of

BEGIN = "--- Participants ---"
END = "--- end of participants ---"
_BEGIN_LINE = re.compile(rf"^[ \t]*{BEGIN}[ \t]*$", re.MULTILINE)
_END_LINE = re.compile(rf"^[ \t]*{END}[ \t]*$", re.MULTILINE)
_EMPTY_LINE = re.compile(r"\n[ \t]*\n")
_BREAKS = re.compile(r"(?:\s|<br\s*/?>)+\Z", re.IGNORECASE)
_BREAKS_FIRST = re.compile(r"\A(?:\s|<br\s*/?>)+", re.IGNORECASE)
GAP = "\n\n"
HTML_GAP = "<br><br>"
WORDS = {
    Answer.ACCEPTED: "accepted",
    Answer.DECLINED: "declined",
    Answer.TENTATIVE: "perhaps",
}


@dataclass(frozen=True, slots=True)
class PeopleOfItem:
    """An item's side: its participants as text, but for the owner of the calendar."""

    owner: str
    shows: bool

    def show(self, held: Details) -> Details:
        """Return the occurrence with its participants as text as well."""
        text, copied = split(held.description)
        people = people_text(held, owner=self.owner) if self.shows else ""
        if not people and not copied:
            return held
        return replace(held, description=text, people=people)

    def hold(self, wanted: Details, now: Details | None) -> Details:
        """Return the occurrence without the text: an item has the people themselves."""
        if now is not None and split(now.description)[0] == wanted.description:
            wanted = replace(wanted, description=now.description)
        return replace(wanted, people="")


@dataclass(frozen=True, slots=True)
class PeopleBelow:
    """An event's side: the block below its description, told apart from it."""

    def show(self, held: Details) -> Details:
        """Return the occurrence with the block as a field of its own."""
        text, people = split(held.description)
        if not people:
            return held
        return replace(held, description=text, people=people)

    def hold(self, wanted: Details, now: Details | None) -> Details:
        """Return the occurrence with the block below its description."""
        if now is not None and _same(self.show(now), wanted):
            return replace(wanted, description=now.description, people="")
        joined = join(wanted.description, wanted.people)
        return replace(wanted, description=joined, people="")


def _same(one: Details, other: Details) -> bool:
    return (one.description, one.people) == (other.description, other.people)


def people_text(details: Details, *, owner: str) -> str:
    """Return who takes part, a line each; the owner need not be told of the owner."""
    others = [person for person in details.participants if person.email != owner]
    return "\n".join(_line(person) for person in others)


def _line(person: Participant) -> str:
    name = " ".join(person.name.split())
    shown = f"{name} ({person.email})" if name else person.email
    roles = {
        "organizer": person.organizer,
        "room": person.resource,
        "optional": person.optional,
    }
    words = [word for word, holds in roles.items() if holds]
    words += [WORDS[person.answer]] if person.answer in WORDS else []
    return ", ".join([shown, *words])


# --- the block -----------------------------------------------------------------------


def join(text: Text, people: str) -> Text:
    """Return a description with the block of people below it."""
    if not people:
        return text
    block = f"{BEGIN}\n{people}\n{END}"
    if text.html:
        return Text(text=f"{text.text}{HTML_GAP}{html_of(block)}", html=True)
    return Text(text=f"{text.text}{GAP}{block}" if text.text else block)


def split(description: Text) -> tuple[Text, str]:
    """Return a description without its block, and the people that the block names.

    A block that lost its last line ends at the first empty one.
    """
    if BEGIN not in description.text:
        return description, ""
    if not description.html:
        return _split_plain(description)
    return _split_html(description)


def _split_plain(description: Text) -> tuple[Text, str]:
    found = _block_in(description.text)
    if found is None:
        return description, ""
    first, last, people = found
    before, after = description.text[:first], description.text[last:].strip()
    kept = before.removesuffix(GAP) if before.endswith(GAP) else before.rstrip()
    return Text(text=_rejoined(kept, after, "\n")), people


def _split_html(description: Text) -> tuple[Text, str]:
    html, letters = description.text, letters_of(description.text)
    found = _block_in(letters.text)
    if found is None:
        return description, ""
    first, last, people = found
    shown = [place for place in range(first, last) if letters.starts[place] >= 0]
    before = html[: letters.starts[shown[0]]]
    after = _BREAKS_FIRST.sub("", html[letters.ends[shown[-1]] :])
    exact = before.endswith(HTML_GAP)
    kept = before.removesuffix(HTML_GAP) if exact else _BREAKS.sub("", before)
    text = _rejoined(kept, after, "<br>")
    return Text(text=text, html=bool(text)), people


def _rejoined(before: str, after: str, line_end: str) -> str:
    return f"{before}{line_end}{after}" if before and after else before + after


def _block_in(shown: str) -> tuple[int, int, str] | None:
    """Return where the last block begins and ends in a text, and what it says."""
    begins = list(_BEGIN_LINE.finditer(shown))
    if not begins:
        return None
    begin = begins[-1]
    closing = _END_LINE.search(shown, begin.end())
    if closing is not None:
        body, last = shown[begin.end() : closing.start()], closing.end()
    else:
        empty = _EMPTY_LINE.search(shown, begin.end())
        last = empty.start() if empty else len(shown)
        body = shown[begin.end() : last]
    lines = [line.strip() for line in body.split("\n")]
    return begin.start(), last, "\n".join(line for line in lines if line)
