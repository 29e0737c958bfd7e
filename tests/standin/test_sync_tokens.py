"""Incremental reads: what a sync token brings, and when it ends."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.standin.conftest import Control
from tests.standin.people import Person, reason, refusal


def test_only_changes_come_with_a_token(ann: Person) -> None:
    """A sync token brings what changed since, deleted entries always.

    https://developers.google.com/workspace/calendar/api/guides/sync
    """
    stays, changes, goes = (ann.insert()["id"] for _ in range(3))
    token = ann.token()
    ann.patch(changes, summary="Changed")
    ann.delete(goes)
    comes = ann.insert()["id"]

    page = ann.page(syncToken=token)

    rows = {row["id"]: row["status"] for row in page["items"]}
    assert rows == {changes: "confirmed", goes: "cancelled", comes: "confirmed"}
    assert stays not in rows
    assert ann.page(syncToken=page["nextSyncToken"])["items"] == []


def test_tombstones_are_bare_unless_deleted_events_are_shown(ann: Person) -> None:
    """With `showDeleted` false the details of deleted events are not returned.

    https://developers.google.com/workspace/calendar/api/v3/reference/events
    """
    event = ann.insert(summary="Secret")
    token = ann.token()
    ann.delete(event["id"])

    bare = ann.page(syncToken=token)["items"][0]
    whole = ann.page(syncToken=token, showDeleted=True)["items"][0]

    assert set(bare) == {"kind", "etag", "id", "status"}
    assert whole["summary"] == "Secret"


def test_an_incremental_read_comes_in_pages(ann: Person) -> None:
    """The same sync token with each page token, until the page with a new one.

    https://developers.google.com/workspace/calendar/api/guides/sync
    """
    token = ann.token()
    made = [ann.insert()["id"] for _ in range(5)]

    first = ann.page(syncToken=token, maxResults=3)
    second = ann.page(syncToken=token, maxResults=3, pageToken=first["nextPageToken"])

    assert "nextSyncToken" not in first
    assert "nextSyncToken" in second
    rows = first["items"] + second["items"]
    assert sorted(row["id"] for row in rows) == sorted(made)


def test_the_first_window_does_not_bound_later_reads(ann: Person) -> None:
    """`timeMin` restricts only the initial read.

    https://stackoverflow.com/questions/30599745
    """
    old = ann.insert()
    token = ann.token(timeMin="2027-01-01T00:00:00Z")

    ann.patch(old["id"], summary="Outside of the window")

    assert ann.ids(syncToken=token) == [old["id"]]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("iCalUID", "x@y"),
        ("privateExtendedProperty", "a=b"),
        ("sharedExtendedProperty", "a=b"),
        ("q", "x"),
        ("timeMin", "2026-12-01T00:00:00Z"),
        ("timeMax", "2026-12-01T00:00:00Z"),
        ("updatedMin", "2026-11-19T00:00:00Z"),
        ("orderBy", "updated"),
        ("showDeleted", False),
    ],
)
def test_some_parameters_exclude_a_token(ann: Person, name: str, value: object) -> None:
    """Eight parameters, and `showDeleted=false`, are refused with a token.

    https://developers.google.com/workspace/calendar/api/v3/reference/events/list
    """
    token = ann.token()

    arguments: dict[str, Any] = {"syncToken": token, name: value}

    error = refusal(lambda: ann.page(**arguments))

    assert error["code"] == 400
    assert error["message"].startswith("Sync token cannot be used with")


@pytest.mark.parametrize("garbage", ["garbage", "AAAA", "CPDAlvWDx70CEPDAlvWDx70CGAU="])
def test_a_token_that_never_was_one_is_refused(ann: Person, garbage: str) -> None:
    """A malformed token is 400 with its own message, not 410.

    https://developers.google.com/workspace/calendar/api/guides/errors
    """
    error = refusal(lambda: ann.page(syncToken=garbage))

    assert (error["code"], error["errors"][0]["reason"]) == (400, "invalid")
    assert error["message"] == "Invalid sync token value."


def test_a_token_belongs_to_user_calendar_and_shape(ann: Person, bob: Person) -> None:
    """Tokens are per collection and per shape of the request.

    https://developers.google.com/workspace/calendar/api/guides/sync
    """
    token = ann.token()

    assert reason(lambda: bob.page(syncToken=token)) == (400, "invalid")
    singles = reason(lambda: ann.page(syncToken=token, singleEvents=True))
    assert singles == (400, "invalid")
    typed = reason(lambda: ann.page(syncToken=token, eventTypes="default"))
    assert typed == (400, "invalid")


def test_an_outlived_token_asks_for_a_full_read(ann: Person, control: Control) -> None:
    """An invalidated token answers 410 fullSyncRequired.

    https://developers.google.com/workspace/calendar/api/guides/errors
    """
    token = ann.token()
    control("expire")

    error = refusal(lambda: ann.page(syncToken=token))

    assert error["code"] == 410
    assert error["errors"][0] == {
        "domain": "calendar",
        "reason": "fullSyncRequired",
        "message": "Sync token is no longer valid, a full sync is required.",
        "locationType": "parameter",
        "location": "syncToken",
    }
    assert ann.page(syncToken=ann.token())["items"] == []


def test_tokens_may_age(ann: Person, control: Control) -> None:
    """Tokens expire; after how long is not documented.

    https://developers.google.com/workspace/calendar/api/guides/sync
    """
    control("options", sync_token_days=30)
    token = ann.token()
    control("clock", advance_seconds=31 * 86_400)
    renewed = control("tokens", email=ann.email).json()["access_token"]
    later = Person.with_token(ann.url, ann.email, renewed)

    refused = reason(lambda: later.page(syncToken=token))
    later.close()

    assert refused == (410, "fullSyncRequired")


def test_a_change_of_sharing_ends_the_tokens(ann: Person, control: Control) -> None:
    """Changes of the ACL invalidate tokens.

    https://developers.google.com/workspace/calendar/api/guides/sync
    """
    token = ann.token()

    control("calendars", id=ann.email, roles={"bob@example.com": "reader"})

    assert reason(lambda: ann.page(syncToken=token)) == (410, "fullSyncRequired")


@pytest.mark.parametrize(
    ("parameter", "value"),
    [("orderBy", "updated"), ("q", "x"), ("updatedMin", "2026-11-19T00:00:00Z")],
)
def test_some_reads_end_without_a_token(
    ann: Person, parameter: str, value: str
) -> None:
    """With some restrictions Google gives no sync token.

    https://developers.google.com/workspace/calendar/api/v3/reference/events/list
    """
    assert "nextSyncToken" not in ann.page(**{parameter: value})


def test_a_window_does_not_cost_the_token(ann: Person) -> None:
    """The documented first read has a `timeMin` and ends in a token.

    https://developers.google.com/workspace/calendar/api/guides/sync
    """
    assert "nextSyncToken" in ann.page(timeMin="2026-12-01T00:00:00Z")


def test_a_changed_series_brings_all_its_single_events(ann: Person) -> None:
    """With `singleEvents=true` a renamed series returns all its instances.

    https://stackoverflow.com/questions/30599745
    """
    series = ann.weekly()
    token = ann.token(singleEvents=True)

    ann.patch(series["id"], summary="Renamed")

    rows = ann.page(syncToken=token, singleEvents=True)["items"]
    assert [row["summary"] for row in rows] == ["Renamed"] * 4


def test_a_moved_series_brings_its_old_single_events_as_cancelled(
    ann: Person,
) -> None:
    """Ids of instances change with the start; the old ones are cancelled.

    https://developers.google.com/workspace/calendar/api/guides/recurringevents
    """
    series = ann.weekly()
    before = {row["id"] for row in ann.instances(series["id"])}
    token = ann.token(singleEvents=True)

    ann.patch(
        series["id"],
        start={"dateTime": "2026-10-20T14:00:00"},
        end={"dateTime": "2026-10-20T15:00:00"},
    )

    rows = ann.page(syncToken=token, singleEvents=True)["items"]
    cancelled = {row["id"] for row in rows if row["status"] == "cancelled"}
    confirmed = {row["id"] for row in rows if row["status"] == "confirmed"}
    assert cancelled == before
    assert confirmed == {row["id"] for row in ann.instances(series["id"])}


def test_a_deleted_series_brings_its_single_events_as_cancelled(ann: Person) -> None:
    """Masters never come with `singleEvents=true`, their instances do.

    https://developers.google.com/workspace/calendar/api/v3/reference/events/list
    """
    series = ann.weekly()
    before = {row["id"] for row in ann.instances(series["id"])}
    token = ann.token(singleEvents=True)

    ann.delete(series["id"])

    rows = ann.page(syncToken=token, singleEvents=True)["items"]
    assert {row["id"]: row["status"] for row in rows} == dict.fromkeys(
        before, "cancelled"
    )


def test_an_exception_may_precede_its_master(ann: Person) -> None:
    """The order of rows is unspecified: an exception may come first.

    https://developers.google.com/workspace/calendar/api/v3/reference/events/list
    """
    series = ann.weekly()
    second = ann.instances(series["id"])[1]["id"]
    ann.delete(second)
    ann.patch(series["id"], description="Changed last")

    assert ann.ids() == [second, series["id"]]


def test_a_lost_calendar_is_not_found(
    ann: Person, person: Callable[..., Person], control: Control
) -> None:
    """A calendar that may no longer be read is 404, with a token too.

    https://developers.google.com/workspace/calendar/api/guides/errors
    """
    bob = person("bob@example.com")
    control("calendars", id=ann.email, roles={bob.email: "reader"})
    token = bob.page(ann.email)["nextSyncToken"]

    control("calendars", id=ann.email, roles={bob.email: "none"})

    refused = reason(lambda: bob.page(ann.email, syncToken=token))
    assert refused == (404, "notFound")
