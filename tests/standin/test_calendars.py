"""Calendars, lists of calendars, sharing, settings, colours, busy times."""

from collections.abc import Callable

import pytest

from tests.standin.conftest import Control
from tests.standin.people import Person, Resource, reason, refusal


def share(owner: Person, guest: Person, role: str) -> None:
    """Give somebody a role on the owner's calendar."""
    rule = {"role": role, "scope": {"type": "user", "value": guest.email}}
    owner.service.acl().insert(calendarId="primary", body=rule).execute()


def test_the_primary_calendar_is_on_the_list(ann: Person) -> None:
    """`primary` is an alias; the entry's real id is the address.

    https://developers.google.com/workspace/calendar/api/concepts/events-calendars
    """
    entries = ann.service.calendarList().list().execute()["items"]

    assert [entry["id"] for entry in entries] == [ann.email]
    assert entries[0]["primary"] is True
    assert entries[0]["accessRole"] == "owner"
    assert entries[0]["timeZone"] == "Europe/Amsterdam"
    one = ann.service.calendarList().get(calendarId="primary").execute()
    assert one["id"] == ann.email


def test_a_secondary_calendar_comes_and_goes(ann: Person) -> None:
    """`calendars.insert` makes a calendar and its entry; `delete` removes both.

    https://developers.google.com/workspace/calendar/api/v3/reference/calendars
    """
    calendars, entries = ann.service.calendars(), ann.service.calendarList()
    made = calendars.insert(body={"summary": "Team", "timeZone": "UTC"}).execute()
    token = entries.list().execute()["nextSyncToken"]

    calendars.delete(calendarId=made["id"]).execute()

    assert made["id"].endswith("@group.calendar.google.com")
    rows = entries.list(syncToken=token).execute()["items"]
    assert [(row["id"], row["deleted"]) for row in rows] == [(made["id"], True)]
    assert reason(lambda: ann.page(made["id"])) == (404, "notFound")


def test_the_primary_calendar_cannot_be_deleted(ann: Person) -> None:
    """The primary calendar is cleared, not deleted.

    https://developers.google.com/workspace/calendar/api/v3/reference/calendars/clear
    """
    ann.insert()
    calendars = ann.service.calendars()

    refused = reason(calendars.delete(calendarId="primary").execute)
    calendars.clear(calendarId="primary").execute()

    assert refused == (403, "cannotDeletePrimaryCalendar")
    assert ann.ids() == []


def test_a_calendars_zone_renders_its_events(ann: Person) -> None:
    """Answers are rendered in the calendar's zone.

    https://developers.google.com/workspace/calendar/api/concepts/events-calendars
    """
    ann.insert()
    body = {"timeZone": "Asia/Tokyo"}

    ann.service.calendars().patch(calendarId="primary", body=body).execute()

    page = ann.page()
    assert page["timeZone"] == "Asia/Tokyo"
    start = page["items"][0]["start"]["dateTime"]
    assert start == "2026-12-01T18:00:00+09:00"
    bad = {"timeZone": "Nowhere"}
    call = ann.service.calendars().patch(calendarId="primary", body=bad)
    assert reason(call.execute) == (400, "invalid")


def test_a_calendar_is_put_on_ones_own_list(ann: Person, bob: Person) -> None:
    """`calendarList.insert` subscribes, `delete` unsubscribes.

    https://developers.google.com/workspace/calendar/api/v3/reference/calendarList
    """
    share(ann, bob, "reader")
    entries = bob.service.calendarList()

    before = [entry["id"] for entry in entries.list().execute()["items"]]
    entries.insert(body={"id": ann.email}).execute()
    entries.patch(calendarId=ann.email, body={"summaryOverride": "Her"}).execute()
    one = entries.get(calendarId=ann.email).execute()
    entries.delete(calendarId=ann.email).execute()

    assert before == [bob.email]
    assert (one["accessRole"], one["summaryOverride"]) == ("reader", "Her")
    assert reason(entries.get(calendarId=ann.email).execute) == (404, "notFound")
    own = reason(entries.delete(calendarId="primary").execute)
    assert own == (403, "cannotChangeOwnPrimarySubscription")


