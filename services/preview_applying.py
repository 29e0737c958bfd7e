"""Apply a preview: what a person said yes to is done, exactly as it was shown."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from services.connections import Connection
from services.preview_entries import Entry
from services.preview_pages import entries_from
from services.previews import Preview
from services.world import World


@dataclass(frozen=True, kw_only=True, slots=True)
class Chosen:
    """Which entries a person said yes to: all, only these, or all but these."""

    only: frozenset[str] | None = None
    but: frozenset[str] = frozenset()

    def has(self, entry: Entry) -> bool:
        """Return whether the yes is to this entry; its link's id names it too."""
        names = {entry.id, entry.link}
        if self.only is not None and not names & self.only:
            return False
        return not names & self.but


@dataclass(frozen=True, kw_only=True, slots=True)
class Applying:
    """What a hook is given: the preview, and what of it is to be done."""

    world: World
    connection: Connection
    preview: Preview
    chosen: Chosen
    now: datetime

    def entries(self) -> Iterator[Entry]:
        """Yield the entries that a person said yes to, as they were shown."""
        for entry in entries_from(self.world.store, self.preview.shelf, first=0):
            if self.chosen.has(entry):
                yield entry


@dataclass(frozen=True, kw_only=True, slots=True)
class Applied:
    """How many writes may go, and how many changed since they were shown."""

    passed: int
    replanned: int = 0


Hook = Callable[[Applying], Applied]
"""Does what the yes to one kind of preview asks for, and queues nothing: links that are
to be worked off are dirty and due afterwards, and a run is asked for by the caller."""

HOOKS: Mapping[str, Hook] = {}
"""By kind of preview; whoever adds a kind adds a row."""
