"""What must hold when all is quiet."""

from collections.abc import Mapping
from typing import Any

from services.links.link import Link, Waiting
from services.run.keeping.recounting import counts_of
from sync.content import Content
from sync.delta import edited
from sync.facets import facets_of
from sync.google import content_of
from sync.sides import THERE, Atom, Pair, Side
from tests.torture.ledger import Case, Fate, differing, same, seen_in
from tests.torture.sides import Thing, things, token_of
from tests.torture.stage import ZONE, Stage
from tests.torture.story import Broken

GUESTS = ("participant/", "answer/")

There = Mapping[Side, Mapping[str, list[Thing]]]


def check(stage: Stage, cases: dict[str, Case]) -> None:
    """See to it that nothing was lost, doubled, mailed or left. Raises Broken."""
    there = things(stage)
    _no_strangers(there, cases)
    for token, case in list(cases.items()):
        if not _judged(case, there):
            del cases[token]
    _untouched(stage, there)
    _no_mail(stage)
    _links_rest(stage)
    _counted(stage)
    _announced(stage)
    _channels(stage)


def _no_strangers(there: There, cases: Mapping[str, Case]) -> None:
    for side, found in there.items():
        for token, alike in found.items():
            if token not in cases:
                raise Broken(f"Nobody made what stands in the {side}: {token}", token)
            if len(alike) > 1:
                raise Broken(f"It stands {len(alike)} times in the {side}.", token)


def _judged(case: Case, there: There) -> bool:
    """Judge one appointment; False when it is rightly gone."""
    standing = {side: there[side].get(case.token, []) for side in Side}
    sides = [side for side in Side if standing[side]]
    if len(sides) == 1:
        raise Broken(f"It stands in the {sides[0]} only; {case.fate}.", case.token)
    if not sides:
        if case.fate is Fate.THERE:
            raise Broken("It is gone, and nobody wanted that.", case.token)
        return False
    if case.fate is Fate.GONE:
        raise Broken("It was deleted, and is there again.", case.token)
    if case.gone:
        case.reborn = True
    contents = {side: standing[side][0].shown for side in Side}
    _agree(case, contents)
    _survived(case, contents)
    case.agree(contents[Side.CALENDAR])
    case.fate = Fate.THERE
    return True


def _agree(case: Case, contents: Mapping[Side, Content]) -> None:
    calendar, agenda = contents[Side.CALENDAR], contents[Side.AGENDA]
    slots = {*calendar.overrides, *agenda.overrides}
    atoms = [
        atom
        for atom in differing(calendar, agenda, slots)
        if not (case.reborn and atom.name.startswith(GUESTS))
    ]
    if not atoms:
        return
    ours, theirs = facets_of(calendar, slots), facets_of(agenda, slots)
    told = [
        f"{_named(atom)}: calendar {seen_in(ours, atom)!r},"
        f" agenda {seen_in(theirs, atom)!r}"
        for atom in atoms
    ]
    raise Broken("The two sides differ: " + "; ".join(told), case.token)


def _survived(case: Case, contents: Mapping[Side, Content]) -> None:
    content = contents[Side.CALENDAR]
    if case.reborn and case.gone:
        return
    shows = facets_of(content, case.slots)
    whole = facets_of(case.base, case.slots)[None] or {}
    asked = {Atom(None, name) for name in {*whole, *(shows[None] or {})}}
    asked |= case.atoms.keys()
    for atom in sorted(asked, key=str):
        certain, value = case.wanted(atom)
        hidden = atom.slot is not None and shows.get(atom.slot) is None
        if hidden and atom.name != THERE:
            continue
        if not certain or (case.reborn and atom.name.startswith(GUESTS)):
            continue
        found = seen_in(shows, atom)
        if not same(found, value, atom):
            what = f"{_named(atom)} must be {value!r}, and is {found!r}"
            raise Broken(f"An edit was lost: {what}.", case.token)


def _named(atom: Atom) -> str:
    return atom.name if atom.slot is None else f"{atom.slot} {atom.name}"


def _untouched(stage: Stage, there: There) -> None:
    """See to it that what Tandem does not map is as people left it."""
    for thing in (
        one for side in Side for each in there[side].values() for one in each
    ):
        wanted = stage.attached.get(thing.id, {})
        if not _holds(thing.raw, wanted):
            found = {name: thing.raw.get(name) for name in wanted}
            what = f"{wanted} was added, and there is {found}"
            raise Broken(f"What is not mapped was lost: {what}.", thing.token)


def _holds(found: Any, wanted: Any) -> bool:
    if not isinstance(wanted, Mapping) or not isinstance(found, Mapping):
        return bool(found == wanted)
    return all(_holds(found.get(name), value) for name, value in wanted.items())


def _no_mail(stage: Stage) -> None:
    mails = list(stage.app.world.state.mails.all())
    if mails:
        raise Broken(f"Google mailed guests {len(mails)} times: {mails[0]}.")


def _links_rest(stage: Stage) -> None:
    for link in stage.links():
        if (link.rank or link.intent) and not _rightly_waits(link):
            what = f"{link.rank.name}, {link.waiting}: {link.why}"
            raise Broken(f"A link is left dirty: {what}")
        _carried_all(link)


def _counted(stage: Stage) -> None:
    """See to it that what the connection counts is what its links are."""
    found, told = counts_of(stage.links()), stage.connection().counts
    if found != told:
        raise Broken(f"The connection counts {told}, and its links are {found}.")


def _carried_all(link: Link) -> None:
    """See to it that no edit is left that nobody carries: a delete would meet it."""
    now: dict[Side, Content | None] = {
        Side.CALENDAR: content_of(link.rows, zone=ZONE),
        Side.AGENDA: link.item.content if link.item else None,
    }
    for side, content in now.items():
        left = edited(Pair(now=now, seen=link.seen), side)
        if content is not None and all(now.values()) and left:
            names = sorted(_named(atom) for atom in left)
            token = token_of(content.details.title)
            raise Broken(f"An edit in the {side} is left uncarried: {names}.", token)


def _rightly_waits(link: Link) -> bool:
    return link.waiting in (Waiting.HELD,)


def _announced(stage: Stage) -> None:
    if stage.watch.unannounced:
        raise Broken(f"No intent told of it: {stage.watch.unannounced[0]}.")


def _channels(stage: Stage) -> None:
    unknown = stage.strange_channels() - stage.forgotten
    if unknown:
        raise Broken(f"{len(unknown)} channels are open that nobody knows of.")
