"""The shared suite's way into OpenFire: the stand-in in tests/openfire."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from connectors.base import Connector, Definition, Means
from connectors.openfire.connector import OpenFireConnector
from connectors.registry import definition
from connectors.shelf import ItemShelf
from services.items.engine_shelf import Shelf
from sync.content import Content
from tests.contract.connectors.odoo_rig import ZONE, every_hour
from tests.contract.connectors.rig import Rig
from tests.journeys.workbench import Workbench
from tests.odoo.shelf import MemoryShelf
from tests.openfire.hand import Hand
from tests.openfire.server import (
    ADDRESS,
    ANNA,
    DATABASE,
    PASSWORD,
    TASK,
    OpenFireServer,
)
from tests.twins import VirtualClock

Json = Any
GIVEN = {"url": ADDRESS, "database": DATABASE, "user": ANNA, "password": PASSWORD}


class OpenFireRig:
    """One OpenFire, in which Anna is an operator."""

    def __init__(self, **given: Json) -> None:
        self.server = OpenFireServer()
        self.shelf: ItemShelf = MemoryShelf()
        self.clock = VirtualClock()
        chosen = {"task": TASK, "allow_deletion": True, "allow_overlaps": True}
        self.application = self.tried(**{**chosen, **given})
        opened = self.opened()
        self.hand = Hand(self.server, opened.owner, opened.office.hours)

    @property
    def definition(self) -> Definition:
        return definition("openfire")

    def tried(self, **given: Json) -> Mapping[str, Json]:
        """Return what is kept of an application that works."""
        return self.definition.tried({**GIVEN, **given}, self.means())

    def means(self, server: OpenFireServer | None = None) -> Means:
        """Return what the connector works with."""
        return Means(
            agenda="agenda-1",
            time_zone=ZONE,
            now=self.clock.now,
            sleep=self.clock.sleep,
            http=server or self.server,
            shelf=lambda: self.shelf,
        )

    def connector(self) -> Connector:
        return self.opened()

    def opened(self, **changed: Json) -> OpenFireConnector:
        """Return the connector, with some of its application changed."""
        opened = self.definition.open({**self.application, **changed}, self.means())
        assert isinstance(opened, OpenFireConnector)
        return opened

    def join(self, bench: Workbench) -> None:
        """Let the bench's agenda be Anna's visits, with notes on its own shelf."""
        self.shelf = Shelf(bench.world, bench.agenda)
        bench.world = replace(bench.world, connect=lambda _: self.opened())

    def put(self, content: Content) -> str | None:
        return self.hand.put(content)

    def change(self, item_id: str, content: Content) -> None:
        self.hand.change(item_id, content)

    def remove(self, item_id: str) -> None:
        self.hand.remove(item_id)

    def expired(self, cursor: str) -> str:
        """OpenFire forgets no cursor; half of one is as good as none."""
        return cursor[:-8]

    def locked_out(self) -> Connector:
        return self.opened(password="another")

    def cut_off(self) -> Connector:
        down = OpenFireServer()
        down.is_down = True
        return self.definition.open(self.application, self.means(down))

    def refused(self) -> Content:
        return every_hour()

    def deaf(self) -> Connector:
        self.server.loses_next_create = True
        return self.connector()


@contextmanager
def openfire() -> Iterator[Rig]:
    """Give an OpenFire."""
    yield OpenFireRig()
