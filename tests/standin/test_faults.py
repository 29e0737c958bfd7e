"""Faults: trouble that Google may make, made on demand."""

import json

import jsonschema_rs
import pytest
import requests

from local.google import GoogleStandIn
from tests.standin.conftest import Control
from tests.standin.people import Person, reason, refusal
from tests.standin.test_tokens import refreshed


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"kind": "rate_limit"}, (403, "rateLimitExceeded")),
        ({"kind": "rate_limit", "status": 429}, (429, "rateLimitExceeded")),
        ({"kind": "user_rate_limit"}, (403, "userRateLimitExceeded")),
        ({"kind": "quota_exceeded"}, (403, "quotaExceeded")),
        ({"kind": "daily_limit"}, (403, "dailyLimitExceeded")),
        ({"kind": "server_error_before", "status": 500}, (500, "backendError")),
        ({"kind": "server_error_before"}, (503, "backendError")),
    ],
)
def test_limits_and_errors_strike_before_anything_is_done(
    ann: Person, control: Control, rule: dict[str, object], expected: tuple[int, str]
) -> None:
    """Each refusal with Google's status and reason.

    https://developers.google.com/workspace/calendar/api/guides/errors
    """
    control("faults", rules=[{**rule, "method": "events.insert", "count": 1}])

    refused = reason(ann.insert)

    assert refused == expected
    assert ann.ids() == []
    assert ann.insert()["status"] == "confirmed"


def test_a_token_may_be_refused_for_once(ann: Person, control: Control) -> None:
    """401 Invalid Credentials: refresh once, and try again.

    https://developers.google.com/workspace/calendar/api/guides/errors
    """
    control("faults", rules=[{"kind": "unauthorized", "count": 1}])
    url = ann.api("calendars/primary/events")

    statuses = [ann.http.get(url).status_code for _ in range(2)]

    assert statuses == [401, 200]


def test_an_answer_may_be_lost_after_the_deed(ann: Person, control: Control) -> None:
    """A 5xx on insert may have created the event: then the retry is a 409.

    https://developers.google.com/workspace/calendar/api/guides/errors
    """
    rule = {"kind": "server_error_after", "method": "events.insert", "count": 1}
    control("faults", rules=[rule])

    first = reason(lambda: ann.insert(id="abcde"))
    second = reason(lambda: ann.insert(id="abcde"))

    assert (first, second) == ((503, "backendError"), (409, "duplicate"))
    assert ann.ids() == ["abcde"]


def test_a_connection_may_close_before_or_after_the_deed(
    ann: Person, control: Control
) -> None:
    """A time-out tells nothing about what was done.

    https://developers.google.com/workspace/calendar/api/guides/errors
    """
    before = {"kind": "close_before", "path": "/events$", "count": 1, "method": "POST"}
    after = {**before, "kind": "close_after"}
    url = ann.api("calendars/primary/events")
    body = {"start": {"date": "2026-12-01"}, "end": {"date": "2026-12-02"}}

    control("faults", rules=[before])
    with pytest.raises(requests.ConnectionError):
        ann.http.post(url, json=body)
    nothing = ann.ids()
    control("faults", rules=[after])
    with pytest.raises(requests.ConnectionError):
        ann.http.post(url, json=body)

    assert nothing == []
    assert len(ann.ids()) == 1


@pytest.mark.parametrize("body", ["html", "empty"])
def test_errors_may_come_without_json(ann: Person, control: Control, body: str) -> None:
    """Errors of the front end may be pages, or nothing.

    https://developers.google.com/workspace/calendar/api/guides/errors
    """
    control("faults", rules=[{"kind": "server_error_before", "body": body}])

    answer = ann.http.get(ann.api("calendars/primary/events"))

    assert answer.status_code == 503
    assert answer.headers["Content-Type"].startswith("text/html")
    assert answer.text.startswith("<!DOCTYPE html>") == (body == "html")


def test_a_token_may_be_gone_once(ann: Person, control: Control) -> None:
    """410 on a list with a sync token, and on no other.

    https://developers.google.com/workspace/calendar/api/guides/sync
    """
    token = ann.token()
    control("faults", rules=[{"kind": "gone", "count": 1}])

    ann.page()
    refused = reason(lambda: ann.page(syncToken=token))

    assert refused == (410, "fullSyncRequired")
    assert ann.page(syncToken=token)["items"] == []


def test_all_sync_tokens_may_end(ann: Person, control: Control) -> None:
    """Google may invalidate tokens at any time.

    https://developers.google.com/workspace/calendar/api/guides/sync
    """
    token = ann.token()
    control("faults", rules=[{"kind": "expire_sync_tokens", "count": 1}])

    assert reason(lambda: ann.page(syncToken=token)) == (410, "fullSyncRequired")
    assert reason(lambda: ann.page(syncToken=token)) == (410, "fullSyncRequired")


def test_a_grant_may_be_revoked_in_between(ann: Person, control: Control) -> None:
    """The person may end it at any time: 401 now, invalid_grant after.

    https://developers.google.com/identity/protocols/oauth2#expiration
    """
    control("faults", rules=[{"kind": "revoke_grant", "count": 1}])

    refused = ann.http.get(ann.api("calendars/primary/events"))

    assert refused.status_code == 401
    assert refreshed(ann, ann.refresh_token).json()["error"] == "invalid_grant"


