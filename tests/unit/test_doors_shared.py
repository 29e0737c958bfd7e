"""What every door does with a request, whatever it is for."""

import json
import logging

import pytest
from flask import Request, Response
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.test import EnvironBuilder

from functions.http import Problem, Refused, door, require, require_method
from functions.logs import JsonFormatter, Trace, trace_of, traced

TRACE = "105445aa7843bc8bf206b12000100000"


def request(path: str = "/", *, method: str = "GET", **headers: str) -> Request:
    named = [(name.replace("_", "-"), value) for name, value in headers.items()]
    builder = EnvironBuilder(path, method=method, headers=named)
    return Request(builder.get_environ())


@door
def works(asked: Request) -> Response:
    return Response("fine")


@door
def breaks(asked: Request) -> Response:
    raise KeyError("Roof survey at Anna's")


@door
def refuses(asked: Request) -> Response:
    errors = [{"pointer": "/a", "message": "Must be <b>."}]
    problem = Problem(
        status=422,
        detail="Not <i>that</i>.",
        errors=errors,
        headers={"Retry-After": "5"},
    )
    raise Refused(problem)


@door
def too_large(asked: Request) -> Response:
    raise RequestEntityTooLarge


@door
def only_post(asked: Request) -> Response:
    require(asked, "POST", "/here")
    return Response("fine")


@door
def reads(asked: Request) -> Response:
    require_method(asked, "GET")
    return Response("fine")


def body_of(response: Response) -> dict[str, object]:
    assert response.content_type == "application/problem+json"
    found: dict[str, object] = json.loads(response.get_data())
    return found


def test_a_fault_of_ours_shows_no_details() -> None:
    response = breaks(request(X_Cloud_Trace_Context=f"{TRACE}/1;o=1"))

    told = body_of(response)
    assert response.status_code == 500
    assert "Roof survey" not in str(told)
    assert TRACE in str(told["detail"])


def test_a_fault_is_logged_without_what_people_wrote(
    caplog: pytest.LogCaptureFixture,
) -> None:
    breaks(request())

    [record] = caplog.records
    line = JsonFormatter().format(record)
    assert "Roof survey" not in line
    assert json.loads(line)["event"] == "door-failed"
    assert "KeyError at" in json.loads(line)["error"][0]


def test_of_a_librarys_line_only_its_own_words_are_logged() -> None:
    told = {"msg": "Retrying %s", "args": ("/calendars/anna%40example.com",)}

    line = JsonFormatter().format(logging.makeLogRecord(told))

    assert json.loads(line)["message"] == "Retrying %s"


def test_a_browser_sees_a_fault_as_a_page() -> None:
    response = breaks(request(Accept="text/html,*/*;q=0.8"))

    assert response.status_code == 500
    assert response.mimetype == "text/html"


def test_a_refusal_is_a_problem_with_its_members() -> None:
    response = refuses(request())

    told = body_of(response)
    assert response.status_code == 422
    assert response.headers["Retry-After"] == "5"
    assert told["detail"] == "Not <i>that</i>."
    assert told["errors"] == [{"pointer": "/a", "message": "Must be <b>."}]


def test_a_refusal_shown_as_a_page_is_escaped() -> None:
    response = refuses(request(Accept="text/html"))

    assert "<i>" not in response.get_data(as_text=True)


def test_what_the_framework_refuses_keeps_its_status() -> None:
    assert too_large(request()).status_code == 413


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/here", "POST", 200),
        ("/here/", "POST", 200),
        ("/here", "GET", 405),
        ("/there", "POST", 404),
    ],
)
def test_a_door_has_one_path_and_method(path: str, method: str, status: int) -> None:
    assert only_post(request(path, method=method)).status_code == status


def test_who_may_get_may_ask_for_the_head() -> None:
    assert reads(request(method="HEAD")).status_code == 200
    refused = reads(request(method="DELETE"))
    assert refused.headers["Allow"] == "GET, HEAD"


@pytest.mark.parametrize("answers", [works, breaks, refuses])
def test_every_answer_keeps_a_page_from_being_misused(answers: object) -> None:
    assert callable(answers)

    headers = answers(request()).headers

    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert "Strict-Transport-Security" not in headers


def test_who_comes_by_https_is_told_to_stay_there() -> None:
    headers = works(request(X_Forwarded_Proto="https")).headers

    assert "max-age" in headers["Strict-Transport-Security"]


def test_a_log_line_carries_the_trace_of_its_request() -> None:
    record = logging.makeLogRecord({"msg": "run done", "connection_id": "c_1"})
    formatter = JsonFormatter(project="my-project")

    with traced(Trace(id=TRACE, span="00f067aa0ba902b7", sampled=True)):
        inside = json.loads(formatter.format(record))
    outside = json.loads(formatter.format(record))

    name = f"projects/my-project/traces/{TRACE}"
    assert inside["logging.googleapis.com/trace"] == name
    assert inside["logging.googleapis.com/spanId"] == "00f067aa0ba902b7"
    assert inside["logging.googleapis.com/trace_sampled"] is True
    assert inside["connection_id"] == "c_1"
    assert "logging.googleapis.com/trace" not in outside


PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"
SPANNED = Trace(id=TRACE, span="00f067aa0ba902b7", sampled=True)


@pytest.mark.parametrize(
    ("headers", "trace"),
    [
        ({"traceparent": PARENT}, SPANNED),
        ({"X-Cloud-Trace-Context": f"{TRACE}/67667974448284343;o=1"}, SPANNED),
        ({"traceparent": PARENT, "X-Cloud-Trace-Context": "f" * 32}, SPANNED),
        ({"X-Cloud-Trace-Context": TRACE}, Trace(id=TRACE)),
    ],
)
def test_a_trace_is_read_in_both_ways_of_writing_it(
    headers: dict[str, str], trace: Trace
) -> None:
    assert trace_of(headers) == trace


@pytest.mark.parametrize("text", ['"}{/x', f"{TRACE}/1\n", "anna@a.example", "0" * 900])
def test_a_trace_that_is_no_trace_is_left_out(text: str) -> None:
    headers = {"traceparent": text, "X-Cloud-Trace-Context": text}

    assert trace_of(headers) == Trace()
