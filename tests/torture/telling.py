"""Tell a story from its seed, as a whole or with only some of its beats."""

import traceback
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from services.ports.store import Store
from tests.torture.broken import broken
from tests.torture.chance import seeded
from tests.torture.proof import Beat, Proof
from tests.torture.stage import Stage
from tests.torture.stores import opened
from tests.torture.story import Broken, Story


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """Which story is to be told, on which store, and with which rule broken."""

    seed: int
    store: str = "sqlite"
    broken: str | None = None
    aloud: bool = False
    hostile: bool = False

    def opened(self) -> AbstractContextManager[Store]:
        """Open an empty store. Raises NoEmulator."""
        return opened(self.store)


@dataclass(frozen=True, slots=True)
class Told:
    """A story that was told, and how it failed, if it did."""

    proof: Proof
    failure: Broken | None = None

    @property
    def reached(self) -> Beat:
        """The last beat that was told."""
        return self.proof.beat

    @property
    def kind(self) -> str:
        """What kind of failure it was, without its details."""
        return str(self.failure or "").partition(":")[0].rstrip("0123456789 .")


def told(asked: Asked, beats: Sequence[Beat]) -> Told:
    """Tell these beats of a story in an empty store."""
    with asked.opened() as store, seeded(asked.seed) as luck:
        stage = Stage(store, hostile=asked.hostile)
        luck.hostile = asked.hostile
        proof = Proof(stage, luck, Story(aloud=asked.aloud))
        with broken(asked.broken, stage):
            return Told(proof, _failure(proof, beats))


def _failure(proof: Proof, beats: Sequence[Beat]) -> Broken | None:
    try:
        proof.go(beats)
    except Broken as found:
        return found
    except Exception as error:  # because whatever it is, it is to be told and shrunk
        last = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{last.filename}:{last.lineno}"
        failure = Broken(f"{type(error).__name__} in {where}: {error}")
        failure.__cause__ = error
        return failure
    return None
