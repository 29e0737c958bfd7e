"""Why an appointment is as it is: in sentences that a person understands."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from services.agendas.settings import Rule
from services.agendas.settings_reading import AgendaSettings
from services.links.link import Intent, Link, Rank, Waiting
from services.links.plain_names import NAMES, named, plain_name
from services.ports.values import Json
from sync.sides import Atom, Side
from sync.troubles import NEXT_STEPS

LONGEST_VALUE = 120
OUTCOMES: Mapping[str, str] = {
    "": "what came of it is looked up first",
    "stale": "but the {side} had changed meanwhile, so it was planned again",
    "refused": "but the {side} refused it{answer}",
    "unknown": "but no answer came, so it was looked up before anything else",
    "postponed": "and was put off, since the time was up or Google asked to wait",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What is known of a link besides itself.

    `news` are the atoms that each side changed and that are not carried yet, `apart`
    those in which the two sides differ although nothing is left to do.
    """

    settings: AgendaSettings
    news: Mapping[Side, frozenset[Atom]] = field(default_factory=dict)
    apart: frozenset[Atom] = frozenset()
    out_of_scope: str = ""
    paused: str = ""
    planned: str = ""


def story(link: Link, facts: Facts, writes: Sequence[Intent]) -> list[str]:
    """Return how a link stands, then what happened to it, the newest first."""
    told = [*_standing(link, facts), *_not_carried(link, facts)]
    for intent in writes:
        told += told_of(intent, facts.settings)
    return told


# --- How it stands -------------------------------------------------------------------


def _standing(link: Link, facts: Facts) -> Iterator[str]:
    if facts.paused:
        yield f"Nothing is carried at the moment: {_sentence(facts.paused)}"
    if link.ended_at is not None:
        yield f"It is gone on both sides since {_moment(link.ended_at)}."
    elif link.waiting is not None:
        yield from _waiting(link)
    elif facts.out_of_scope or _is_dormant(link):
        yield f"Not synced: {_sentence(facts.out_of_scope or link.why)}"
    elif link.rank is not Rank.CLEAN:
        yield _sentence(link.why if link.suspect else "It is carried with the next run")
    else:
        yield from _resting(link, facts)


def _resting(link: Link, facts: Facts) -> Iterator[str]:
    if link.foreign:
        yield "It is a copy that another connection made, so it is not taken over."
    elif link.alone is not None:
        reason = f": {facts.planned}" if facts.planned else ""
        yield _sentence(f"It stands in the {link.alone} only{reason}")
    elif not facts.apart:
        yield "Both sides show the same, and nothing is left to do."


def _is_dormant(link: Link) -> bool:
    return link.rank is Rank.CLEAN and bool(link.why) and not link.linked


def _waiting(link: Link) -> Iterator[str]:
    why = _sentence(link.why)
    match link.waiting:
        case Waiting.HELD:
            yield f"It is held until a person answers: {why}"
        case Waiting.UNSURE:
            yield f"A person has to decide: {why}"
        case Waiting.LIMITED:
            until = f" until {_moment(link.due_at)}" if link.due_at else ""
            yield f"It waits{until}: {why}"
        case _:
            yield from _parked(link)


def _parked(link: Link) -> Iterator[str]:
    note = link.parked
    since = f" since {_moment(note.since)}" if note else ""
    yield f"It is set aside{since}: {_sentence(link.why)}"
    if note is None:
        return
    if note.field:
        yield f"The trouble is the {plain_name(note.field)}."
    if note.reply is not None and note.reply.message:
        yield f"The other side said: «{_short(note.reply.message)}»."
    yield NEXT_STEPS[note.cause]


def _not_carried(link: Link, facts: Facts) -> Iterator[str]:
    for side, atoms in facts.news.items():
        if atoms:
            verb = _verb(atoms)
            yield f"{_capital(named(atoms))} {verb} in the {side}; not carried yet."
    if link.note:
        yield _sentence(link.note)
    if facts.apart and link.rank is Rank.CLEAN:
        yield (
            f"The two sides differ in {named(facts.apart)}: a setting keeps that where "
            "it is, or one side cannot hold it."
        )


