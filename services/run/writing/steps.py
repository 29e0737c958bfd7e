"""Do one step of a plan, and return the link as it is afterwards.

Each step is one write. What was about to be written is in its intent, saved before.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from connectors.base import Written
from services.links.link import Intent, Link
from services.ports.calendar import Mails
from services.run.deciding.fights import written
from services.run.deciding.mails import granted, mailed
from services.run.deciding.rules import Rules
from services.run.looking.occurrences import delete_item, write_item
from services.run.session import Session
from services.run.staged import with_zone
from services.run.writing.addressing import addressed
from services.run.writing.intending import intended
from services.run.writing.landing import (
    carried,
    copy_gone,
    found_shown,
    inserted,
    item_created,
    read_rows,
    with_answer,
)
from services.run.writing.reviving import revived, revives, to_be_made_anew
from sync.content import Content
from sync.errors import AlreadyThere, Missing
from sync.google import (
    Row,
    RowChange,
    Rows,
    as_write,
    insert_body,
    is_deleted,
    marker_of,
    steps,
    with_row,
)
from sync.google.rows import MARK
from sync.guests import invited
from sync.identity import marked_link, marker
from sync.plan import Act, Plan
from sync.seen import after_write
from sync.sides import Atom, Pair, Side

LOOKS_AGAIN = 3  # What Google has just made may not be found at once.


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One write of one link: its intent, and how it is done."""

    link: Link
    intent: Intent
    do: Callable[[], Link]


def step_of(
    session: Session, link: Link, plan: Plan, *, doing: "type[Doing] | None" = None
) -> Step:
    """Return the step that a plan asks for; an order's own is done in its own way."""
    pair = session.rules.pair(link)
    plan = _as_invited(session, link, plan)
    mails, unmailed = granted(session, link, plan)
    intent = intended(
        session, link, plan, pair, mails=mails, unmailed=unmailed, own=doing is not None
    )
    undone = plan.why if plan.put_back else ""
    link = replace(link, note=undone or unmailed or link.note)
    done = (doing or Doing)(session, link, plan, _as_planned(pair, plan), intent)
    return Step(link=link, intent=intent, do=_telling(done.method(), mails))


def _as_planned(pair: Pair, plan: Plan) -> Pair:
    """Return the pair as the plan sees it: a deleted side may still say something."""
    if plan.origin is None:
        return pair
    return replace(pair, now={**pair.now, plan.side.other: plan.origin})


def _telling(do: Callable[[], Link], mails: Mails) -> Callable[[], Link]:
    """Return a deed after which guests are not told of the same edit again."""
    return do if mails is Mails.NONE else lambda: mailed(do())


def _as_invited(session: Session, link: Link, plan: Plan) -> Plan:
    """Return the plan of a new event without whom it does not invite."""
    if (plan.side, plan.act) != (Side.CALENDAR, Act.CREATE) or plan.wanted is None:
        return plan
    policy = session.rules.policy(link)
    asked = invited(plan.wanted, lambda name: policy.carries(Side.CALENDAR, name))
    return replace(plan, wanted=asked)


