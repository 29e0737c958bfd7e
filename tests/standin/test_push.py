"""Push channels: opened, told, ended."""

import queue
from collections.abc import Callable
from email.utils import parsedate_to_datetime

import pytest

from local.google import GoogleStandIn
from tests.standin.conftest import Control, Receiver
from tests.standin.people import Person, reason, refusal

WEEK_MS = 7 * 86_400 * 1000


def test_a_channel_is_answered_whole(ann: Person, receiver: Receiver) -> None:
    """The answer names the resource and when the channel ends, in ms as a text.

    https://developers.google.com/workspace/calendar/api/v3/reference/events/watch
    """
    channel = ann.watch("c1", receiver.address, token="secret")

    assert channel["kind"] == "api#channel"
    assert (channel["id"], channel["token"]) == ("c1", "secret")
    assert isinstance(channel["expiration"], str)
    assert channel["resourceUri"].endswith("/events?alt=json")
    assert channel["resourceId"]


def test_the_first_message_is_sync(ann: Person, receiver: Receiver) -> None:
    """A sync message with number 1 and no body opens a channel.

    https://developers.google.com/workspace/calendar/api/guides/push
    """
    channel = ann.watch("c1", receiver.address, token="a=1&b=2")

    message = receiver.next()

    assert message["body"] == ""
    assert message["x-goog-channel-id"] == "c1"
    assert message["x-goog-resource-id"] == channel["resourceId"]
    assert message["x-goog-resource-uri"] == channel["resourceUri"]
    assert message["x-goog-resource-state"] == "sync"
    assert message["x-goog-message-number"] == "1"
    assert message["x-goog-channel-token"] == "a=1&b=2"
    ends = parsedate_to_datetime(message["x-goog-channel-expiration"])
    assert int(ends.timestamp()) == int(channel["expiration"]) // 1000


def test_each_change_is_told(ann: Person, receiver: Receiver) -> None:
    """`exists` for any change, deletions too; numbers grow, with gaps.

    https://developers.google.com/workspace/calendar/api/guides/push
    """
    ann.watch("c1", receiver.address)
    receiver.next_of("sync")
    event = ann.insert()
    ann.patch(event["id"], summary="Changed")
    ann.delete(event["id"])

    messages = [receiver.next_of("exists") for _ in range(3)]

    numbers = sorted(int(one["x-goog-message-number"]) for one in messages)
    assert numbers[0] > 1
    assert len(set(numbers)) == 3
    assert all(one["body"] == "" for one in messages)


def test_the_same_collection_has_one_resource_id(
    ann: Person, receiver: Receiver
) -> None:
    """Channels of one user on one collection share the resource id.

    https://github.com/googleapis/google-api-nodejs-client/issues/1402
    """
    first = ann.watch("c1", receiver.address)
    second = ann.watch("c2", receiver.address)

    assert first["resourceId"] == second["resourceId"]


@pytest.mark.parametrize(
    ("wish", "seconds"),
    [
        ({}, 604_800),
        ({"params": {"ttl": "3600"}}, 3_600),
        ({"params": {"ttl": "99999999"}}, 604_800),
    ],
)
def test_a_channel_lives_a_week_at_most(
    ann: Person,
    control: Control,
    receiver: Receiver,
    wish: dict[str, object],
    seconds: int,
) -> None:
    """A week by default; the more restrictive of wish and limit wins.

    https://developers.google.com/workspace/calendar/api/guides/push
    """
    control("clock", now="2026-11-20T12:00:00Z")
    tokens = control("tokens", email=ann.email).json()
    ann = Person.with_token(ann.url, ann.email, tokens["access_token"])

    channel = ann.watch("c1", receiver.address, **wish)
    ann.close()

    start = 1_795_176_000
    assert int(channel["expiration"]) // 1000 - start in (seconds, seconds + 1)


