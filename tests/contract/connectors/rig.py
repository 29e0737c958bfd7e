"""What the shared suite needs of an application: a way in for us, and one for people.

Who writes a connector makes a rig of a stand-in or a real server, and adds it to
`RIGS` in `rigs.py`. The suite, the engine's part of it and the table of
docs/connectors.md come with that.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Protocol

from connectors.base import Connector, Definition, Item, Window
from sync import jscalendar
from sync.content import Content
from tests.journeys.kinds import KINDS, MEETING, WEEKLY, Json, Kind, overridden
from tests.journeys.workbench import Workbench

WINDOW = Window(
    start=datetime(2026, 10, 20, tzinfo=UTC), end=datetime(2076, 1, 1, tzinfo=UTC)
)
MOVED: Kind = overridden(
    WEEKLY, "", "2031-03-17T10:00:00", {"start": "2031-03-18T15:00:00"}
)
PEOPLE: Json = {
    "anna@example.com": {
        "@type": "Participant",
        "name": "Anna",
        "sendTo": {"imip": "mailto:anna@example.com"},
        "roles": {"attendee": True, "owner": True},
        "participationStatus": "accepted",
    },
    "ben@example.com": {
        "@type": "Participant",
        "name": "Ben",
        "sendTo": {"imip": "mailto:ben@example.com"},
        "roles": {"attendee": True},
        "participationStatus": "tentative",
    },
}
MORE_KINDS: Mapping[str, Json] = {
    "floating": {"start": "2031-03-03T10:00:00", "duration": "PT1H"},
    "one occurrence moved": MOVED.item,
    "one occurrence with another title": overridden(
        WEEKLY, "", "2031-03-24T10:00:00", {"title": "Another"}
    ).item,
    "cancelled": {**MEETING.item, "status": "cancelled"},
    "participants and their answers": {**MEETING.item, "participants": PEOPLE},
    "video link": {
        **MEETING.item,
        "virtualLocations": {
            "1": {"@type": "VirtualLocation", "uri": "https://meet.example.com/abc"}
        },
    },
    "keywords": {**MEETING.item, "keywords": {"survey": True, "urgent": True}},
}


def contents() -> dict[str, Content]:
    """Return a content of each kind that the engine knows, by what people call it."""
    items = {**{name: kind.item for name, kind in KINDS.items()}, **MORE_KINDS}
    return {name: content_of(item, title=name) for name, item in items.items()}


def content_of(item: Json, *, title: str, uid: str = "") -> Content:
    """Return the content of an item; its uid follows from the title."""
    # Reminders that are the calendar's own are Google's alone.
    members = {name: item[name] for name in item if name != "useDefaultAlerts"}
    known = {"@type": "Event", "title": title, **members}
    plain = "".join(letter if letter.isalnum() else "-" for letter in title)
    return jscalendar.read(known, default_uid=uid or f"{plain}@tandem.example".lower())


def meeting(title: str, *, uid: str = "", hour: int = 10) -> Content:
    """Return an ordinary meeting of an hour."""
    item = {**MEETING.item, "start": f"2031-03-03T{hour:02}:00:00"}
    return content_of(item, title=title, uid=uid)


class Rig(Protocol):
    """One application, empty, with two hands on it: the connector's and a person's."""

    @property
    def definition(self) -> Definition: ...

    def connector(self) -> Connector:
        """Return the connector as a new process opens it, which remembers nothing."""
        ...

    def join(self, bench: Workbench) -> None:
        """Let the agenda of this bench be this application's."""
        ...

    # --- a person at the application itself ------------------------------------------

    def put(self, content: Content) -> str | None:
        """Enter an item, and return its id; None where nobody could enter such."""
        ...

    def change(self, item_id: str, content: Content) -> None:
        """Change an item so that it shows this."""
        ...

    def remove(self, item_id: str) -> None:
        """Delete an item."""
        ...

    # --- trouble ---------------------------------------------------------------------

    def expired(self, cursor: str) -> str:
        """Return a cursor of this kind that the application has forgotten."""
        ...

    def locked_out(self) -> Connector | None:
        """Return a connector whose credentials are wrong; None where it has none."""
        ...

    def cut_off(self) -> Connector | None:
        """Return a connector whose application is down; None where it cannot be."""
        ...

    def refused(self) -> Content:
        """Return what this application does not take."""
        ...

    def deaf(self) -> Connector:
        """Return a connector whose next create is done, and its answer lost."""
        ...


def read_all(
    connector: Connector, cursor: str | None = None, *, limit: int = 3
) -> tuple[dict[str, Item], str]:
    """Read to the end; return the latest of each item by id, and the cursor."""
    latest: dict[str, Item] = {}
    while True:
        page = connector.read(cursor, window=WINDOW, limit=limit)
        latest |= {item.id: item for item in page.items}
        cursor = page.cursor
        if not page.more:
            return latest, cursor


def titles(items: Mapping[str, Item] | Sequence[Item]) -> list[str]:
    """Return the titles of the items that are not deleted, in order."""
    found = items.values() if isinstance(items, Mapping) else items
    return sorted(item.content.details.title for item in found if item.content)
