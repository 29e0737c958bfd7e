"""What is malformed, huge or impossible: a clear answer, and nothing stored."""

import gzip
import json
from io import BytesIO
from typing import Any

import pytest
from werkzeug.test import EnvironBuilder, run_wsgi_app

from tests.journeys.api_bench import ApiBench, event, pointers

Json = dict[str, Any]

NAMED = [
    ({"start": "2026-02-30T09:00:00"}, "/start"),
    ({"start": "2026-11-23T09:00:00Z"}, "/start"),
    ({"start": 12}, "/start"),
    ({"timeZone": "Mars/Olympus"}, "/timeZone"),
    ({"timeZone": 1}, "/timeZone"),
    ({"duration": "-PT1H"}, "/duration"),
    ({"duration": "an hour"}, "/duration"),
    ({"title": ["x"]}, "/title"),
    ({"title": "a\0b"}, "/title"),
    ({"participants": []}, "/participants"),
    ({"recurrenceId": "2026-11-23T09:00:00"}, "/recurrenceId"),
    ({"recurrenceRules": [{"frequency": "sometimes"}]}, "/recurrenceRules/0/frequency"),
    (
        {"recurrenceRules": [{"frequency": "daily", "count": 0}]},
        "/recurrenceRules/0/count",
    ),
    ({"vendor.example:x": ["\ud800"]}, "/vendor.example:x/0"),
]


@pytest.fixture(scope="module")
def bench() -> ApiBench:
    return ApiBench()


@pytest.mark.parametrize(("members", "pointer"), NAMED)
def test_a_bad_member_is_named_and_nothing_is_stored(
    bench: ApiBench, members: Json, pointer: str
) -> None:
    body = json.dumps(event(**members)).encode()

    answer = bench.put("bad", body)

    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    assert pointer in pointers(answer)
    assert bench.count() == 0


@pytest.mark.parametrize(("members", "pointer"), NAMED)
def test_a_patch_that_makes_an_item_bad_changes_nothing(
    members: Json, pointer: str
) -> None:
    bench = ApiBench()
    before = bench.put("good", event()).json
    path = f"{bench.items}/good"

    body = json.dumps(members).encode()
    answer = bench.call("PATCH", path, body, key=bench.agenda_key)

    assert answer.status_code == 422
    assert pointer in pointers(answer)
    assert bench.call("GET", path, key=bench.agenda_key).json == before


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff\xfe",
        b'{"title": NaN}',
        b'{"title": 1e999}',
        b'{"title": ' + b"9" * 5000 + b"}",
        b"nonsense",
        b'"\\ud800',
        '{"title": "x"}'.encode("utf-16"),
        b'{"start": "2026-11-23T09:00:00", "start": "2026-11-24T09:00:00"}',
        b'{"locations": {"1": {}, "1": {}}}',
    ],
)
def test_what_is_no_json_is_malformed(bench: ApiBench, body: bytes) -> None:
    answer = bench.put("bad", body)

    assert answer.status_code == 400
    assert answer.json["type"] == "/problems/malformed"
    assert bench.count() == 0


@pytest.mark.parametrize("body", [b"[]", b"null", b'"x"', b"12", b"true"])
@pytest.mark.parametrize("place", ["items/x", "appointments/x", "webhook", "keys"])
def test_json_of_the_wrong_shape_is_invalid(
    bench: ApiBench, body: bytes, place: str
) -> None:
    method = "POST" if place == "keys" else "PUT"
    path = f"/v1/agendas/{bench.agenda}/{place}"

    answer = bench.call(method, path, body, key=bench.organization_key)

    assert answer.status_code == 422
    assert bench.count() == 0


def test_what_is_nested_too_deep_is_invalid(bench: ApiBench) -> None:
    for depth in (100, 100_000):
        body = b'{"x":' + b"[" * depth + b"]" * depth + b"}"
        assert bench.put("bad", body).status_code == 422
    assert bench.count() == 0


def test_a_name_said_twice_among_many_is_found_in_one_pass(bench: ApiBench) -> None:
    """Looked for by comparing each with each, this body would keep us for an hour."""
    names = [f'"{number:x}":0' for number in range(100_000)]

    answer = bench.put("bad", f"{{{','.join([*names, names[-1]])}}}".encode())

    assert answer.status_code == 400
    assert "twice" in answer.json["detail"]


def test_a_packed_body_is_not_unpacked(bench: ApiBench) -> None:
    bomb = gzip.compress(b'{"title": "' + b"x" * 50_000_000 + b'"}')
    assert len(bomb) < 100_000

    answer = bench.put("bad", bomb, headers={"Content-Encoding": "gzip"})

    assert answer.status_code == 400
    assert bench.count() == 0


