"""Carrying the edit of a text that a side shows in reduced form to the full text.

Trimmed, cut, without emoji, with its blanks folded, as plain text: the reduced form is
laid beside the full one, and what a person changed there is changed here, if its place
is certain.
"""

from dataclasses import dataclass

from sync.alignment import Stretch, stretches
from sync.content import Text
from sync.markup import NOWHERE, Letters, html_of, letters_of, plain

__all__ = ["carry", "carry_html", "carry_text", "html_of", "plain"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Edit:
    """Put `text` in place of [start, end)."""

    start: int
    end: int
    text: str


def carry_text(full: Text, before: Text, after: Text) -> Text | None:
    """Return the full text with the edit from `before` to `after`; None if unfit.

    Each of the three may be HTML or plain.
    """
    if full.html and not (before.html and after.html):
        html = carry_html(full.text, _plain(before), _plain(after))
        return None if html is None else Text(text=html, html=True)
    if not full.html and (before.html or after.html):
        text = carry(full.text, _plain(before), _plain(after))
    else:
        text = carry(full.text, before.text, after.text)
    return None if text is None else Text(text=text, html=full.html and bool(text))


def _plain(text: Text) -> str:
    return plain(text.text) if text.html else text.text


def carry(full: str, before: str, after: str) -> str | None:
    """Return the full text with the edit that made `before` into `after`.

    `before` is its reduced form. None where the edit fits nowhere, or not certainly:
    then nothing hidden is lost, and no word is glued to a hidden one.
    """
    if full == before or not after:
        return after
    edits = _edits(full, before, after)
    if edits is None:
        return None
    for edit in reversed(edits):
        full = full[: edit.start] + edit.text + full[edit.end :]
    return full


def carry_html(full: str, before: str, after: str) -> str | None:
    """Return the HTML with an edit of its plain text; tags stay where they are."""
    if not after:
        return ""
    letters = letters_of(full)
    edits = _edits(letters.text, before, after)
    for edit in reversed(edits or []):
        place = _place(letters, edit)
        if place is None or NOWHERE in letters.starts[edit.start : edit.end]:
            return None
        full = _edited_html(full, letters, edit, place=place)
    return full if edits is not None else None


def _edited_html(html: str, letters: Letters, edit: Edit, *, place: int) -> str:
    for index in reversed(range(edit.start, edit.end)):
        html = html[: letters.starts[index]] + html[letters.ends[index] :]
    return html[:place] + html_of(edit.text) + html[place:]


def _place(letters: Letters, edit: Edit) -> int | None:
    """Return where in the HTML to write: beside a letter that stands there."""
    here = letters.starts[edit.start : edit.start + 1]
    before = letters.ends[max(edit.start - 1, 0) : edit.start]
    places = [*here, *before] if edit.start < edit.end else [*before, *here]
    return next((place for place in places if place != NOWHERE), None)


# --- Where an edit goes --------------------------------------------------------------


def _edits(full: str, before: str, after: str) -> list[Edit] | None:
    """Return the edits of the full text, in order; None where one has no place."""
    parts = tuple(stretches(full, before))
    side_by_side = _Alignment(full, before, parts)
    if not side_by_side.is_close:
        return None
    edits = []
    for change in stretches(before, after):
        if change.same:
            continue
        place = side_by_side.place(change.left, change.left_end)
        if place is None:
            return None
        text = after[change.right : change.right_end]
        edits.append(Edit(start=place[0], end=place[1], text=text))
    return edits


@dataclass(frozen=True, slots=True)
class _Alignment:
    """A text and its reduced form, laid side by side."""

    full: str
    reduced: str
    parts: tuple[Stretch, ...]

    @property
    def is_close(self) -> bool:
        """Whether at least half of the reduced form is found in the full text."""
        found = sum(part.right_end - part.right for part in self.parts if part.same)
        return found * 2 >= len(self.reduced)

    def place(self, start: int, end: int) -> tuple[int, int] | None:
        """Return where [start, end) of the reduced form lies in the full text."""
        return self._gap(start) if start == end else self._stretch(start, end)

    def _gap(self, at: int) -> tuple[int, int] | None:
        """Return where to insert: beside what is hidden there, never beside words."""
        left, right = self._behind(at), self._ahead(at)
        if left is None or right is None or _has_words(self.full[left:right]):
            return None
        return (right, right) if at == 0 else (left, left)

    def _stretch(self, start: int, end: int) -> tuple[int, int] | None:
        first, last = self._ahead(start), self._behind(end)
        if first is None or last is None or first >= last:
            return None
        if self._hides_words(first, last):
            return None
        head, tail = self._behind(start), self._ahead(end)
        glued = (head != first and self._within_word(first)) or (
            tail != last and self._within_word(last)
        )
        return None if glued else (first, last)

    def _behind(self, at: int) -> int | None:
        """Return where the full text has just shown what lies before `at`."""
        for part in self.parts:
            if part.right < at <= part.right_end:
                if part.same:
                    return part.left + at - part.right
                return part.left_end if at == part.right_end else None
        return 0

    def _ahead(self, at: int) -> int | None:
        """Return where the full text begins to show what lies behind `at`."""
        for part in self.parts:
            if part.right <= at < part.right_end:
                if part.same:
                    return part.left + at - part.right
                return part.left if at == part.right else None
        return len(self.full)

    def _hides_words(self, first: int, last: int) -> bool:
        """Whether words lie within that the reduced form does not show at all."""
        return any(
            _has_words(self.full[part.left : part.left_end])
            and not _has_words(self.reduced[part.right : part.right_end])
            for part in self.parts
            if not part.same and first <= part.left and part.left_end <= last
        )

    def _within_word(self, at: int) -> bool:
        return self.full[max(at - 1, 0) : at + 1].isalnum() and 0 < at < len(self.full)


def _has_words(text: str) -> bool:
    return any(letter.isalnum() for letter in text)