@dataclass(frozen=True, slots=True)
class Doing:
    """A step while it is done; what orders do differs in how it lands."""

    session: Session
    link: Link
    plan: Plan
    pair: Pair
    intent: Intent

    def method(self) -> Callable[[], Link]:
        """Return what does the step."""
        table = {
            (Side.CALENDAR, Act.CREATE): self._insert,
            (Side.CALENDAR, Act.WRITE): self._patch,
            (Side.CALENDAR, Act.DELETE): self._delete_event,
            (Side.AGENDA, Act.CREATE): self._create_item,
            (Side.AGENDA, Act.WRITE): self._write_item,
            (Side.AGENDA, Act.DELETE): self._delete_item,
        }
        return table[self.plan.side, self.plan.act]

    @property
    def wanted(self) -> Content:
        """What the side should show afterwards."""
        if self.plan.wanted is None:
            raise ValueError("This step wants nothing to be shown.")
        return self.plan.wanted

    @property
    def rules(self) -> Rules:
        """How the two sides are seen."""
        return self.session.rules

    @property
    def raw(self) -> Content:
        """What the side is to hold, to show what is wanted."""
        return self.rules.raw(self.link, self.plan.side, self.wanted)

    @property
    def mails(self) -> Mails:
        """Who of the guests is mailed about this write."""
        return Mails(self.intent.mails)

    @property
    def zone(self) -> str:
        """The calendar's zone."""
        return self.session.connection.zone

    # --- at Google -------------------------------------------------------------------

    def _insert(self) -> Link:
        if revives(self.link):
            found = revived(self.session, self.link, self.raw)
            return self._inserted(found) if found else to_be_made_anew(self.link)
        mark = {MARK: marker(self.intent.target, self.link.id)}
        body = insert_body(
            self.raw,
            event_id=self.intent.target,
            marker=mark,
            participants=self.rules.policy(self.link).carries(
                Side.CALENDAR, "participant/"
            ),
            zone=self.zone,
        )
        try:
            row = self.session.calendar.insert(body, mails=self.mails)
        except AlreadyThere:
            return self._adopt()
        return self._inserted(with_row(Rows(), with_zone(row, self.zone)))

    def _inserted(self, rows: Rows, *, trusted: Content | None = None) -> Link:
        link = inserted(
            self.rules, self.link, self.intent, self.pair, rows, trusted=trusted
        )
        return self._remembered(link)

    def _remembered(self, link: Link) -> Link:
        """Return the link of what is there again, in case it is deleted once more."""
        side, again, now = self.plan.side, self.plan.put_back, self.session.now()
        return written(link, side, again, before=None, now=now) if again else link

    def _adopt(self) -> Link:
        """Take over an event that an earlier try created, or take the next id.

        An id may stay taken for good by an event that nobody can see any more.
        """
        try:
            row = self.session.calendar.get(self.intent.target)
        except Missing:
            if self.link.tries < LOOKS_AGAIN:
                raise
            return replace(self.link, generation=self.link.generation + 1, tries=0)
        fits = marked_link(row["id"], marker_of(row)) == self.link.id
        if is_deleted(row) or not fits:
            return replace(self.link, generation=self.link.generation + 1)
        rows = read_rows(self.session, row)
        held = self.rules.would_show(self.link, Side.CALENDAR, self.wanted)
        return self._inserted(rows, trusted=held)

    def _patch(self) -> Link:
        now = self.rules.kept(self.link, Side.CALENDAR)
        shown = self.pair.now[Side.CALENDAR]
        if now is None or shown is None:
            raise ValueError("Only an event that is there can be changed.")
        changes = steps(now, self.raw, self.link.rows, zone=self.zone)
        if not changes:
            return self._landed(Side.CALENDAR, self.plan.atoms, shown)
        change = changes[0]
        atoms = carried(self.plan.atoms, change)
        name, etag = addressed(
            self.session, self.link, change, planned=shown, atoms=atoms
        )
        row = self.session.calendar.patch(
            name,
            as_write(change.body, self.intent.id),
            etag=etag or None,
            mails=self.mails,
        )
        link = replace(self.link, rows=self._rows_after(change, row))
        answer = self.rules.shown(link, Side.CALENDAR)
        if answer is None:
            return link
        landed = self._landed(Side.CALENDAR, atoms, answer)
        return replace(landed, rows=link.rows)

    def _rows_after(self, change: RowChange, row: Row) -> Rows:
        if change.slot is None and self.link.rows.exceptions:
            return read_rows(self.session, row)
        return with_row(self.link.rows, with_zone(row, self.zone))

    def _delete_event(self) -> Link:
        self.session.calendar.delete(
            self.intent.target, etag=self.intent.version or None, mails=self.mails
        )
        return self._gone()

    def _gone(self) -> Link:
        why, now = self.intent.why, self.session.now()
        return copy_gone(self.link, self.plan.side, why=why, now=now)

    # --- in the application ----------------------------------------------------------

    def _create_item(self) -> Link:
        answer = self.session.connector.create(
            self.raw,
            key=self.intent.target,
            ical_uid=self.link.ical_uid or None,
            fields=self.rules.fields(self.link, self.wanted),
        )
        if answer.item.content is None and not answer.item.problem:
            # It was made with this key before, and deleted since: the next key is free.
            return replace(self.link, generation=self.link.generation + 1)
        return self._created(answer)

    def _created(self, answer: Written) -> Link:
        held = self._held(Side.AGENDA)
        link = item_created(
            self.rules, self.link, self.intent, self.pair, answer, held=held
        )
        return self._remembered(link)

    def _write_item(self) -> Link:
        before = self.rules.kept(self.link, Side.AGENDA)
        if before is None:
            raise ValueError("Only an item that is there can be changed.")
        answer = write_item(
            self.session,
            self.link,
            self.intent.target,
            self.raw,
            before=before,
            version=self.intent.version,
            fields=self.rules.fields(self.link, self.wanted),
        )
        link = with_answer(self.link, answer)
        found = found_shown(self.rules, link)
        trusted = found if answer.sure else self._held(Side.AGENDA)
        landed = self._landed(Side.AGENDA, self.plan.atoms, found, trusted=trusted)
        return replace(landed, item=link.item)

    def _delete_item(self) -> Link:
        delete_item(
            self.session, self.link, self.intent.target, version=self.intent.version
        )
        return self._gone()

    # --- afterwards ------------------------------------------------------------------

    def _held(self, side: Side) -> Content:
        return self.rules.would_show(self.link, side, self.wanted)

    def _landed(
        self,
        side: Side,
        atoms: frozenset[Atom],
        answer: Content,
        *,
        trusted: Content | None = None,
    ) -> Link:
        pair = after_write(
            self.pair, side, atoms=atoms, answer=answer, trusted=trusted or answer
        )
        link = replace(self.link, seen=pair.seen, last_write=self.intent.id, tries=0)
        if side is Side.CALENDAR:
            # Whatever was held up before comes with an etag that is no more.
            link = replace(link, missed=None)
        before = self.pair.now[side]
        if before is None:
            return link
        return written(link, side, atoms, before=before, now=self.session.now())
