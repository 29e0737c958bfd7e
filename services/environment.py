"""The mark that the store keeps: a copied store must write to no calendar."""

from services.ports.store import Conflict, Create
from services.world import World
from sync.errors import OperatorFault

MARK_PATH = "house/environment"


def require_own_store(world: World) -> None:
    """Refuse to go on where the store belongs to another environment.

    Asked before any calendar is opened. A store without a mark takes ours.
    Raises OperatorFault.
    """
    mark = stored_mark(world)
    if mark != world.environment:
        raise OperatorFault(
            f'The store belongs to the environment "{mark}", but TANDEM_ENVIRONMENT '
            f'is "{world.environment}": nothing is written to any calendar.'
        )


def stored_mark(world: World) -> str:
    """Return the environment that the store belongs to; read once per process."""
    if world.memory.environment is None:
        world.memory.environment = _read_or_mark(world)
    return world.memory.environment


def _read_or_mark(world: World) -> str:
    found = world.store.get(MARK_PATH)
    if found is None:
        try:
            mark = {"mark": world.environment}
            world.store.commit([Create(path=MARK_PATH, data=mark)])
        except Conflict:
            return _read_or_mark(world)
        return world.environment
    return str(found.data["mark"])
