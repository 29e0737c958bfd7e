"""All that can be decided about one preview in one request."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from services.ports.values import Json
from services.previews.answers import No, decline, undo_done
from services.previews.applying import Chosen, apply
from services.previews.pairs import Pairing, decide_pairs
from services.previews.preview import unexpired
from services.world import World

NOS: Mapping[str, No] = {"no": No.LEAVE, "leave": No.LEAVE, "restore": No.RESTORE}


@dataclass(frozen=True, kw_only=True, slots=True)
class DecisionsGiven:
    """What somebody decided: pairs, answers by the id of a write, writes to undo."""

    pairs: Sequence[Pairing] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    undo: Sequence[str] | str | None = None


def decide(
    world: World,
    connection_id: str,
    preview_id: str,
    given: DecisionsGiven,
    *,
    now: datetime,
) -> Mapping[str, Json]:
    """Do what was decided, pairs first, and return what it came to.

    Raises Unknown, Expired, Invalid, InTheWay.
    """
    unexpired(world.store, connection_id, preview_id, now=now)
    decided: dict[str, Json] = {"run": None}
    if given.pairs:
        run = decide_pairs(world, connection_id, preview_id, given.pairs, now=now)
        decided |= {"run": run, "decided": len(given.pairs)}
    if given.undo is not None:
        writes = None if given.undo == "all" else list(given.undo)
        undone = undo_done(world, connection_id, preview_id, writes, now=now)
        decided |= {"run": undone.run, "undone": undone.undone}
    return decided | _answered(world, connection_id, preview_id, given, now=now)


def _answered(
    world: World,
    connection_id: str,
    preview_id: str,
    given: DecisionsGiven,
    *,
    now: datetime,
) -> dict[str, Json]:
    decided: dict[str, Json] = {}
    for no in No:
        names = {name for name, said in given.answers.items() if NOS.get(said) is no}
        if names:
            chosen = Chosen(only=frozenset(names))
            done = decline(
                world, connection_id, preview_id, no=no, now=now, chosen=chosen
            )
            known = decided.get("declined", 0)
            decided |= {"run": done.run, "declined": known + done.declined}
            decided["restored"] = decided.get("restored", 0) + done.restored
    yes = frozenset(name for name, said in given.answers.items() if said == "yes")
    if yes:
        chosen = Chosen(only=yes)
        applied = apply(world, connection_id, preview_id, now=now, chosen=chosen)
        decided |= {"run": applied.run, "passed": applied.passed}
        decided["replanned"] = applied.replanned
    return decided