def test_descriptions_may_be_rewritten(ann: Person, control: Control) -> None:
    """Descriptions may contain HTML, and come back rewritten.

    https://developers.google.com/workspace/calendar/api/v3/reference/events
    """
    control("faults", rules=[{"kind": "rewrite_text"}])

    event = ann.insert(description="A & B\nhttps://example.com/x")

    link = '<a href="https://example.com/x">https://example.com/x</a>'
    assert event["description"] == f"A &amp; B<br>{link}"


def test_rules_are_about_one_account(
    ann: Person, bob: Person, control: Control
) -> None:
    """Limits are per user.

    https://developers.google.com/workspace/calendar/api/guides/quota
    """
    control("faults", rules=[{"kind": "rate_limit", "account": ann.email}])

    assert reason(lambda: ann.page())[0] == 403
    assert bob.ids() == []


def test_luck_is_repeatable(ann: Person, control: Control) -> None:
    """Back off and try again: a share of calls fails.

    https://developers.google.com/workspace/calendar/api/guides/quota
    """

    def statuses() -> list[int]:
        rule = {"kind": "rate_limit", "probability": 0.5}
        control("faults", seed=7, rules=[rule])
        url = ann.api("calendars/primary/events")
        return [ann.http.get(url).status_code for _ in range(20)]

    first, second = statuses(), statuses()

    assert first == second
    assert set(first) == {200, 403}


def test_answers_may_be_slow(ann: Person, control: Control) -> None:
    """A call takes its time.

    https://developers.google.com/workspace/calendar/api/guides/performance
    """
    control("faults", latency_ms=30, rules=[{"kind": "slow", "seconds": 0.03}])

    answer = ann.http.get(ann.api("calendars/primary/events"))

    assert answer.elapsed.total_seconds() >= 0.06


def test_the_token_endpoint_fails_too(ann: Person, control: Control) -> None:
    """A 5xx at the token endpoint is no revocation.

    https://developers.google.com/identity/protocols/oauth2
    """
    control("faults", rules=[{"kind": "server_error_before", "method": "oauth2.token"}])

    answer = refreshed(ann, ann.refresh_token)

    assert (answer.status_code, answer.json()["error"]) == (503, "internal_failure")


def test_the_schema_describes_the_rules(google: GoogleStandIn) -> None:
    """The controls are the stand-in's own; Google has none.

    https://json-schema.org/draft/2020-12/schema
    """
    schema = requests.get(f"{google.url}/_/faults", timeout=5).json()
    check = jsonschema_rs.validator_for(json.dumps(schema))

    assert check.is_valid({"rules": [{"kind": "gone", "count": 1}], "seed": 1})
    assert not check.is_valid({"rules": [{"kind": "earthquake"}]})
    assert not check.is_valid({"rules": [{"kind": "gone", "often": True}]})


@pytest.mark.parametrize(
    "rule",
    [
        {"kind": "earthquake"},
        {"kind": "gone", "often": 1},
        {"kind": "gone", "path": "("},
    ],
)
def test_rules_that_make_no_sense_are_refused(
    google: GoogleStandIn, rule: dict[str, object]
) -> None:
    """A control that is misunderstood must not pass for one that works.

    https://json-schema.org/draft/2020-12/schema
    """
    answer = requests.post(f"{google.url}/_/faults", json={"rules": [rule]}, timeout=5)

    assert answer.status_code == 400


def test_trouble_ends_when_told(ann: Person, control: Control) -> None:
    """One rule is added to others; all end together.

    https://developers.google.com/workspace/calendar/api/guides/errors
    """
    control("faults", rules=[{"kind": "slow", "seconds": 0}])
    control("faults", kind="rate_limit")

    struck = reason(lambda: ann.page())
    requests.delete(f"{ann.url}/_/faults", timeout=5)

    assert struck == (403, "rateLimitExceeded")
    assert ann.ids() == []


def test_limits_per_minute_slide(ann: Person, control: Control) -> None:
    """So many calls per user in any minute, then 403 or 429.

    https://developers.google.com/workspace/calendar/api/guides/quota
    """
    control("quota", per_user=3, status=429)

    for _ in range(3):
        ann.page()
    error = refusal(lambda: ann.page())
    control("clock", advance_seconds=61)

    assert (error["code"], error["status"]) == (429, "RESOURCE_EXHAUSTED")
    assert ann.ids() == []


def test_a_project_has_its_limit_too(
    ann: Person, bob: Person, control: Control
) -> None:
    """So many calls per project in any minute.

    https://developers.google.com/workspace/calendar/api/guides/quota
    """
    control("quota", per_project=1)

    ann.page()

    assert reason(lambda: bob.page()) == (403, "rateLimitExceeded")


def test_one_event_may_be_refused_and_the_others_not(
    ann: Person, control: Control
) -> None:
    """A refusal with the status and the reason of one's choice, by what was sent.

    https://developers.google.com/workspace/calendar/api/guides/errors
    """
    rule = {"kind": "refuse", "status": 403, "reason": "forbidden", "sent": "Bad"}
    control("faults", rules=[rule])

    refused = reason(lambda: ann.insert(summary="Bad"))

    assert refused == (403, "forbidden")
    assert ann.insert(summary="Good")["status"] == "confirmed"
