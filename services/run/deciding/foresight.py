"""What would be done with links, found out without doing it or asking either side."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NoReturn, cast

from services.links.documents import TooLarge
from services.links.link import Link, Rank, Waiting
from services.ports.calendar import Calendar, Mails
from services.previews.entries import Candidate, Entry, EntryKind, kind_of_plan
from services.run.deciding.gate import Gate
from services.run.deciding.mails import guests, mails_of
from services.run.deciding.preparing import Preparing
from services.run.deciding.ranking import waits_for_master
from services.run.looking.pairs import Arrivals
from services.run.session import Session
from services.run.staged import Staged
from sync.content import Content
from sync.errors import ContentRefused, TransientError
from sync.google import AttendeesOmitted, Unreadable, steps
from sync.plan import Act, Plan
from sync.plan_hash import content_mark, plan_marks
from sync.plan_writes import writes_of
from sync.sides import Side

UNFORESEEN = (ContentRefused, AttendeesOmitted, Unreadable, TooLarge, TransientError)


@dataclass(slots=True)
class _Watcher(Gate):
    """A gate that lets nothing pass, and notes what would have."""

    link: Link | None = None
    plan: Plan | None = None

    def passed(self, link: Link, plan: Plan) -> Link:
        """Note what is planned, and hold it."""
        self.link, self.plan = link, plan
        return replace(link, waiting=Waiting.HELD)


class Foresight:
    """Plans links as a run would, a batch at a time; nothing of it is saved.

    A link that joined another one is told of once. What a person approves is told to
    no guest, unless `mails` says that the preview shows who is mailed.
    """

    def __init__(self, session: Session, *, mails: bool = False) -> None:
        self.session, self.mails = session, mails
        self.told: set[str] = set()

    def entries(self, staged: Sequence[Staged]) -> Iterator[Entry]:
        """Yield what would be done with these links, and what of them is unsure."""
        arrivals = Arrivals(self.session, staged)
        for each in staged:
            if not each.gone and each.link.id not in self.told:
                yield from self._entries(each, arrivals)

    def plan_of(self, each: Staged) -> tuple[Link, Plan] | None:
        """Return the plan of one link, with the link that it is then about."""
        return self._planned(each, Arrivals(self.session, [each]))

    def _entries(self, each: Staged, arrivals: Arrivals) -> Iterator[Entry]:
        before = each.link.id
        found = self._planned(each, arrivals)
        self.told.add(before)
        if found is not None:
            link, plan = found
            self.told.update(one for one in (link.id,) if one)
            self.told.update(name for name, one in arrivals.staged.items() if one.gone)
            yield from entries_of(self.session, link, plan, mails=self.mails)
        elif each.link.waiting is Waiting.UNSURE:
            yield self._unsure(each, arrivals)

    def _planned(self, each: Staged, arrivals: Arrivals) -> tuple[Link, Plan] | None:
        link = each.link
        if link.intent or link.reread or link.order or link.ended_at:
            return None
        if waits_for_master(link):
            return None
        if link.waiting is Waiting.PARKED:
            return None
        decided = replace(link.decided, yes=frozenset(), no=frozenset())
        rank = link.rank or Rank.EDIT
        each.link = replace(link, waiting=None, decided=decided, rank=rank)
        settings = self.session.settings
        watcher = _Watcher(self.session.connection, settings, self.session.now())
        try:
            Preparing(self.session, arrivals, watcher).step(each)
        except UNFORESEEN:
            return None
        if watcher.link is None or watcher.plan is None:
            return None
        if link.decided.no >= plan_marks(watcher.plan):
            return None
        return watcher.link, watcher.plan

    def _unsure(self, each: Staged, arrivals: Arrivals) -> Entry:
        link, pair = each.link, self.session.rules.pair(each.link)
        side = link.alone or link.birth
        shown = pair.now[side]
        return Entry(
            id=link.id,
            link=link.id,
            kind=EntryKind.UNSURE,
            side=side,
            why=link.why,
            cause=link.id,
            marks=frozenset() if shown is None else frozenset({content_mark(shown)}),
            now=pair.now,
            candidates=tuple(self._candidates(arrivals.alike(each))),
        )

    def _candidates(self, found: Sequence[Staged]) -> Iterator[Candidate]:
        for each in found:
            now = self.session.rules.pair(each.link).now
            content = now[Side.AGENDA] or now[Side.CALENDAR]
            if content is not None:
                mark = content_mark(content)
                yield Candidate(link=each.link.id, mark=mark, content=content)


def entries_of(
    session: Session, link: Link, plan: Plan, *, mails: bool = False
) -> Iterator[Entry]:
    """Yield an entry for each write that a plan leads to, and one for a meeting."""
    now = session.rules.pair(link).now
    if plan.act is Act.MEET:
        paired = _entry(session, link, plan, now, name="pair")
        yield replace(paired, wanted=now[Side.CALENDAR])
    for each in writes_of(plan):
        entry = _entry(session, link, each, now, name=str(each.side))
        mailed = _mailed(session, link, each) if mails else ()
        yield replace(entry, mailed=mailed)


def _entry(
    session: Session,
    link: Link,
    plan: Plan,
    now: Mapping[Side, Content | None],
    *,
    name: str,
) -> Entry:
    return Entry(
        id=f"{link.id}~{name}",
        link=link.id,
        kind=kind_of_plan(plan),
        side=plan.side,
        why=plan.why,
        cause=link.id,
        marks=plan_marks(plan),
        atoms=plan.atoms,
        now=now,
        wanted=plan.wanted,
        calls=calls_of(session, link, plan),
    )


def _mailed(session: Session, link: Link, plan: Plan) -> tuple[str, ...]:
    """Return the addresses of the guests whom Google would mail; mostly nobody."""
    if mails_of(session, link, plan) is Mails.NONE:
        return ()
    return tuple(sorted(guests(session, link, plan)))


def calls_of(session: Session, link: Link, plan: Plan) -> int:
    """Return about how many calls to Google a write takes."""
    if plan.side is not Side.CALENDAR or plan.act is Act.MEET:
        return 0
    if plan.act is not Act.WRITE or plan.wanted is None:
        exceptions = 0 if plan.wanted is None else len(plan.wanted.overrides)
        return 1 + 2 * exceptions
    raw = session.rules.raw(link, Side.CALENDAR, plan.wanted)
    kept = session.rules.kept(link, Side.CALENDAR)
    if kept is None:
        return 1
    changes = steps(kept, raw, link.rows, zone=session.connection.zone)
    # An exception that Google has no row for is asked for by its original start first.
    return sum(1 + (one.event_id is None) for one in changes)


class _Shut:
    """A calendar that is not to be asked."""

    def __getattr__(self, name: str) -> NoReturn:
        raise TransientError(f"Nobody is asked to {name} for a preview.")


def shut_calendar() -> Calendar:
    """Return a calendar that refuses everything: foresight asks nobody."""
    return cast(Calendar, _Shut())
