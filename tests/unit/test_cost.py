"""The bill follows from the budgets and the prices, and from nothing else."""

from dataclasses import replace

import pytest

from benchmarks.cost import Day, bill, day_of, main, tables

BUDGETS, PRICES = tables()


def day(agendas: int = 100, changes: int = 10) -> Day:
    return day_of(agendas, changes, BUDGETS, PRICES)


def dollars(agendas: int, one: Day) -> float:
    return sum(line.dollars for line in bill(agendas, one, PRICES))


def test_a_change_that_writes_more_costs_more() -> None:
    dear = {**BUDGETS["change-from-google"], "document_writes": 100}

    more = day_of(100, 10, {**BUDGETS, "change-from-google": dear}, PRICES)

    extra = 93 * 100 * 10 * PRICES["assumed"]["share_from_google"]
    assert more.writes - day().writes == pytest.approx(extra)
    assert dollars(100, more) > dollars(100, day())


def test_a_quiet_agenda_is_looked_at_and_renewed_all_the_same() -> None:
    quiet = day(agendas=1, changes=0)

    assert quiet.runs == 0
    assert quiet.quiet_runs == 48, "every half hour"
    assert quiet.pushes == pytest.approx(1 / 6), "a channel of seven days, a day early"


def test_what_grows_grows_with_the_agendas_and_the_rest_does_not() -> None:
    small = {line.name: line.dollars for line in bill(100, day(100), PRICES)}
    large = {line.name: line.dollars for line in bill(200, day(200), PRICES)}

    for fixed in ("clock", "secrets"):
        assert large[fixed] == small[fixed]
    for grows in ("documents read", "documents written", "documents kept", "queue"):
        assert large[grows] == pytest.approx(2 * small[grows])


def test_the_dearest_line_comes_first() -> None:
    lines = bill(1000, day(1000, 50), PRICES)

    assert [line.dollars for line in lines] == sorted(
        (line.dollars for line in lines), reverse=True
    )


def test_more_requests_at_once_make_the_time_cheaper() -> None:
    at_once = {**PRICES["assumed"], "at_once": 8}
    cheaper = {**PRICES, "assumed": at_once}
    name = "functions, time"

    before = {line.name: line.dollars for line in bill(100, day(), PRICES)}
    after = {line.name: line.dollars for line in bill(100, day(), cheaper)}

    assert after[name] == pytest.approx(before[name] / 2)
    assert dollars(100, replace(day(), pushes=0)) < dollars(100, day())


def test_the_bill_is_printed_with_its_total(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["--agendas", "1000", "--changes", "50"]) == 0

    said = capsys.readouterr().out
    total = dollars(1000, day(1000, 50))
    assert f"{total:10,.2f} USD" in said


def test_no_agendas_are_no_question() -> None:
    with pytest.raises(SystemExit):
        main(["--agendas", "0"])