def test_a_channel_id_is_used_once(ann: Person, receiver: Receiver) -> None:
    """An id in use, or once used, answers 400 channelIdNotUnique.

    https://developers.google.com/workspace/calendar/api/guides/push
    """
    channel = ann.watch("c1", receiver.address)
    stop = {"id": "c1", "resourceId": channel["resourceId"]}

    again = reason(lambda: ann.watch("c1", receiver.address))
    ann.service.channels().stop(body=stop).execute()
    stopped = reason(lambda: ann.watch("c1", receiver.address))

    assert again == stopped == (400, "channelIdNotUnique")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"address": "http://example.com/push"}, "push.webhookUrlNotHttps"),
        ({"address": None}, "required"),
        ({"id": ""}, "required"),
        ({"id": "x" * 65}, "invalid"),
        ({"type": "carrier pigeon"}, "invalid"),
        ({"token": "t" * 257}, "invalid"),
    ],
)
def test_a_channel_that_makes_no_sense_is_refused(
    ann: Person, body: dict[str, object], expected: str
) -> None:
    """The address is https, the id at most 64 and the token 256 characters.

    https://developers.google.com/workspace/calendar/api/guides/push
    """
    asked = {"id": "c1", "type": "web_hook", "address": "https://x.org/push", **body}
    call = ann.events.watch(calendarId="primary", body=asked)

    assert reason(call.execute) == (400, expected)


def test_generated_calendars_cannot_be_watched(
    ann: Person, receiver: Receiver, control: Control
) -> None:
    """Holidays and the like answer 400 pushNotSupportedForRequestedResource.

    https://github.com/KeepSoftwareSimple/compass-calendar/pull/2111
    """
    control("calendars", id=ann.email, watchable=False)

    error = refusal(lambda: ann.watch("c1", receiver.address))

    assert error["errors"][0]["reason"] == "pushNotSupportedForRequestedResource"
    assert error["errors"][0]["domain"] == "calendar"


def test_a_stopped_channel_is_silent(ann: Person, receiver: Receiver) -> None:
    """`channels.stop` ends a channel and answers 204.

    https://developers.google.com/workspace/calendar/api/guides/push
    """
    old = ann.watch("c1", receiver.address)
    ann.watch("c2", receiver.address)
    stop = {"id": "c1", "resourceId": old["resourceId"]}

    answer = ann.http.post(ann.api("channels/stop"), json=stop)
    ann.insert()

    assert (answer.status_code, answer.content) == (204, b"")
    assert receiver.next_of("exists")["x-goog-channel-id"] == "c2"


def test_a_channel_is_stopped_by_who_made_it(
    ann: Person,
    bob: Person,
    person: Callable[..., Person],
    receiver: Receiver,
) -> None:
    """Only the same user with the same client may stop a channel.

    https://developers.google.com/workspace/calendar/api/guides/push
    """
    channel = ann.watch("c1", receiver.address)
    elsewhere = person(ann.email, client_id="1-other")
    stop = {"id": "c1", "resourceId": channel["resourceId"]}

    for stranger in (bob, elsewhere):
        call = stranger.service.channels().stop(body=stop)
        assert reason(call.execute) == (404, "notFound")
    wrong = ann.service.channels().stop(body={**stop, "resourceId": "x"})
    assert reason(wrong.execute) == (404, "notFound")
    ann.service.channels().stop(body=stop).execute()
    error = refusal(ann.service.channels().stop(body=stop).execute)
    assert error["message"] == "Channel 'c1' not found for project '1'"


def test_an_ended_channel_is_silent(
    ann: Person, receiver: Receiver, control: Control
) -> None:
    """A channel is not renewed: it ends, and a new one is made.

    https://developers.google.com/workspace/calendar/api/guides/push
    """
    ann.watch("old", receiver.address, params={"ttl": "60"})
    receiver.next_of("sync")
    control("clock", advance_seconds=120)
    ann.watch("new", receiver.address)

    ann.insert()

    assert receiver.next_of("exists")["x-goog-channel-id"] == "new"


