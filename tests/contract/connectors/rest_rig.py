"""The shared suite's way into a `rest` agenda: our own API is the application."""

from dataclasses import replace

from connectors.base import Connector, Definition
from connectors.registry import definition
from connectors.rest.connector import RestConnector
from services.items.engine_shelf import Shelf
from sync import jscalendar
from sync.content import Content
from tests.contract.connectors.rig import meeting
from tests.journeys.api_bench import ApiBench
from tests.journeys.workbench import Workbench
from tests.twins import Fails, FaultyStore

CREATE_COMMITS_AT = 2
"""Which operation of the store a create is done with; it reads before."""


class RestRig:
    """An agenda of an API bench, and a person with its key."""

    def __init__(self) -> None:
        self.bench = ApiBench()
        self._count = 0
        self._joined: Workbench | None = None

    @property
    def definition(self) -> Definition:
        return definition("rest")

    def connector(self) -> Connector:
        return self.bench.connector()

    def join(self, bench: Workbench) -> None:
        """Enter items at the bench's agenda, which lies with us as well."""
        self._joined = bench

    def put(self, content: Content) -> str:
        self._count += 1
        item_id = f"by-hand-{self._count}"
        self.change(item_id, content)
        return item_id

    def change(self, item_id: str, content: Content) -> None:
        if self._joined is not None:
            self._joined.put(item_id, **jscalendar.write(content))
            return
        said = self.bench.put(item_id, jscalendar.write(content))
        assert said.status_code in (200, 201), said.json

    def remove(self, item_id: str) -> None:
        if self._joined is not None:
            self._joined.remove(item_id)
            return
        path = f"{self.bench.items}/{item_id}"
        self.bench.call("DELETE", path, key=self.bench.agenda_key)

    def expired(self, cursor: str) -> str:
        mode, number, _ = cursor.split(".")
        return f"{mode}.{number}.0"

    def locked_out(self) -> None:
        """Nobody needs credentials for what lies with us."""

    def cut_off(self) -> None:
        """Without our own store nothing runs at all."""

    def refused(self) -> Content:
        return meeting("x" * 300_000, uid="refused@tandem.example")

    def deaf(self) -> Connector:
        store = FaultyStore(self.bench.store)
        store.fail_at(CREATE_COMMITS_AT, Fails.AFTER)
        world = replace(self.bench.world, store=store)
        return RestConnector(self.bench.agenda, Shelf(world, self.bench.agenda))