def test_a_lists_token_excludes_some_parameters(ann: Person) -> None:
    """`minAccessRole` is refused with a token of the calendar list.

    https://developers.google.com/workspace/calendar/api/v3/reference/calendarList/list
    """
    entries = ann.service.calendarList()
    token = entries.list().execute()["nextSyncToken"]

    call = entries.list(syncToken=token, minAccessRole="owner")

    assert reason(call.execute) == (400, "invalid")
    assert entries.list(syncToken=token).execute()["items"] == []
    assert len(entries.list(minAccessRole="owner").execute()["items"]) == 1


def test_an_unshared_calendar_is_not_found(ann: Person, bob: Person) -> None:
    """A calendar that is not accessible looks as if it did not exist.

    https://developers.google.com/workspace/calendar/api/guides/errors
    """
    assert reason(lambda: bob.page(ann.email)) == (404, "notFound")


def test_a_reader_cannot_write(ann: Person, bob: Person) -> None:
    """403 requiredAccessLevel for who may only read.

    https://developers.google.com/workspace/calendar/api/concepts/sharing
    """
    share(ann, bob, "reader")

    error = refusal(lambda: bob.insert(ann.email))

    assert (error["code"], error["errors"][0]["reason"]) == (403, "requiredAccessLevel")
    assert error["message"] == "You need to have writer access to this calendar."
    assert bob.page(ann.email)["accessRole"] == "reader"


@pytest.mark.parametrize("role", ["reader", "writerWithoutPrivateAccess"])
def test_private_events_are_masked(ann: Person, bob: Person, role: str) -> None:
    """These roles see that a private event is there, not what it is.

    https://developers.google.com/workspace/calendar/api/concepts/sharing
    """
    share(ann, bob, role)
    ann.insert(summary="Doctor", location="Clinic", visibility="private")

    row = bob.page(ann.email)["items"][0]

    assert row["visibility"] == "private"
    assert row["start"]["dateTime"] == "2026-12-01T10:00:00+01:00"
    assert "summary" not in row
    assert "location" not in row


def test_a_writer_without_private_access_writes_the_rest(
    ann: Person, bob: Person
) -> None:
    """The role of 2026 writes what is not private.

    https://developers.google.com/workspace/calendar/api/v3/reference/acl
    """
    share(ann, bob, "writerWithoutPrivateAccess")
    hidden = ann.insert(visibility="private")

    made = bob.insert(ann.email, summary="His")
    call = bob.events.patch(
        calendarId=ann.email, eventId=hidden["id"], body={"summary": "x"}
    )

    assert made["creator"]["email"] == bob.email
    assert made["organizer"]["email"] == ann.email
    assert reason(call.execute) == (403, "forbidden")


def test_free_busy_readers_see_single_busy_events(ann: Person, bob: Person) -> None:
    """With free/busy access a list behaves as with `singleEvents=true`.

    https://developers.google.com/workspace/calendar/api/guides/recurringevents
    """
    share(ann, bob, "freeBusyReader")
    ann.weekly()

    rows = bob.page(ann.email)["items"]

    assert len(rows) == 4
    assert all("summary" not in row for row in rows)


def test_a_role_is_lowered_and_taken_away(ann: Person, bob: Person) -> None:
    """Deleted rules have the role `none`, and no access.

    https://developers.google.com/workspace/calendar/api/v3/reference/acl
    """
    share(ann, bob, "writer")
    rules = ann.service.acl()
    rule = f"user:{bob.email}"

    rules.patch(calendarId="primary", ruleId=rule, body={"role": "reader"}).execute()
    lowered = bob.page(ann.email)["accessRole"]
    rules.delete(calendarId="primary", ruleId=rule).execute()

    assert lowered == "reader"
    assert reason(lambda: bob.page(ann.email)) == (404, "notFound")
    shown = rules.list(calendarId="primary", showDeleted=True).execute()["items"]
    assert {row["id"]: row["role"] for row in shown}[rule] == "none"


def test_a_public_calendar_is_read_by_all(ann: Person, bob: Person) -> None:
    """The scope `default` is everybody.

    https://developers.google.com/workspace/calendar/api/v3/reference/acl
    """
    rule = {"role": "reader", "scope": {"type": "default"}}
    ann.service.acl().insert(calendarId="primary", body=rule).execute()

    assert bob.page(ann.email)["accessRole"] == "reader"


def test_a_role_nobody_knows_may_turn_up(ann: Person, control: Control) -> None:
    """A role was added in 2026; more may follow.

    https://developers.google.com/workspace/calendar/api/v3/reference/acl
    """
    control("options", unknown_role=True)

    assert ann.page()["accessRole"] == "somethingNew"


