"""The applications on which the shared suite is run, by what the table calls them."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager

from tests.contract.connectors.rest_rig import RestRig
from tests.contract.connectors.rig import Rig


@contextmanager
def rest() -> Iterator[Rig]:
    """Give an agenda that lies with us."""
    yield RestRig()


RIGS: Mapping[str, Callable[[], AbstractContextManager[Rig]]] = {"rest": rest}
"""Each makes an empty application, and takes it away again."""
