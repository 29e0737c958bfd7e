"""The `watch` methods and `channels.stop`.

https://developers.google.com/workspace/calendar/api/guides/push
"""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlsplit

from local.google import scopes
from local.google.calls import Call, Method
from local.google.errors import ApiError, calendar_refusal, invalid, required
from local.google.model import Channel, Resource
from local.google.push import is_local, message_of
from local.google.times import millis
from local.google.visit import Viewer

TTL_SECONDS = 7 * 86_400
LONGEST_ID = 64
LONGEST_TOKEN = 256
GENERATED = ("#holiday@", "#contacts@", "#weeknum@", "@import.calendar.google.com")


def _watch_events(call: Call) -> Resource:
    calendar = call.visit().calendar
    if not calendar.watchable or any(part in calendar.id for part in GENERATED):
        raise calendar_refusal(
            400,
            "pushNotSupportedForRequestedResource",
            "Push notifications are not supported by this resource.",
        )
    path = f"calendars/{quote(calendar.id)}/events"
    return _open(call, collection=f"events:{calendar.id}", path=path)


def _watch_acl(call: Call) -> Resource:
    calendar = call.visit(at_least="writer").calendar
    path = f"calendars/{quote(calendar.id)}/acl"
    return _open(call, collection=f"acl:{calendar.id}", path=path)


def _watch_list(call: Call) -> Resource:
    collection = f"calendarList:{call.viewer.email}"
    return _open(call, collection=collection, path="users/me/calendarList")


def _watch_settings(call: Call) -> Resource:
    collection = f"settings:{call.viewer.email}"
    return _open(call, collection=collection, path="users/me/settings")


def _open(call: Call, *, collection: str, path: str) -> Resource:
    body, state = call.body, call.state
    _check(body)
    key = f"{call.viewer.project}\n{body['id']}"
    if key in state.channels:
        raise ApiError(
            status=400,
            reason="channelIdNotUnique",
            message="Channel id not unique",
            location_type="parameter",
            location="id",
        )
    channel = Channel(
        id=body["id"],
        project=call.viewer.project,
        client_id=call.viewer.client_id,
        email=call.viewer.email,
        by_service_account=call.viewer.service_account is not None,
        collection=collection,
        resource_id=_resource_id(call.viewer.email, collection),
        resource_uri=f"https://www.googleapis.com/calendar/v3/{path}?alt=json",
        address=body["address"],
        expires_at=_expires_at(call, body),
        token=body.get("token"),
    )
    state.channels.put(key, channel)
    call.world.pusher.send(message_of(channel, resource_state="sync", number=1))
    return _shown(channel)


def _check(body: Resource) -> None:
    if not body.get("id"):
        raise required("Missing required field: id")
    if not isinstance(body["id"], str) or len(body["id"]) > LONGEST_ID:
        raise invalid("Invalid channel id.")
    if body.get("type") not in ("web_hook", "webhook"):
        raise invalid("Unknown channel type.")
    token = body.get("token")
    if token is not None and (not isinstance(token, str) or len(token) > LONGEST_TOKEN):
        raise invalid("Invalid channel token.")
    _check_address(body.get("address"))


def _check_address(address: Any) -> None:
    if not isinstance(address, str) or not address:
        raise required("Missing required field: address")
    parts = urlsplit(address)
    if parts.scheme == "https" and parts.hostname:
        return
    if parts.scheme != "http" or not is_local(address):
        raise ApiError(
            status=400,
            reason="push.webhookUrlNotHttps",
            message=f"WebHook callback must be HTTPS: {address}",
        )


def _resource_id(email: str, collection: str) -> str:
    return hashlib.sha256(f"{email}\n{collection}".encode()).hexdigest()[:27]


def _expires_at(call: Call, body: Resource) -> int:
    now = millis(call.state.now())
    latest = now + TTL_SECONDS * 1000
    wished = body.get("expiration")
    parameters = body.get("params")
    try:
        if wished is None and isinstance(parameters, Mapping) and "ttl" in parameters:
            wished = now + int(parameters["ttl"]) * 1000
        chosen = latest if wished is None else int(wished)
    except (TypeError, ValueError):
        raise invalid("Invalid expiration.") from None
    if chosen <= now:
        raise invalid("The expiration is in the past.")
    return min(chosen, latest)


def _shown(channel: Channel) -> Resource:
    shown = {
        "kind": "api#channel",
        "id": channel.id,
        "resourceId": channel.resource_id,
        "resourceUri": channel.resource_uri,
        "expiration": str(channel.expires_at),
    }
    return shown if channel.token is None else {**shown, "token": channel.token}


def _stop(call: Call) -> None:
    """End a channel: only for the same user of the same client.

    A channel made by a service account may be ended by any user of the client.
    """
    body, viewer = call.body, call.viewer
    key = f"{viewer.project}\n{body.get('id')}"
    channel = call.state.channels.get(key)
    if channel is None or not _may_stop(viewer, channel):
        raise _no_channel(str(body.get("id")), viewer.project)
    ended = channel.stopped or channel.expires_at <= millis(call.state.now())
    if ended or channel.resource_id != body.get("resourceId"):
        raise _no_channel(channel.id, viewer.project)
    call.state.channels.put(key, replace(channel, stopped=True))


def _may_stop(viewer: Viewer, channel: Channel) -> bool:
    same_user = channel.email == viewer.email or channel.by_service_account
    return same_user and channel.client_id == viewer.client_id


def _no_channel(channel_id: str, project: str) -> ApiError:
    message = f"Channel '{channel_id}' not found for project '{project}'"
    return ApiError(status=404, reason="notFound", message=message)


METHODS = (
    Method(
        name="calendar.events.watch",
        verb="POST",
        path="/calendars/<calendar_id>/events/watch",
        scopes=scopes.READ_EVENTS,
        handler=_watch_events,
    ),
    Method(
        name="calendar.acl.watch",
        verb="POST",
        path="/calendars/<calendar_id>/acl/watch",
        scopes=scopes.LIST_ACL,
        handler=_watch_acl,
    ),
    Method(
        name="calendar.calendarList.watch",
        verb="POST",
        path="/users/me/calendarList/watch",
        scopes=scopes.LIST_CALENDARS,
        handler=_watch_list,
    ),
    Method(
        name="calendar.settings.watch",
        verb="POST",
        path="/users/me/settings/watch",
        scopes=scopes.READ_SETTINGS,
        handler=_watch_settings,
    ),
    Method(
        name="calendar.channels.stop",
        verb="POST",
        path="/channels/stop",
        scopes=scopes.WATCHING,
        handler=_stop,
    ),
)
