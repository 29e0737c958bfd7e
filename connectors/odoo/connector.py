"""One Odoo user's meetings as an agenda."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from connectors.base import (
    NO_FIELDS,
    Capabilities,
    Item,
    ItemPage,
    Json,
    Means,
    Window,
    Written,
)
from connectors.odoo.calls import Calls, Forbidden, refused
from connectors.odoo.cursor import Cursor, packed, unpacked
from connectors.odoo.definition import CAPABILITIES
from connectors.odoo.holding import held
from connectors.odoo.loading import Loader
from connectors.odoo.looking import EventSource, Looker, unsettled_rows
from connectors.odoo.notes import Notes
from connectors.odoo.owner import Owner
from connectors.odoo.rows import Row, Seen, home_of, token_in
from connectors.odoo.sameness import is_as_sent
from connectors.odoo.tokens import Token, pattern_of_item, pattern_of_key
from connectors.odoo.trying import place_of
from connectors.odoo.values import privacy_of
from connectors.odoo.writing import Writer
from sync.content import Content, Privacy
from sync.errors import Missing, StaleWrite

logger = logging.getLogger(__name__)

WARNED_BEFORE = timedelta(days=14)
ROWS_AT_ONCE = 2_000
"""Rows of a page, whatever series are on it."""


def open_odoo(application: Mapping[str, Json], means: Means) -> "OdooConnector":
    """Return the connector of an application that was tried."""
    expires = application.get("key_expires")
    return OdooConnector(
        agenda=means.agenda,
        calls=Calls(
            place=place_of(application),
            http=means.http,
            now=means.now,
            sleep=means.sleep,
            memory=means.memory,
        ),
        owner=Owner(
            uid=application["uid"],
            partner=application["partner"],
            email=application["email"],
            zone=means.time_zone,
            default=privacy_of(application["default_privacy"], default=Privacy.PUBLIC),
        ),
        notes=Notes(means.shelf()),
        now=means.now,
        secret=application["api_key"],
        key_expires=date.fromisoformat(expires) if expires else None,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class OdooConnector:
    """The meetings of one user; `secret` is what nobody else knows."""

    agenda: str
    calls: Calls
    owner: Owner
    notes: Notes
    now: Callable[[], datetime]
    secret: str = field(repr=False)
    key_expires: date | None = None
    made: dict[str, Sequence[int]] = field(default_factory=dict)
    """The rows of what was made here, by item."""

    @property
    def capabilities(self) -> Capabilities:
        """Stamps, creates that can be repeated, whole series."""
        return CAPABILITIES

    # --- reading ---------------------------------------------------------------------

    def read(self, cursor: str | None, *, window: Window, limit: int) -> ItemPage:
        """Return what changed; without a cursor all meetings, series as one item."""
        before = Cursor() if cursor is None else unpacked(cursor)
        if not before.pending:
            self._warn_of_the_key()
            before = self._looker.look(before, full=cursor is None)
        names = _fitting(before, limit)
        found = self._loader.items(names)
        gone = self._gone([name for name in names if name not in found])
        rest = before.pending[len(names) :]
        return ItemPage(
            items=_news(before, [found[name].item for name in found], gone),
            cursor=packed(_after(before, rest, found, names)),
            more=bool(rest),
            complete_read=before.full and not rest,
        )

    def _gone(self, names: Sequence[str]) -> list[Item]:
        """Return the meetings that are not there any more, by what is noted of them."""
        notes = self.notes.of(names)
        return [
            Item(
                id=name,
                version="",
                content=None,
                key=notes[name].key or None if name in notes else None,
            )
            for name in names
        ]

    def behind_own_writes(self, cursor: str) -> str:
        """Know the meetings that we made, so that they are missed once they are gone.

        They are read back all the same: stamps do not tell whose change it was.
        """
        if not self.made:
            return cursor
        place = unpacked(cursor)
        return packed(replace(place, known={**place.known, **self.made}))

    def get(self, ids: Sequence[str]) -> Mapping[str, Item]:
        """Return the meetings that exist, by id."""
        found = self._loader.items(ids)
        if self._tidied(found.values()):
            found = self._loader.items(ids)
        return {name: one.item for name, one in found.items()}

    def find(self, key: str) -> Item | None:
        """Return the meeting that was made with this key, once it is whole."""
        base = self._loader.with_token(pattern_of_key(key))
        if base is None:
            return None
        token = token_in([base]) or Token()
        item_id = token.item or home_of(base)
        return self.get([item_id]).get(item_id)

    def project(self, content: Content) -> Content:
        """Return what Odoo would hold of the content."""
        return held(content, self.owner)

    # --- writing ---------------------------------------------------------------------

    def create(
        self,
        content: Content,
        *,
        key: str,
        ical_uid: str | None,
        fields: Mapping[str, Json] = NO_FIELDS,
    ) -> Written:
        """Make a meeting whose token names the key; repeated, that one is found."""
        base = self._loader.with_token(pattern_of_key(key))
        if base is not None:
            item_id = self._finished(base, content)
            return Written(item=self._there(item_id).item, sure=False)
        with as_refusal():
            made = self._writer.create(content, Token(key=key, ical_uid=ical_uid or ""))
        return self._written(made, content)

    def _finished(self, base: Row, content: Content) -> str:
        """Return the item of a meeting that was made; half a series is finished."""
        token = token_in([base]) or Token()
        if token.building and not token.item:
            self._writer.finish(base, held(content, self.owner), token)
        return token.item or home_of(base)

    def write(
        self,
        item_id: str,
        content: Content,
        *,
        before: Content,
        version: str,
        fields: Mapping[str, Json] = NO_FIELDS,
    ) -> Written:
        """Bring a meeting to `content`; Odoo knows no condition, so we look first."""
        known = self._current(item_id, version)
        if known is None:
            raise Missing("The meeting is not in Odoo any more.")
        if content.recurs:
            self._tidied([known])
            self._without_failed(item_id, known)
        with as_refusal():
            self._writer.change(known, before, content)
        return self._written(item_id, content)

    def delete(self, item_id: str, *, version: str | None) -> None:
        """Delete a meeting; one that another person called is left instead."""
        known = self._current(item_id, version)
        if known is None:
            return
        with as_refusal():
            self._writer.remove(known.rows)

    # --- the parts -------------------------------------------------------------------

    @property
    def _loader(self) -> Loader:
        return Loader(calls=self.calls, owner=self.owner, notes=self.notes)

    @property
    def _looker(self) -> Looker:
        source = EventSource(calls=self.calls, owner=self.owner)
        return Looker(source=source, notes=self.notes, now=self.now())

    @property
    def _writer(self) -> Writer:
        return Writer(
            calls=self.calls, owner=self.owner, notes=self.notes, secret=self.secret
        )

    def _current(self, item_id: str, version: str | None) -> Seen | None:
        """Return an item of this version, None where it is gone. Raises StaleWrite."""
        known = self._loader.items([item_id]).get(item_id)
        if known is not None and version not in (None, known.item.version):
            raise StaleWrite("The meeting changed in Odoo since it was read.")
        return known

    def _there(self, item_id: str) -> Seen:
        found = self._loader.items([item_id]).get(item_id)
        if found is None:
            raise Missing("The meeting was deleted in Odoo while it was written.")
        return found

    def _written(self, item_id: str, wanted: Content) -> Written:
        there = self._there(item_id)
        found = there.item
        self.made[item_id] = [int(row["id"]) for row in there.rows]
        sure = found.content is not None and is_as_sent(
            found.content, self.project(wanted)
        )
        return Written(item=found, sure=sure)

    def _tidied(self, items: Iterable[Seen]) -> bool:
        """Do what is left to do of series that took others' places; whether it was."""
        due = [
            (one, token)
            for one in items
            if (token := one.token) is not None and token.building
        ]
        for one, token in due:
            self._writer.settle(one.rows, token)
        return bool(due)

    def _without_failed(self, item_id: str, known: Seen) -> None:
        """Remove a series that was to take this one's place and was never finished."""
        half = self._loader.with_token(pattern_of_item(item_id))
        if half is not None and home_of(half) != known.note.home:
            self._writer.remove(self._writer.rows_at(home_of(half)))

    def _warn_of_the_key(self) -> None:
        """Say in the log that the key is about to expire."""
        if self.key_expires is None:
            return
        left = self.key_expires - self.now().date()
        if left <= WARNED_BEFORE:
            facts = {"agenda_id": self.agenda, "days_left": left.days}
            logger.warning("key expires", extra={"event": "key-expires", **facts})


