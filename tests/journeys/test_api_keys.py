"""Keys of an organization: made for good or for a while, listed, closed."""

from datetime import timedelta
from typing import Any

import pytest

from tests.journeys.api_bench import ApiBench, Said, pointers

Json = dict[str, Any]


@pytest.fixture
def bench() -> ApiBench:
    return ApiBench()


def make(bench: ApiBench, **body: Any) -> Said:
    return bench.call("POST", f"/v1/organizations/{bench.organization}/keys", body)


def opens(bench: ApiBench, key: str) -> bool:
    return bench.call("GET", "/v1/connections", key=key).status_code == 200


def test_a_key_for_an_hour_opens_for_an_hour(bench: ApiBench) -> None:
    made = make(bench, name="support: kim", hours=1).json

    assert opens(bench, made["key"])
    bench.clock.advance(timedelta(minutes=59))
    assert opens(bench, made["key"])
    bench.clock.advance(timedelta(minutes=1))
    answer = bench.call("GET", "/v1/connections", key=made["key"])
    assert answer.status_code == 401
    assert "for a while, which is over" in answer.json["detail"]


def test_a_key_for_good_stays(bench: ApiBench) -> None:
    made = make(bench, name="new").json

    bench.clock.advance(timedelta(days=1000))

    assert made["expires_at"] is None
    assert opens(bench, made["key"])


def test_keys_are_listed_without_themselves(bench: ApiBench) -> None:
    made = make(bench, name="support: kim", hours=2).json

    path = f"/v1/organizations/{bench.organization}/keys"
    listed = bench.call("GET", path, key=bench.organization_key)

    assert [one["name"] for one in listed.json["items"]].count("support: kim") == 1
    assert {one["name"] for one in listed.json["items"]} == {
        "organization",
        "support: kim",
    }, "an agenda's keys are listed with the agenda"
    assert made["key"] not in str(listed.json)


def test_a_closed_key_opens_nothing(bench: ApiBench) -> None:
    made = make(bench, name="new").json

    path = f"/v1/organizations/{bench.organization}/keys"
    closed = bench.call("DELETE", f"{path}/{made['id']}", key=bench.organization_key)

    assert closed.status_code == 204
    assert not opens(bench, made["key"])
    assert bench.call("DELETE", f"{path}/{made['id']}").status_code == 404


def test_an_agendas_key_is_not_closed_as_one_of_the_organization(
    bench: ApiBench,
) -> None:
    listed = bench.call(
        "GET", f"/v1/agendas/{bench.agenda}/keys", key=bench.organization_key
    )
    [key] = listed.json["items"]

    path = f"/v1/organizations/{bench.organization}/keys/{key['id']}"

    assert bench.call("DELETE", path).status_code == 404
    assert bench.call("GET", bench.items, key=bench.agenda_key).status_code == 200


@pytest.mark.parametrize("hours", [0, 721, 1.5, "2"])
def test_a_while_is_between_an_hour_and_a_month(bench: ApiBench, hours: Json) -> None:
    answer = make(bench, name="new", hours=hours)

    assert answer.status_code == 422
    assert pointers(answer) == {"/hours"}


def test_a_foreign_organization_has_no_keys_to_see(bench: ApiBench) -> None:
    other = bench.call("POST", "/v1/organizations", {"name": "Others"}).json

    path = f"/v1/organizations/{other['id']}/keys"

    assert bench.call("GET", path, key=bench.organization_key).status_code == 404