# --- What happened -------------------------------------------------------------------


def told_of(intent: Intent, settings: AgendaSettings) -> Iterator[str]:
    """Yield what one write did, and what it decided."""
    what = _deed(intent)
    if intent.outcome != "done":
        answer = f" («{_short(intent.answer)}»)" if intent.answer else ""
        words = OUTCOMES.get(intent.outcome, "but it was not done")
        what = f"{what}; {words.format(side=intent.side, answer=answer)}"
    yield f"{_moment(intent.at)}: {what}."
    for name, value in intent.lost.items():
        yield _dispute(intent, settings, name=name, value=value)
    if intent.outcome == "done" and intent.mails != "none":
        yield "Google mailed its guests about it."


def _deed(intent: Intent) -> str:
    target, source = intent.side, intent.side.other
    if intent.order:
        return f"{_asked(intent)} in the {target}, as a person asked ({intent.why})"
    match intent.act:
        case "create" if "deleted" in intent.why:
            return (
                f"It was deleted in the {target} but edited since in the {source}, so "
                f"it was made anew in the {target}"
            )
        case "create":
            return f"It was new in the {source} and was put into the {target}"
        case "delete":
            return f"{_gone(intent)}, so it was deleted in the {target}"
        case _:
            verb = _verb(intent.atoms)
            what = _capital(named(intent.atoms))
            if intent.why != f"changed in the {source}":
                return f"{what} {verb} in the {target}: {intent.why}"
            carried = "carried" if intent.outcome == "done" else "to be carried"
            return f"{what} {verb} in the {source} and {carried} to the {target}"


def _gone(intent: Intent) -> str:
    source = intent.side.other
    if intent.why == f"deleted in the {source}":
        return f"It was deleted in the {source}"
    return _capital(intent.why.removesuffix("."))


def _asked(intent: Intent) -> str:
    match intent.act:
        case "create":
            return "It was made again"
        case "delete":
            return "It was deleted"
        case _:
            return f"{_capital(named(intent.atoms))} {_verb(intent.atoms)}"


def _dispute(
    intent: Intent, settings: AgendaSettings, *, name: str, value: Json
) -> str:
    """Tell whose value lost; it lost on the side to which the winner was carried."""
    carried = {_key(atom) for atom in intent.atoms}
    loser = intent.side if name in carried else intent.side.other
    slot, _, last = name.rpartition(" ")
    where = f" of the occurrence of {slot.replace('T', ' ')}" if slot else ""
    said = "was empty" if value is None else f"was «{_short(_plain(value))}»"
    return (
        f"Both sides changed the {plain_name(last)}{where}; the {loser.other} wins by "
        f"{_rule(settings, last)}; the {loser}'s {said} and is kept in the journal."
    )


def _key(atom: Atom) -> str:
    return atom.name if atom.slot is None else f"{atom.slot.isoformat()} {atom.name}"


def _rule(settings: AgendaSettings, name: str) -> str:
    of_field = settings.conflict_by_field.get(name.partition("/")[0])
    rule = settings.conflict if of_field is None else of_field
    setting = "`conflict`" if of_field is None else "`conflict.by_field`"
    later = ", since its change was the later one" if rule is Rule.LATEST else ""
    return f"the setting {setting}{later}"


# --- Words ---------------------------------------------------------------------------


def _verb(atoms: frozenset[Atom]) -> str:
    names = {NAMES.get(atom.name.partition("/")[0], atom.name) for atom in atoms}
    many = len(names) != 1 or names <= {"participants", "reminders", "categories"}
    return "were changed" if many else "was changed"


def _plain(value: Json) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        known = (value.get(name) for name in ("text", "start", "answer", "name"))
        return next((str(one).replace("T", " ") for one in known if one), "set")
    return "set" if value is True else str(value)


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= LONGEST_VALUE else f"{flat[:LONGEST_VALUE]}…"


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _sentence(text: str) -> str:
    text = _capital(text.strip())
    return text if text.endswith((".", "!", "?", "»")) else f"{text}."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