@contextmanager
def as_refusal() -> Iterator[None]:
    """Turn what the user may not do into the refusal of this one meeting."""
    try:
        yield
    except Forbidden:
        raise refused(
            "Odoo does not let the user whose key we have change this meeting."
        ) from None


def _fitting(cursor: Cursor, limit: int) -> list[str]:
    """Return the next items: not too many of them, and not too many rows."""
    names: list[str] = []
    rows = 0
    for name in cursor.pending:
        rows += len(cursor.known.get(name, ()))
        if len(names) == limit or (names and rows > ROWS_AT_ONCE):
            break
        names.append(name)
    return names


def _news(cursor: Cursor, there: Sequence[Item], gone: Sequence[Item]) -> list[Item]:
    """Return the items of a page; what was only looked at once more is no news."""
    if cursor.full:
        return list(there)
    changed = [item for item in there if cursor.shown.get(item.id) != item.version]
    return [*changed, *gone]


def _after(
    cursor: Cursor, rest: Sequence[str], found: Mapping[str, Seen], names: Sequence[str]
) -> Cursor:
    """Return the cursor behind a page, with what may change without another stamp."""
    fragile = unsettled_rows(cursor)
    shown = {item: cursor.shown[item] for item in cursor.shown if item not in names}
    for name in names:
        if name in found and fragile & set(cursor.known.get(name, ())):
            shown[name] = found[name].item.version
    return replace(cursor, pending=rest, shown=shown, full=cursor.full and bool(rest))
