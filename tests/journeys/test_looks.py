"""Whoever uses the operator's key is seen doing it, by the customer too."""

import logging
from datetime import timedelta
from typing import Any

import pytest

from services.ports.store import StoreError
from tests.journeys.api_bench import OPERATOR_KEY, ApiBench

Json = dict[str, Any]


@pytest.fixture
def bench() -> ApiBench:
    return ApiBench()


def looks(bench: ApiBench, query: str = "") -> Json:
    """Return the looks at the organization, as it sees them."""
    path = f"/v1/organizations/{bench.organization}/looks{query}"
    answer = bench.call("GET", path, key=bench.organization_key)
    assert answer.status_code == 200, answer.json
    return dict(answer.json)


def look(bench: ApiBench, path: str = "", **headers: str) -> int:
    """Look at the organization with the operator's key; return the status."""
    return bench.call(
        "GET",
        f"/v1/organizations/{bench.organization}{path}",
        key=OPERATOR_KEY,
        headers=headers,
    ).status_code


def test_a_look_is_written_down_with_who_and_what(
    bench: ApiBench, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)

    assert look(bench, **{"Tandem-Operator": "kim@example.com"}) == 200

    [seen] = looks(bench)["items"]
    assert seen["who"] == "kim@example.com"
    assert seen["did"] == "GET /v1/organizations/{organization}"
    assert seen["about"] == {"organization": bench.organization}
    [line] = [one for one in caplog.records if one.__dict__["event"] == "support-look"]
    assert "kim" not in str(line.__dict__)


def test_the_customers_own_looks_are_their_own(bench: ApiBench) -> None:
    looks(bench)

    assert looks(bench)["items"] == []


def test_what_names_the_organization_otherwise_is_seen_too(bench: ApiBench) -> None:
    listed = f"/v1/agendas?organization={bench.organization}"
    bench.call("GET", listed, key=OPERATOR_KEY)
    bench.make_agenda(OPERATOR_KEY, organization=bench.organization)

    did = [one["did"] for one in looks(bench)["items"]]

    assert sorted(did) == ["GET /v1/agendas", "POST /v1/agendas"]


def test_looks_are_listed_newest_first_by_pages(bench: ApiBench) -> None:
    for who in ("one", "two", "three"):
        bench.clock.advance(timedelta(minutes=1))
        look(bench, **{"Tandem-Operator": who})

    first = looks(bench, "?limit=2")
    second = looks(bench, f"?limit=2&page_token={first['next_page_token']}")

    found = [one["who"] for one in (*first["items"], *second["items"])]
    assert found == ["three", "two", "one"]


def test_nobody_looks_where_it_cannot_be_written_down(
    bench: ApiBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(writes: object) -> None:
        raise StoreError("The store is down.")

    monkeypatch.setattr(bench.store, "commit", down)

    assert look(bench) == 503


def test_a_name_that_is_none_is_refused(bench: ApiBench) -> None:
    assert look(bench, **{"Tandem-Operator": "Kim, for ticket 4"}) == 422


def key_for_an_hour(bench: ApiBench, *, by: str = OPERATOR_KEY) -> str:
    """Make a key of the organization that lasts an hour, with the operator's key."""
    path = f"/v1/organizations/{bench.organization}/keys"
    made = bench.call("POST", path, {"name": "kim", "hours": 1}, key=by)
    assert made.status_code == 201, made.json
    return str(made.json["key"])


def test_what_an_operator_sees_with_a_key_for_an_hour_is_written_down_too(
    bench: ApiBench,
) -> None:
    key = key_for_an_hour(bench)

    bench.call("GET", bench.items, key=key)

    [seen, made] = sorted(looks(bench)["items"], key=lambda one: one["did"])
    assert (seen["did"], seen["who"]) == ("GET /v1/agendas/{agenda}/items", "kim")
    assert seen["about"] == {"agenda": bench.agenda}
    assert made["did"] == "POST /v1/organizations/{organization}/keys"


def test_no_key_that_an_operators_key_makes_is_unseen_or_outlives_it(
    bench: ApiBench,
) -> None:
    key = key_for_an_hour(bench)
    again = key_for_an_hour(bench, by=key)
    path = f"/v1/agendas/{bench.agenda}/keys"
    made = bench.call("POST", path, {"name": "kim"}, key=again).json

    bench.call("GET", bench.items, key=made["key"])
    seen = len(looks(bench)["items"])
    bench.clock.advance(timedelta(hours=1))
    codes = [
        bench.call("GET", bench.items, key=one).status_code
        for one in (key, again, made["key"])
    ]

    assert seen == 4
    assert made["by_operator"] is True
    assert codes == [401, 401, 401]


def test_a_key_that_a_customer_was_given_for_good_is_the_customers(
    bench: ApiBench,
) -> None:
    path = f"/v1/organizations/{bench.organization}/keys"
    made = bench.call("POST", path, {"name": "For the office"}).json

    bench.call("GET", bench.items, key=made["key"])

    [seen] = looks(bench)["items"]
    assert seen["did"].startswith("POST")
    [listed] = [
        one
        for one in bench.call("GET", path, key=bench.organization_key).json["items"]
        if one["id"] == made["id"]
    ]
    assert listed["by_operator"] is True


def test_an_erased_person_is_not_named_in_the_looks(bench: ApiBench) -> None:
    key = key_for_an_hour(bench)
    path = f"/v1/organizations/{bench.organization}/people/anna@example.com"

    assert bench.call("DELETE", path, key=key).status_code == 200

    assert "anna@example.com" not in str(looks(bench))


def test_another_customer_sees_nothing_of_it(bench: ApiBench) -> None:
    made = bench.call("POST", "/v1/organizations", {"name": "Others"}).json
    look(bench)
    [mine] = looks(bench)["items"]
    path = f"/v1/organizations/{bench.organization}/looks"

    assert bench.call("GET", path, key=made["api_key"]).status_code == 404
    theirs = f"/v1/organizations/{made['id']}/looks?page_token={mine['id']}"
    assert bench.call("GET", theirs, key=made["api_key"]).status_code == 422
