"""What the benchmarks count and how they judge it."""

import math

from benchmarks.figures import Figure, counted, percentile, table
from benchmarks.ledger import CountingStore, Ledger, kind_of
from local.store import SqliteStore
from services.environment import MARK_PATH
from services.ports.store import Create, Query


def test_a_request_pays_for_its_own_documents_only() -> None:
    ledger = Ledger()
    store = CountingStore(SqliteStore(":memory:"), ledger)

    with ledger.request("/first"):
        store.commit([Create(path="agendas/a1", data={})])
    with ledger.request("/second"):
        store.get("agendas/a1")
        store.get_many(["agendas/a1", "agendas/missing"])
    store.get("agendas/a1")

    first, second = ledger.costs()
    assert (first["document_reads"], first["document_writes"]) == (0, 1)
    assert (second["document_reads"], second["document_writes"]) == (3, 0)


def test_no_request_pays_for_what_its_process_looks_at_now_and_then() -> None:
    ledger = Ledger()
    store = CountingStore(SqliteStore(":memory:"), ledger)

    with ledger.request("/"):
        store.get(MARK_PATH)

    assert ledger.costs()[0]["document_reads"] == 0


def test_a_query_without_results_costs_a_read() -> None:
    ledger = Ledger()
    store = CountingStore(SqliteStore(":memory:"), ledger)

    with ledger.request("/"):
        store.query(Query(collection="agendas"))

    assert ledger.costs()[0]["document_reads"] == 1


def test_a_percentile_is_a_value_that_was_measured() -> None:
    assert percentile([1, 2, 3, 4, 100], 0.95) == 100
    assert percentile([5, 1, 3], 0.5) == 3
    assert math.isnan(percentile([], 0.95))


def test_what_costs_more_than_its_budget_is_over() -> None:
    within, over = counted("quiet-run", google_calls=1, document_reads=4)

    assert not within.is_over
    assert over.is_over
    assert "OVER" in table([within, over])


def test_a_time_has_no_budget() -> None:
    slow = Figure(case="echo", name="p95", value=9000, unit="ms")

    assert not slow.is_over


def test_calls_to_google_are_told_apart_by_what_they_do() -> None:
    events = "/calendar/v3/calendars/anna@example.com/events"

    assert kind_of("GET", events) == "read"
    assert kind_of("PATCH", f"{events}/e1") == "write"
    assert kind_of("POST", f"{events}/watch") == "channel"
    assert kind_of("POST", "/token") == "sign-in"
