"""Which connectors there are: each folder beside this file that has `definition.py`.

A definition is imported when it is asked for, and its connector when one is opened: a
function that meets only one kind of application loads only that one.
"""

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from pathlib import Path

from connectors.base import Definition


@cache
def names() -> Sequence[str]:
    """Return the names of all connectors, in order."""
    found = Path(__file__).parent.glob("*/definition.py")
    return tuple(sorted(path.parent.name for path in found))


def definition(name: str) -> Definition:
    """Return what a connector says of itself. Raises KeyError for an unknown name."""
    if name not in names():
        raise KeyError(name)
    found = import_module(f"connectors.{name}.definition").DEFINITION
    if not isinstance(found, Definition) or found.name != name:
        raise TypeError(f"connectors/{name}/definition.py declares something else.")
    return found