def test_an_item_of_more_than_256_kb_is_too_large(bench: ApiBench) -> None:
    fits = bench.put("good", event(description="x" * 250_000))
    large = bench.put("bad", event(description="x" * 270_000))
    huge = bench.put("bad", event(description="x" * 1_100_000))

    assert fits.status_code == 201
    assert (large.status_code, huge.status_code) == (413, 413)
    assert large.json["type"] == huge.json["type"] == "/problems/too-large"
    bench.call("DELETE", f"{bench.items}/good", key=bench.agenda_key)
    assert bench.count() == 0


def test_a_body_that_hides_its_length_is_too_large_too(bench: ApiBench) -> None:
    builder = EnvironBuilder(f"{bench.items}/bad", method="PUT")
    environ = builder.get_environ() | {
        "HTTP_AUTHORIZATION": f"Bearer {bench.agenda_key}",
        "CONTENT_TYPE": "application/json",
        "wsgi.input": BytesIO(b"x" * 2_000_000),
        "wsgi.input_terminated": True,
    }
    environ.pop("CONTENT_LENGTH", None)

    _, status, _ = run_wsgi_app(bench.app, environ)

    assert status.startswith("413")


def test_another_kind_of_body_is_not_taken(bench: ApiBench) -> None:
    answer = bench.client.put(
        f"{bench.items}/bad",
        data="<event/>",
        content_type="text/xml",
        headers={"Authorization": f"Bearer {bench.agenda_key}"},
    )

    assert answer.status_code == 415
    assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize("item", ["a b", "a%00b", "ü", "x" * 201, "a;b", "a%0Ab"])
def test_an_id_that_no_item_can_have_is_refused(bench: ApiBench, item: str) -> None:
    assert bench.put(item, event()).status_code == 422
    flat = {"title": "x", "start": "2026-11-23", "end": "2026-11-24"}
    path = f"{bench.flat}/{item}"
    assert bench.call("PUT", path, flat, key=bench.agenda_key).status_code == 422
    assert bench.count() == 0


@pytest.mark.parametrize("item", [".", "..", "~", "__x__", "a~2026-11-23", "A:b@c-d_e"])
def test_an_id_may_look_strange(item: str) -> None:
    bench = ApiBench()

    made = bench.put(item.replace(".", "%2E"), event())

    assert made.status_code == 201
    assert bench.count() == 1


def test_a_series_of_ten_thousand_is_kept_and_listed_in_good_time() -> None:
    bench = ApiBench()
    rule = {"@type": "RecurrenceRule", "frequency": "daily", "count": 10_000}
    made = bench.put("long", event(recurrenceRules=[rule]))
    hours = {"@type": "RecurrenceRule", "frequency": "minutely", "count": 10_000}
    bench.put("minutes", event(recurrenceRules=[hours]))
    ages = "start=2026-01-01T00:00:00Z&end=2090-01-01T00:00:00Z&expand=true"

    listed = bench.call("GET", f"{bench.items}?{ages}", key=bench.agenda_key)
    told = bench.call("GET", f"{bench.changes}/next", key=bench.organization_key)

    assert made.status_code == 201
    assert listed.status_code == 422
    assert "ask for less" in listed.json["errors"][0]["detail"]
    assert told.json["op"] == "put"


def test_ten_thousand_exceptions_are_too_large_or_kept_whole() -> None:
    bench = ApiBench()
    rule = {"@type": "RecurrenceRule", "frequency": "daily"}
    slots = [
        f"{2030 + n // 336}-{n // 28 % 12 + 1:02}-{n % 28 + 1:02}"
        for n in range(10_000)
    ]
    overrides = {f"{day}T09:00:00": {"excluded": True} for day in slots}

    answer = bench.put(
        "long", event(recurrenceRules=[rule], recurrenceOverrides=overrides)
    )

    assert answer.status_code == 413
    assert bench.count() == 0


@pytest.mark.parametrize(
    "path",
    [
        "/v1",
        "/v1/",
        "/v1/nothing",
        "/v1/agendas/",
        "/v1/agendas/%00/items",
        "/v1/agendas/../x",
        "/v1/agendas/__all__",
        "/v1/agendas/%ED%A0%80",
        "/v1/agendas/%2E%2E",
        "/v1/connections/" + "x" * 3000,
    ],
)
def test_what_is_not_there_is_not_found(bench: ApiBench, path: str) -> None:
    answer = bench.call("GET", path, key=bench.organization_key)

    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"


def test_a_wrong_method_says_which_ones_are_right(bench: ApiBench) -> None:
    answer = bench.call("PUT", "/v1/agendas")

    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD, POST"
    assert answer.content_type == "application/problem+json"


def test_browsers_get_problems_as_json_too(bench: ApiBench) -> None:
    answer = bench.call("GET", "/v1/nothing", headers={"Accept": "text/html"})

    assert answer.content_type == "application/problem+json"


def test_if_none_match_with_a_tag_is_malformed(bench: ApiBench) -> None:
    answer = bench.put("bad", event(), headers={"If-None-Match": '"1"'})

    assert answer.status_code == 400
