"""The shared suite's way into Odoo 17, 18 and 19: the stand-in in tests/odoo."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

from connectors.base import Connector, Definition, Means
from connectors.odoo.connector import OdooConnector
from connectors.odoo.cursor import packed, unpacked
from connectors.registry import definition
from connectors.shelf import ItemShelf
from services.items.engine_shelf import Shelf
from sync.content import Content
from tests.contract.connectors.rig import Rig, content_of
from tests.journeys.workbench import Workbench
from tests.odoo.hand import Hand
from tests.odoo.server import ADDRESS, DATABASE, OdooServer
from tests.odoo.shelf import MemoryShelf
from tests.twins import VirtualClock

ANNA, KEY = "anna@example.com", "anna-s-key"
RIGHTS = ("base.group_partner_manager", "base.group_system")
ZONE = "Europe/Amsterdam"
Json = Any


class OdooRig:
    """One Odoo, in which Anna has a calendar and a key."""

    def __init__(self, version: int) -> None:
        self.server = OdooServer(version)
        self.server.add_user(ANNA, KEY, *RIGHTS)
        self.shelf: ItemShelf = MemoryShelf()
        self.clock = VirtualClock(self.server.now)
        self.application = self.tried(api_key=KEY)
        self.hand = Hand(self.server, self._opened().owner)

    @property
    def definition(self) -> Definition:
        return definition("odoo")

    def tried(self, **given: Json) -> Mapping[str, Json]:
        """Return what is kept of an application that works."""
        application = {"url": ADDRESS, "database": DATABASE, "user": ANNA, **given}
        return self.definition.tried(application, self.means())

    def means(self) -> Means:
        """Return what the connector works with."""
        return Means(
            agenda="agenda-1",
            time_zone=ZONE,
            now=self.clock.now,
            sleep=self.clock.sleep,
            http=self.server,
            shelf=lambda: self.shelf,
        )

    def connector(self) -> Connector:
        return self._opened()

    def _opened(self, **changed: Json) -> OdooConnector:
        opened = self.definition.open({**self.application, **changed}, self.means())
        assert isinstance(opened, OdooConnector)
        return opened

    def join(self, bench: Workbench) -> None:
        """Let the bench's agenda be Anna's calendar, with notes on its own shelf."""
        self.shelf = Shelf(bench.world, bench.agenda)
        bench.world = replace(bench.world, connect=lambda _: self._opened())

    def put(self, content: Content) -> str | None:
        return self.hand.put(content)

    def change(self, item_id: str, content: Content) -> None:
        self.hand.change(item_id, content)

    def remove(self, item_id: str) -> None:
        self.hand.remove(item_id)

    def expired(self, cursor: str) -> str:
        """Odoo forgets no cursor; one of another form than ours is as good as none."""
        assert packed(unpacked(cursor)) == cursor
        return cursor[:-8]

    def locked_out(self) -> Connector:
        return self._opened(api_key="another")

    def cut_off(self) -> Connector:
        means = replace(self.means(), http=self._down())
        return self.definition.open(self.application, means)

    def _down(self) -> OdooServer:
        down = OdooServer(self.server.version)
        down.is_down = True
        return down

    def refused(self) -> Content:
        return every_hour()

    def deaf(self) -> Connector:
        self.server.loses_next_create = True
        return self.connector()

    def pass_time(self, by: timedelta) -> None:
        """Let time pass, at Odoo and with us."""
        self.server.pass_time(by)
        self.clock.sleep(by)


def every_hour() -> Content:
    """Return a series that no Odoo has a form for."""
    item = {
        "start": "2031-03-03T10:00:00",
        "timeZone": ZONE,
        "recurrenceRules": [{"@type": "RecurrenceRule", "frequency": "hourly"}],
    }
    return content_of(item, title="Every hour", uid="refused@tandem.example")


def odoo(version: int) -> Callable[[], AbstractContextManager[Rig]]:
    """Return what makes an Odoo of this version."""

    @contextmanager
    def made() -> Iterator[Rig]:
        yield OdooRig(version)

    return made