def test_server_errors_are_tried_again(
    ann: Person, receiver: Receiver, google: GoogleStandIn
) -> None:
    """500, 502, 503 and 504 are retried with growing pauses.

    https://developers.google.com/workspace/calendar/api/guides/push
    """
    ann.watch("c1", receiver.address)
    receiver.next_of("sync")
    receiver.statuses = [503, 500, 200]
    ann.insert()

    numbers = [receiver.next()["x-goog-message-number"] for _ in range(3)]

    assert len(set(numbers)) == 1


def test_other_errors_are_not_tried_again(
    ann: Person, receiver: Receiver, google: GoogleStandIn
) -> None:
    """Any other status is a failure without a retry.

    https://developers.google.com/workspace/calendar/api/guides/push
    """
    ann.watch("c1", receiver.address)
    receiver.next_of("sync")
    receiver.statuses = [400]
    ann.insert()
    receiver.next_of("exists")

    assert google.app.world.pusher.wait_until_idle(2)
    assert receiver.messages.empty()


def test_messages_can_be_dropped_doubled_and_late(
    ann: Person, receiver: Receiver, control: Control
) -> None:
    """Messages are not fully reliable; a few are lost in normal operation.

    https://developers.google.com/workspace/calendar/api/guides/push
    """
    ann.watch("c1", receiver.address)
    receiver.next_of("sync")
    rules = [
        {"kind": "push_drop", "count": 1},
        {"kind": "push_double", "count": 1},
        {"kind": "push_delay", "seconds": 0.1, "skip": 1, "count": 1},
    ]
    control("faults", rules=rules)

    ann.insert()
    ann.insert()
    twice = [receiver.next()["x-goog-message-number"] for _ in range(2)]
    ann.insert()
    with pytest.raises(queue.Empty):
        receiver.messages.get(timeout=0.05)

    assert twice[0] == twice[1]
    assert int(receiver.next()["x-goog-message-number"]) > int(twice[0])


def test_the_sync_message_may_come_before_the_answer(
    ann: Person, receiver: Receiver, control: Control
) -> None:
    """The sync message can arrive before the answer to `watch`.

    https://developers.google.com/workspace/calendar/api/guides/push
    """
    control("options", sync_before_answer=True)

    ann.watch("c1", receiver.address)

    assert receiver.messages.get_nowait()["x-goog-resource-state"] == "sync"


def test_foreign_addresses_are_never_called(ann: Person, google: GoogleStandIn) -> None:
    """A https address is accepted; the stand-in only ever calls this machine.

    https://developers.google.com/workspace/calendar/api/guides/push
    """
    before = google.app.world.pusher.undelivered

    ann.watch("c1", "https://example.com/push")
    ann.insert()

    assert google.app.world.pusher.undelivered == before + 2


def test_a_calendar_list_is_watched(ann: Person, receiver: Receiver) -> None:
    """The calendar list has one collection per user.

    https://developers.google.com/workspace/calendar/api/v3/reference/calendarList/watch
    """
    body = {"id": "c1", "type": "web_hook", "address": receiver.address}
    ann.service.calendarList().watch(body=body).execute()
    receiver.next_of("sync")

    ann.service.calendars().insert(body={"summary": "New"}).execute()

    message = receiver.next_of("exists")
    assert message["x-goog-resource-uri"].endswith("users/me/calendarList?alt=json")


def test_an_unreadable_calendar_is_not_watched(
    ann: Person, bob: Person, receiver: Receiver
) -> None:
    """The caller must be able to read the resource.

    https://developers.google.com/workspace/calendar/api/guides/push
    """
    body = {"id": "c1", "type": "web_hook", "address": receiver.address}
    call = bob.events.watch(calendarId=ann.email, body=body)

    assert reason(call.execute) == (404, "notFound")
