"""The pace of calls: never over Google's limit in any minute, and never starved."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as some

from services.google.accounts import Account, saved
from services.google.pace import (
    AT_ONCE,
    PER_MINUTE,
    RECOVERS_IN,
    SLOWEST,
    Pace,
    path_of,
    project_of,
    reserve,
    slow_down,
)
from services.ports.store import Document
from services.rounds.sweep import sweep
from services.run.writing.allowance import FREE, SHORT, SLICE, Allowance
from tests.twins import CountingStore, Counts
from tests.worlds import Stage

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
LONG = timedelta(hours=1)
GOOGLES_LIMIT = 600


def reserved(stage: Stage, calls: int, *, account: str = "o.1") -> timedelta:
    return reserve(stage.world, account, calls, longest=LONG, now=stage.now)


@given(
    asked=some.lists(
        some.tuples(some.integers(1, 60), some.integers(0, 8_000)), max_size=60
    )
)
def test_no_minute_has_more_calls_than_google_allows(
    asked: list[tuple[int, int]],
) -> None:
    stage = Stage()
    made: list[tuple[float, int]] = []
    begin = stage.now

    for calls, milliseconds in asked:
        stage.clock.advance(timedelta(milliseconds=milliseconds))
        wait = reserved(stage, calls)
        made.append(((stage.now + wait - begin).total_seconds(), calls))

    for start, _ in made:
        within = sum(calls for at, calls in made if start <= at < start + 60)
        assert within <= GOOGLES_LIMIT


def test_a_backfill_of_hours_goes_at_nearly_the_full_pace() -> None:
    stage = Stage()
    begin, calls = stage.now, 0

    while stage.now - begin < 30 * MINUTE:
        stage.clock.advance(reserved(stage, SLICE))
        calls += SLICE

    assert calls >= 0.95 * 30 * PER_MINUTE


def test_connections_of_one_account_share_its_pace_and_others_do_not() -> None:
    stage = Stage()
    for _ in range(AT_ONCE // SLICE + 4):
        reserved(stage, SLICE)

    same = reserved(stage, SLICE)
    other = reserved(stage, SLICE, account="o.2")

    assert same > SECOND
    assert other == timedelta(0)


def test_what_would_wait_too_long_is_not_reserved() -> None:
    stage = Stage()
    reserved(stage, 10 * AT_ONCE)
    before = stage.store.get(path_of("o.1"))

    wait = reserve(stage.world, "o.1", SLICE, longest=SECOND, now=stage.now)

    assert wait > SECOND
    assert stage.store.get(path_of("o.1")) == before


def account(stage: Stage, name: str, client: str) -> None:
    one = Account(
        id=name,
        organization="o",
        subject="1",
        email=f"{name}@example.com",
        client_id=client,
        created_at=stage.now,
    )
    stage.store.commit([saved(one, over=None)])


def test_a_project_that_is_too_fast_slows_all_its_accounts_and_no_other() -> None:
    stage = Stage()
    for name, client in (("o.1", "app"), ("p.2", "app"), ("q.3", "another")):
        account(stage, name, client)

    slow_down(stage.world, project_of(stage.world, "o.1"), now=stage.now)

    waits = {name: reserved(stage, 200, account=name) for name in ("o.1", "p.2", "q.3")}
    assert waits["o.1"] == waits["p.2"]
    assert waits["o.1"] > 1.9 * waits["q.3"]


def test_a_halved_pace_recovers_slowly_and_is_never_nothing() -> None:
    stage = Stage()
    pace = Pace(expires_at=stage.now)

    halved = pace.slower(stage.now)
    often = pace
    for _ in range(20):
        often = often.slower(stage.now)

    assert halved.share_now(stage.now) == 0.5
    assert 0.7 < halved.share_now(stage.now + RECOVERS_IN / 4) < 0.8
    assert halved.share_now(stage.now + RECOVERS_IN) == 1.0
    assert often.share_now(stage.now) == SLOWEST


def test_a_run_of_a_few_calls_reads_and_writes_nothing_for_its_pace() -> None:
    store = CountingStore(Stage().store)
    stage = Stage(store=store)
    allowance = Allowance(stage.world, "o.1")

    with store.counting() as counted:
        for _ in range(FREE - SLICE):
            allowance.count()
            allowance.refill()

    assert counted() == Counts()


def test_a_run_of_many_calls_waits_a_little_and_then_goes_away() -> None:
    stage = Stage()
    allowance = Allowance(stage.world, "o.1")
    begin, made = stage.now, 0

    while not allowance.is_used_up and made < 1000:
        for _ in range(SLICE):
            allowance.count()
        made += SLICE
        allowance.refill()

    assert made == 1000, "alone, its waits are short"
    took = (stage.now - begin) / MINUTE
    assert made / took <= GOOGLES_LIMIT + FREE / took

    reserved(stage, PER_MINUTE)
    for _ in range(2 * SLICE):
        allowance.count()
    allowance.refill()

    assert allowance.is_used_up
    assert allowance.rest > SHORT


def test_paces_that_nobody_needs_are_forgotten() -> None:
    stage = Stage()
    reserved(stage, SLICE)
    stage.clock.advance(timedelta(days=3))

    sweep(stage.world, stage.now)

    found: Document | None = stage.store.get(path_of("o.1"))
    assert found is None
