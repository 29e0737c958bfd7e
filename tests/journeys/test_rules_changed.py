"""Rules that change act on everything at once, and on nothing that left the window."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.agendas.agenda import change_agenda
from services.connections.connection import change, of_agenda
from services.connections.steering import look_anew
from services.run.deciding.replanning import AT_ONCE
from tests.journeys.trouble import (
    calls,
    drain,
    event_of,
    forget_calls,
    hour_at,
    sides,
    visit,
    writes,
)
from tests.journeys.workbench import Workbench

Json = dict[str, Any]
Benches = Callable[..., Workbench]


def change_rules(bench: Workbench, **settings: Any) -> None:
    """Change settings of the agenda as its administrator does, and let them act."""
    bench.queue.tasks.clear()
    change_agenda(bench.world, bench.agenda, {"settings": settings})
    look_anew(bench.world, of_agenda(bench.store, bench.agenda))
    assert bench.queue.tasks, "a changed rule asks for a run"
    drain(bench)


def reads(bench: Workbench) -> int:
    """Return how often Google was asked for a list."""
    return calls(bench).get("list", 0)


def test_a_rule_changed_for_many_links_reaches_every_one_of_them(
    bench_with: Benches,
) -> None:
    bench = bench_with(brake={"max_deletes": 10_000, "max_share": 1})
    many = AT_ONCE + 20
    for number in range(many):
        visit(bench, f"visit-{number}", type="Holiday" if number % 2 else "Visit")
    bench.settle()
    before = bench.titles_in_agenda()
    forget_calls(bench)

    change_rules(bench, types={"exclude": ["Holiday"]})

    assert len(bench.titles_at_google()) == many // 2
    assert bench.titles_in_agenda() == before
    assert reads(bench) <= 3, "no full read"
    assert bench.connection().replanned is None

    change_rules(bench, types=None)
    assert len(bench.titles_at_google()) == many
    assert bench.titles_in_agenda() == before
    forget_calls(bench)
    bench.settle()
    assert writes(bench) == 0


def test_a_change_for_more_links_than_a_page_goes_on_page_by_page(
    bench_with: Benches, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.run.deciding.replanning.AT_ONCE", 2)
    bench = bench_with(brake={"max_deletes": 10_000, "max_share": 1})
    for number in range(25):
        visit(bench, f"visit-{number}")
    bench.settle()

    change_rules(bench, hold_until="validated")

    assert bench.titles_at_google() == []
    assert len(bench.titles_in_agenda()) == 25


def test_the_brake_holds_a_rule_that_would_take_too_much_away(
    bench_with: Benches,
) -> None:
    bench = bench_with()
    for number in range(10):
        visit(bench, f"visit-{number}")
    bench.settle()

    change_rules(bench, hold_until="validated")

    connection = bench.connection()
    assert connection.counts.held >= 5
    assert len(bench.titles_at_google()) >= 5
    change_rules(bench, hold_until=None)
    assert len(bench.titles_at_google()) == 10
    assert bench.connection().counts.held == 0


def test_a_setting_that_changes_no_plan_plans_nothing_again(
    bench_with: Benches,
) -> None:
    bench = bench_with()
    visit(bench, "visit")
    bench.settle()
    rules = bench.connection().rules

    change_rules(bench, audit_days=3)

    assert bench.connection().rules == rules


def test_a_direction_for_one_type_holds_and_opens_later(bench_with: Benches) -> None:
    bench = bench_with(direction={"by_type": {"Visit": "to_calendar"}})
    visit(bench, "visit", type="Visit")
    visit(bench, "call", type="Call")
    bench.settle()
    for title in ("visit", "call"):
        event = event_of(bench, title)
        bench.person.patch(event["id"], summary=f"{title} moved")
    bench.settle()
    assert sides(bench) == (["call moved", "visit moved"], ["call moved", "visit"])
    forget_calls(bench)
    bench.settle()
    assert writes(bench) == 0, "what goes nowhere stays, and starts no loop"

    change_rules(bench, direction="both")

    assert sides(bench) == (["call moved", "visit moved"],) * 2


def test_a_delete_that_went_nowhere_is_carried_when_the_direction_opens(
    bench_with: Benches,
) -> None:
    bench = bench_with(direction="to_agenda")
    bench.person.insert(summary="theirs", **hour_at("09:00", "10:00"))
    bench.settle()
    [link] = bench.links()
    bench.remove(str(link.item_id))
    bench.settle()
    assert sides(bench) == (["theirs"], [])

    change_rules(bench, direction="both")

    assert sides(bench) == ([], [])


def test_an_edit_of_the_application_wins_where_only_its_changes_go(
    bench_with: Benches,
) -> None:
    bench = bench_with(direction="to_calendar", conflict="calendar")
    visit(bench, "visit")
    bench.settle()
    bench.person.patch(event_of(bench, "visit")["id"], summary="Google's", location="X")
    visit(bench, "visit", title="Ours")

    bench.settle()

    assert sides(bench) == (["Ours"], ["Ours"])
    assert event_of(bench, "Ours")["location"] == "X"


def test_events_come_and_go_with_the_rule_for_googles_events(
    bench_with: Benches,
) -> None:
    bench = bench_with()
    bench.person.insert(summary="theirs", **hour_at("09:00", "10:00"))
    visit(bench, "mine", start="2026-12-02T09:00:00")
    bench.settle()

    change_rules(bench, google_events="none")
    assert sides(bench) == (["mine", "theirs"], ["mine"])
    change_rules(bench, google_events="full")

    assert sides(bench) == (["mine", "theirs"],) * 2


def test_a_kind_of_event_that_is_no_longer_synced_leaves_the_agenda(
    bench_with: Benches,
) -> None:
    bench = bench_with()
    away: Json = {"eventType": "outOfOffice", "outOfOfficeProperties": {}}
    bench.person.insert(summary="away", **hour_at("09:00", "10:00"), **away)
    bench.settle()
    assert bench.titles_in_agenda() == ["away"]

    change_rules(bench, event_types=["default"])
    assert sides(bench)[1] == []
    change_rules(bench, event_types=None)

    assert sides(bench) == (["away"], ["away"])


def test_what_was_marked_stays_when_deletes_follow_again(bench_with: Benches) -> None:
    bench = bench_with(deletes={"to_calendar": "mark"})
    visit(bench, "visit")
    bench.settle()
    bench.remove("visit")
    bench.settle()

    change_rules(bench, deletes={"to_calendar": "follow"})

    assert bench.titles_at_google() == ["[deleted] visit"]


# --- the window ----------------------------------------------------------------------


def local(bench: Workbench, days: int) -> str:
    moment = bench.clock.now() + timedelta(days=days)
    return moment.replace(tzinfo=None, microsecond=0).isoformat()


def later(bench: Workbench, days: int) -> None:
    bench.clock.ahead += timedelta(days=days)
    bench.remember_token()


def test_what_left_the_window_is_frozen_whatever_the_rules_become(
    bench_with: Benches,
) -> None:
    bench = bench_with()
    visit(bench, "old", start=local(bench, 1))
    visit(bench, "new", start=local(bench, 80))
    bench.settle()
    later(bench, 60)

    change_rules(bench, hold_until="validated")

    assert bench.titles_at_google() == ["old"]


def test_absence_is_not_judged_outside_the_window(bench_with: Benches) -> None:
    bench = bench_with()
    visit(bench, "old", start=local(bench, 1))
    visit(bench, "new", start=local(bench, 80))
    bench.settle()
    later(bench, 60)
    for name in ("old", "new"):
        bench.remove(name)
    change(bench.store, bench.connection_id, lambda one: replace(one, cursor=None))

    bench.settle()

    assert bench.titles_at_google() == ["old"], "only what is in the window is missed"


def test_an_edit_moves_a_frozen_link_back_in_and_another_out(
    bench_with: Benches,
) -> None:
    bench = bench_with()
    visit(bench, "old", start=local(bench, 1))
    visit(bench, "new", start=local(bench, 80))
    bench.settle()
    later(bench, 60)
    bench.settle()

    visit(bench, "old", start=local(bench, 5))
    visit(bench, "new", start=local(bench, -50))
    bench.settle()

    for title in ("old", "new"):
        shown = event_of(bench, title)["start"]["dateTime"]
        assert shown[:10] == bench.items()[title]["start"][:10]
    assert bench.connection().counts.links == 2


def test_a_larger_window_brings_in_what_was_left_out(bench_with: Benches) -> None:
    bench = bench_with()
    visit(bench, "item", start=local(bench, -60))
    bench.settle()
    assert bench.titles_at_google() == []

    change_rules(bench, window_days=90)

    assert bench.titles_at_google() == ["item"]
