"""The gate before each write: what the brake counts, and what it counts against."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from services.agendas.settings import AgendaSettings, Brake
from services.connections.connection import Connection, Counts, Spent, State, asking
from services.links.decided import Decided
from services.links.link import Intent, Link, Part, Rank, Waiting
from services.run.deciding.gate import Gate
from sync.content import Content, Details, Duration, When
from sync.plan import Act, Plan
from sync.plan_hash import plan_marks
from sync.sides import WHEN, Atom, Side

NOON = datetime(2027, 3, 29, 12, tzinfo=UTC)
DELETE = Plan(act=Act.DELETE, side=Side.AGENDA)
MOVE = Plan(act=Act.WRITE, side=Side.AGENDA, atoms=frozenset({Atom(None, WHEN)}))
LINK = Link(id="e1", birth=Side.CALENDAR)


def connection(*, links: int, deleted: int = 0) -> Connection:
    made = Connection(
        id="c_1",
        organization="o_1",
        agenda="a_1",
        account="o_1.1",
        email="anna@example.com",
        calendar_id="anna@example.com",
        created_at=NOON,
        due_at=NOON,
    )
    spent = Spent(deletes=(NOON - timedelta(minutes=1),) * deleted)
    return replace(made, counts=Counts(links=links), spent=spent)


def gate(connected: Connection, *, max_share: float) -> Gate:
    chosen = Brake(max_share=max_share)
    return Gate(connected, AgendaSettings(brake=chosen), NOON)


def test_a_share_is_of_the_links_that_there_were_before_the_deletes() -> None:
    half_gone = gate(connection(links=10, deleted=10), max_share=0.6)

    passed = [half_gone.passed(LINK, DELETE).waiting for _ in range(3)]

    assert passed == [None, None, Waiting.HELD]


def test_a_share_of_all_never_holds() -> None:
    last = gate(connection(links=1, deleted=19), max_share=1.0)

    assert last.passed(LINK, DELETE).waiting is None


def test_few_deletes_are_never_a_share() -> None:
    small = gate(connection(links=4), max_share=0.3)

    passed = [small.passed(LINK, DELETE).waiting for _ in range(5)]

    assert passed == [None, None, None, None, Waiting.HELD]


def intent(link: Link) -> Intent:
    """Return the intent of a delete that was let pass."""
    return Intent(
        id=f"i-{link.id}",
        link=link.id,
        side=Side.AGENDA,
        act=Act.DELETE,
        target=link.id,
        at=NOON,
        epoch=1,
    )


def test_what_was_let_pass_and_not_done_is_counted_no_more_and_nothing_else() -> None:
    series = [
        Link(
            id=f"s{number}",
            birth=Side.CALENDAR,
            part=Part(series="s", key=str(number), of_item=False),
        )
        for number in range(3)
    ]
    brake = gate(connection(links=100), max_share=1.0)
    for link in (LINK, *series):
        brake.passed(link, DELETE)

    for link in series:
        brake.give_back(intent(link))
    alone = len(brake.spent.deletes)
    for _ in range(2):
        brake.give_back(intent(LINK))

    assert alone == 1
    assert brake.spent.deletes == ()


def test_what_is_held_says_which_limit_it_met() -> None:
    by_share = gate(connection(links=9, deleted=4), max_share=0.3)
    by_number = gate(connection(links=980, deleted=20), max_share=0.3)

    shared, numbered = (each.passed(LINK, DELETE).why for each in (by_share, by_number))

    assert shared.endswith("may delete (30% of 13).")
    assert numbered.endswith("may delete (20).")


def test_an_event_that_is_moved_again_and_again_is_no_share() -> None:
    small = gate(connection(links=10), max_share=0.3)

    passed = [small.passed(LINK, MOVE).waiting for _ in range(20)]

    assert passed == [None] * 20


def test_many_events_that_are_moved_are_a_share() -> None:
    small = gate(connection(links=10), max_share=0.3)
    links = [replace(LINK, id=f"e{number}") for number in range(6)]

    passed = [small.passed(link, MOVE).waiting for link in links]

    assert passed == [None] * 4 + [Waiting.HELD] * 2


def test_moves_of_an_hour_ago_are_forgotten() -> None:
    before = connection(links=10)
    moved = {f"e{number}": NOON - timedelta(hours=2) for number in range(6)}
    known = replace(before, spent=Spent(moves=(NOON,) * 6, moved=moved))

    assert gate(known, max_share=0.3).passed(LINK, MOVE).waiting is None


# --- What a person said --------------------------------------------------------------


def said(link: Link, *, yes: Plan | None = None, no: Plan | None = None) -> Link:
    decided = Decided(
        yes=plan_marks(yes) if yes else frozenset(),
        no=plan_marks(no) if no else frozenset(),
    )
    return replace(link, decided=decided, rank=Rank.EDIT, due_at=NOON)


def titled(title: str) -> Plan:
    when = When(start=datetime.fromisoformat("2027-03-29T09:00:00"), zone="UTC")
    details = Details(title=title, when=when, duration=Duration(seconds=3600))
    wanted = Content(uid="u", details=details)
    atoms = frozenset({Atom(None, "title")})
    return Plan(act=Act.WRITE, side=Side.AGENDA, wanted=wanted, atoms=atoms)


def test_what_was_said_yes_to_passes_and_is_not_counted() -> None:
    full = gate(connection(links=10, deleted=10), max_share=0.1)

    passed = full.passed(said(LINK, yes=DELETE), DELETE)

    assert passed.waiting is None
    assert full.tripped == ""
    assert len(full.spent.deletes) == 10


def test_a_yes_to_one_plan_lets_no_other_pass() -> None:
    open_gate = gate(connection(links=100), max_share=1.0)

    held = open_gate.passed(said(LINK, yes=titled("shown")), titled("another"))

    assert held.waiting is Waiting.HELD
    assert "changed since" in held.why
    assert held.decided.yes == frozenset()
    assert open_gate.changed


def test_what_was_said_no_to_rests_until_it_is_something_else() -> None:
    open_gate = gate(connection(links=100), max_share=1.0)
    refused = said(LINK, no=titled("shown"))

    rests = open_gate.passed(refused, titled("shown"))
    other = open_gate.passed(refused, titled("another"))

    assert (rests.rank, rests.waiting, rests.due_at) == (Rank.CLEAN, None, None)
    assert "said no" in rests.why
    assert (other.rank, other.waiting) == (Rank.EDIT, None)
    assert other.decided.no == frozenset()


def test_before_the_yes_to_a_first_sync_nothing_passes_whatever_it_is() -> None:
    asks = asking(connection(links=0), State.NEEDS_APPROVAL, "First.", now=NOON)
    troubled = replace(asks, state=State.FAILING)
    plans = (Plan(act=Act.CREATE), DELETE, titled("new"), Plan(act=Act.MEET))

    for one in (asks, troubled):
        held = [gate(one, max_share=1.0).passed(LINK, plan) for plan in plans]
        assert {link.waiting for link in held} == {Waiting.HELD}
