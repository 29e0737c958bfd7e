"""The shared suite's way into a CallPro agenda, whose items lie with us."""

from dataclasses import replace

from connectors.base import Connector, Definition
from connectors.callpro.connector import CallproConnector
from connectors.registry import definition
from services.items.engine_shelf import Shelf
from services.world import Application
from sync.content import Content
from tests.contract.connectors.rest_rig import RestRig
from tests.contract.connectors.rig import meeting
from tests.journeys.workbench import Workbench


class CallproRig(RestRig):
    """A `rest` agenda that holds what CallPro can show."""

    @property
    def definition(self) -> Definition:
        return definition("callpro")

    def connector(self) -> Connector:
        return CallproConnector(
            self.bench.agenda, Shelf(self.bench.world, self.bench.agenda)
        )

    def join(self, bench: Workbench) -> None:
        super().join(bench)

        def connect(application: Application) -> Connector:
            shelf = Shelf(bench.world, application.agenda)
            return CallproConnector(application.agenda, shelf, application.last_number)

        bench.world = replace(bench.world, connect=connect)

    def refused(self) -> Content:
        fine = meeting("Refused", uid="refused@tandem.example")
        return replace(fine, details=replace(fine.details, keywords=("x" * 300_000,)))
