"""The connectors that this process has, and what it hands them to work with."""

from collections.abc import Callable, Sequence

from connectors import registry
from connectors.base import Definition, Means
from connectors.http import Http
from connectors.shelf import ItemShelf
from functions.lazy import lazily
from services.world import Application, World


class Registered:
    """The port `services.world.Connectors`, over the folders in `connectors/`.

    Each connector gets an HTTP client of its own, made when it first asks something,
    which lives as long as it does.
    """

    def __init__(self, world: Callable[[], World], http: Callable[[], Http]) -> None:
        self._world = world
        self._http = http

    @property
    def names(self) -> Sequence[str]:
        """As the port promises."""
        return registry.names()

    def definition(self, name: str) -> Definition:
        """As the port promises."""
        return registry.definition(name)

    def means(self, application: Application) -> Means:
        """As the port promises."""
        world = self._world()
        return Means(
            agenda=application.agenda,
            time_zone=application.time_zone,
            now=world.clock.now,
            sleep=world.clock.sleep,
            http=lazily(self._http),
            shelf=lambda: _shelf(world, application.agenda),
            latest=application.last_number,
        )


def _shelf(world: World, agenda: str) -> ItemShelf:
    from services.items.engine_shelf import Shelf

    return Shelf(world, agenda)
