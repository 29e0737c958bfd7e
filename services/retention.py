"""What is stored, of whom, and for how long: one table, which the sweep enforces.

A document with a member `expires_at` is removed by the sweep `after` that moment; what
has no such member goes with what it belongs to. docs/privacy.md shows this table.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final


@dataclass(frozen=True, kw_only=True, slots=True)
class Keeping:
    """One collection: where, what it holds, of whom, and how long it is kept.

    `after` is how long after its `expires_at` a document goes; None where it has none.
    """

    place: str
    holds: str
    of: str
    kept: str
    after: timedelta | None = None

    @property
    def collection(self) -> str:
        """The name by which queries know it."""
        return self.place.rpartition("/")[2]

    @property
    def everywhere(self) -> bool:
        """Whether there are many collections of that name, each under a document."""
        return "/" in self.place


NOBODY: Final = "nobody"
OWNER: Final = "the owner"
GUESTS: Final = "the owner, customers, guests"
ADMINISTRATORS: Final = "administrators"

AT_ONCE: Final = timedelta(0)

KEEPINGS: Final = (
    Keeping(
        place="organizations",
        holds="name, Google project, addresses of administrators",
        of=ADMINISTRATORS,
        kept="until it is deleted",
    ),
    Keeping(
        place="organizations/*/meetings",
        holds="which connection writes a shared meeting: ids, a hash",
        of=NOBODY,
        kept="with its organization",
    ),
    Keeping(
        place="agendas",
        holds="name, owner's address, settings, address of the webhook",
        of=OWNER,
        kept="until it is deleted, or its owner erased",
    ),
    Keeping(
        place="agendas/*/items",
        holds=(
            "appointments of a `rest` agenda, and what was last stated of them; ids "
            "and times that other connectors note"
        ),
        of=GUESTS,
        kept="with its agenda; 90 days after it was deleted, without contents",
        after=AT_ONCE,
    ),
    Keeping(
        place="agendas/*/positions",
        holds="how far an application has read: a number",
        of=NOBODY,
        kept="with its agenda",
    ),
    Keeping(
        place="agendas/*/positions/*/told",
        holds="which items an application was told of: ids, hashes",
        of=NOBODY,
        kept="with its agenda",
    ),
    Keeping(
        place="api_keys",
        holds="hash and name of a key",
        of=NOBODY,
        kept="until it is deleted, or what it opens; or until its while is over",
        after=AT_ONCE,
    ),
    Keeping(
        place="accounts",
        holds="address, Google's id of the person, sealed tokens",
        of=OWNER,
        kept="until the owner leaves or is erased",
    ),
    Keeping(
        place="invitations",
        holds="address, language, hash of the link",
        of=OWNER,
        kept="30 days after its link ended",
        after=timedelta(days=30),
    ),
    Keeping(
        place="oauth_states",
        holds="a consent under way: hashes, sealed secrets",
        of=OWNER,
        kept="a day after it ended",
        after=timedelta(days=1),
    ),
    Keeping(
        place="connections",
        holds="address, name of the calendar, state, figures",
        of=OWNER,
        kept="until its agenda is deleted, or its owner erased",
    ),
    Keeping(
        place="connections/*/links",
        holds="appointments as both sides show them",
        of=GUESTS,
        kept="until it ends, then 60 days as a tombstone",
        after=AT_ONCE,
    ),
    Keeping(
        place="connections/*/journal",
        holds="what was written, with what was there before",
        of=GUESTS,
        kept="30 days",
        after=AT_ONCE,
    ),
    Keeping(
        place="connections/*/runs",
        holds="runs that somebody asked for: times, counts",
        of=NOBODY,
        kept="30 days",
        after=AT_ONCE,
    ),
    Keeping(
        place="connections/*/previews",
        holds="what a plan comes to: counts",
        of=NOBODY,
        # For long: the yes to an old one is what makes a new one.
        kept="a year after it ended",
        after=timedelta(days=365),
    ),
    Keeping(
        place="connections/*/previews/*/pages",
        holds="the appointments that a plan is about",
        of=GUESTS,
        kept="a day after its preview ended",
        after=timedelta(days=1),
    ),
    Keeping(
        place="connections/*/audits",
        holds="an audit under way: ids, hashes",
        of=NOBODY,
        kept="until the audit is over",
    ),
    Keeping(
        place="calendar_claims",
        holds="which connection keeps a calendar: ids, a hash of the calendar's",
        of=OWNER,
        kept="until the connection ends",
    ),
    Keeping(
        place="channels",
        holds="Google's subscriptions: ids",
        of=OWNER,
        kept="until it is stopped or has ended, 7 days at most",
    ),
    Keeping(
        place="paces",
        holds="how fast an account is called: its id, times",
        of=OWNER,
        kept="2 days after it was last used",
        after=AT_ONCE,
    ),
    Keeping(
        place="audit_budgets",
        holds="how many calls audits made today",
        of=NOBODY,
        kept="2 days",
        after=AT_ONCE,
    ),
    Keeping(
        place="idempotency",
        holds="answers to requests with an Idempotency-Key",
        of=OWNER,
        kept="a day",
        after=AT_ONCE,
    ),
    Keeping(
        place="looks",
        holds="what operators looked at: ids, what they called themselves",
        of="operators",
        kept="a year",
        after=AT_ONCE,
    ),
    Keeping(
        place="house",
        holds="the mark of this installation",
        of=NOBODY,
        kept="for good",
    ),
)
