"""Explain a link: how its sides stand to each other, and what was decided about it."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.connections import journal
from services.connections.connection import RUNNING, Connection, State
from services.links.link import Intent, Link
from services.links.why import Facts, story
from services.run.connecting import rules_of
from services.run.deciding.rules import Rules
from services.world import World
from sync.delta import changes
from sync.errors import AccessLost
from sync.google import Unreadable
from sync.plan import Act, plan
from sync.sides import Atom, Pair, Side

DECISIONS = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Explained:
    """A link in words, with the fields that differ and its last writes."""

    sentences: Sequence[str]
    news: dict[Side, frozenset[Atom]]
    apart: frozenset[Atom]
    writes: Sequence[Intent]


def explain(world: World, connection: Connection, link: Link) -> Explained:
    """Return why a link is as it is, from what is stored; no side is asked."""
    writes = decisions(world, connection.id, link)
    try:
        rules = rules_of(world, connection)
        facts = _facts(connection, link, rules)
    except (AccessLost, Unreadable) as error:
        return Explained(sentences=[str(error)], news={}, apart=frozenset(), writes=[])
    return Explained(
        sentences=story(link, facts, writes),
        news=dict(facts.news),
        apart=facts.apart,
        writes=writes,
    )


def decisions(world: World, connection_id: str, link: Link) -> list[Intent]:
    """Return the last writes of a link that the journal still keeps, newest first."""
    paths = [f"{journal.journal_of(connection_id)}/{page}" for page in link.pages]
    found = journal.pages_at(world.store, paths)
    return [
        entry.intent
        for page in found
        for entry in journal.written(page)
        if entry.intent.link == link.id
    ][:DECISIONS]


def _facts(connection: Connection, link: Link, rules: Rules) -> Facts:
    pair = rules.pair(link)
    planned = plan(pair, rules.policy(link))
    stopped = connection.state not in RUNNING
    asks = connection.state is State.NEEDS_APPROVAL
    return Facts(
        settings=rules.settings,
        news=_news(pair),
        apart=_apart(pair),
        out_of_scope=rules.out_of_scope(link),
        paused=connection.reason if stopped or asks else "",
        planned=planned.why if planned.act is Act.NOTHING else "",
    )


def _news(pair: Pair) -> dict[Side, frozenset[Atom]]:
    """Return what each side changed since it was last carried."""
    found: dict[Side, frozenset[Atom]] = {}
    for side in Side:
        now, seen = pair.now[side], pair.seen[side]
        found[side] = frozenset()
        if now is not None and seen is not None:
            found[side] = changes(now, seen)
    return found


def _apart(pair: Pair) -> frozenset[Atom]:
    calendar, agenda = pair.now[Side.CALENDAR], pair.now[Side.AGENDA]
    if calendar is None or agenda is None:
        return frozenset()
    return changes(agenda, calendar)