def test_busy_times_are_merged(ann: Person, bob: Person) -> None:
    """Busy spans per calendar; refusals lie inside the answer.

    https://developers.google.com/workspace/calendar/api/v3/reference/freebusy/query
    """
    ann.insert()
    ann.insert(
        start={"dateTime": "2026-12-01T10:30:00+01:00"},
        end={"dateTime": "2026-12-01T12:00:00+01:00"},
    )
    ann.insert(
        transparency="transparent",
        start={"dateTime": "2026-12-01T15:00:00+01:00"},
        end={"dateTime": "2026-12-01T16:00:00+01:00"},
    )
    body = {
        "timeMin": "2026-12-01T00:00:00Z",
        "timeMax": "2026-12-02T00:00:00Z",
        "items": [{"id": ann.email}, {"id": bob.email}],
    }

    found = ann.service.freebusy().query(body=body).execute()["calendars"]

    span = {"start": "2026-12-01T09:00:00Z", "end": "2026-12-01T11:00:00Z"}
    assert found[ann.email]["busy"] == [span]
    assert found[bob.email]["errors"][0]["reason"] == "notFound"


def test_settings_and_colours_are_there(ann: Person) -> None:
    """Settings are strings, one of them the zone; palettes are static.

    https://developers.google.com/workspace/calendar/api/v3/reference/settings
    """
    settings = ann.service.settings()

    listed: list[Resource] = settings.list().execute()["items"]
    zone = settings.get(setting="timezone").execute()["value"]
    colors = ann.service.colors().get().execute()

    assert zone == "Europe/Amsterdam"
    assert {"id": "timezone", "value": zone} in [
        {"id": row["id"], "value": row["value"]} for row in listed
    ]
    assert set(colors["event"]) == {str(number) for number in range(1, 12)}


def test_scopes_open_their_methods_only(person: Callable[..., Person]) -> None:
    """Each method names its scopes; another token is 403 insufficientPermissions.

    https://developers.google.com/workspace/calendar/api/auth
    """
    ann = person("ann@example.com", scopes=("calendar.events",))

    error = refusal(ann.service.calendarList().list().execute)

    assert ann.ids() == []
    assert error["code"] == 403
    assert error["errors"][0]["reason"] == "insufficientPermissions"
    assert error["status"] == "PERMISSION_DENIED"
    assert error["details"][0]["reason"] == "ACCESS_TOKEN_SCOPE_INSUFFICIENT"


def test_a_reading_scope_does_not_write(person: Callable[..., Person]) -> None:
    """`calendar.events.readonly` reads and watches.

    https://developers.google.com/workspace/calendar/api/auth
    """
    ann = person("ann@example.com", scopes=("calendar.events.readonly",))

    assert ann.ids() == []
    assert reason(lambda: ann.insert()) == (403, "insufficientPermissions")


def test_a_scope_for_owned_calendars_stops_at_others(
    ann: Person, person: Callable[..., Person]
) -> None:
    """`calendar.events.owned` opens only calendars that the user owns.

    https://developers.google.com/workspace/calendar/api/auth
    """
    bob = person("bob@example.com", scopes=("calendar.events.owned",))
    share(ann, bob, "writer")

    assert bob.insert()["status"] == "confirmed"
    assert reason(lambda: bob.insert(ann.email)) == (403, "insufficientPermissions")


def test_who_has_no_calendar_is_told_so(person: Callable[..., Person]) -> None:
    """403 notACalendarUser for an account without Google Calendar.

    https://github.com/webhookdb/webhookdb/issues/624
    """
    ann = person("ann@example.com", calendar_user=False)

    assert reason(lambda: ann.page()) == (403, "notACalendarUser")


def test_a_call_without_a_token_asks_to_sign_in(ann: Person) -> None:
    """401 required without a token, 401 authError with a wrong one.

    https://developers.google.com/workspace/calendar/api/guides/errors
    """
    url = ann.api("calendars/primary/events")

    none = ann.http.get(url, headers={"Authorization": ""})
    wrong = ann.http.get(url, headers={"Authorization": "Bearer wrong"})

    assert (none.status_code, wrong.status_code) == (401, 401)
    first, second = none.json()["error"], wrong.json()["error"]
    assert first["errors"][0]["reason"] == "required"
    assert first["message"] == "Login Required."
    assert second["errors"][0]["reason"] == "authError"
    assert second["message"] == "Invalid Credentials"
    assert second["status"] == "UNAUTHENTICATED"
