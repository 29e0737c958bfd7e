"""What Google refuses, how it says so, and what that means to us."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from services.ports.calendar import Calendar, Mails
from sync.errors import (
    AccessLost,
    AccessRevoked,
    AlreadyThere,
    ContentRefused,
    Limit,
    Missing,
    OperatorFault,
    RateLimited,
    StaleWrite,
    SyncError,
    SyncTokenExpired,
    TokenRefused,
    TransientError,
)
from tests.contract.scripted import Reply

Deed = Callable[[Calendar], object]


def reads(calendar: Calendar) -> object:
    """Read everything."""
    return calendar.read(token=None, page=None)


def reads_on(calendar: Calendar) -> object:
    """Read what changed."""
    return calendar.read(token="token-1", page=None)


def gets(calendar: Calendar) -> object:
    """Look at one event."""
    return calendar.get("event1")


def finds(calendar: Calendar) -> object:
    """Look for an iCalUID."""
    return calendar.find("uid-1")


def asks_for_instance(calendar: Calendar) -> object:
    """Look at one occurrence."""
    return calendar.instance("event1", "2026-11-20")


def inserts(calendar: Calendar) -> object:
    """Create an event."""
    return calendar.insert({"id": "event1", "summary": "Roof survey"}, mails=Mails.NONE)


def patches(calendar: Calendar) -> object:
    """Change an event."""
    body = {"summary": "Roof survey"}
    return calendar.patch("event1", body, etag='"1"', mails=Mails.NONE)


def deletes(calendar: Calendar) -> object:
    """Delete an event."""
    calendar.delete("event1", etag='"1"', mails=Mails.NONE)
    return None


def watches(calendar: Calendar) -> object:
    """Open a push channel."""
    return calendar.watch(
        channel_id="channel-1",
        token="t",
        address="https://tandem.example/push/google",
        lasts=timedelta(days=7),
    )


def stops(calendar: Calendar) -> object:
    """Close a push channel."""
    calendar.stop(channel_id="channel-1", resource_id="resource-1")
    return None


READS: tuple[Deed, ...] = (reads, reads_on, finds)
WRITES: tuple[Deed, ...] = (inserts, patches, deletes)
ALL: tuple[Deed, ...] = (*READS, gets, asks_for_instance, *WRITES, watches, stops)


def classic(
    status: int, reason: str, message: str, *, domain: str = "global", **more: str
) -> Reply:
    """Return a refusal in the Calendar API's own form."""
    entry = {"domain": domain, "reason": reason, "message": message, **more}
    error = {"errors": [entry], "code": status, "message": message}
    return Reply(status=status, body={"error": error})


def front_end(
    status: int, word: str, message: str, *, reason: str = "", **metadata: str
) -> Reply:
    """Return a refusal in the form of Google's newer front end."""
    detail = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": reason,
        "domain": "googleapis.com",
        "metadata": metadata,
    }
    error: dict[str, Any] = {"code": status, "message": message, "status": word}
    if reason:
        error["details"] = [detail]
    return Reply(status=status, body={"error": error})


def waiting(reply: Reply, retry_after: str) -> Reply:
    """Return the reply with the header Retry-After."""
    return Reply(
        status=reply.status, body=reply.body, headers={"Retry-After": retry_after}
    )


HTML = "<!DOCTYPE html><html><title>Error</title><p>someone@example.com</html>"


@dataclass(frozen=True, kw_only=True)
class Case:
    """A refusal, the deeds that may meet it, and what it means."""

    reply: Reply
    means: type[SyncError]
    deeds: tuple[Deed, ...] = ALL
    reason: str | None = None
    wait: timedelta | None = None
    limit: Limit | None = None


CASES: Mapping[str, Case] = {
    "400 timeRangeEmpty": Case(
        reply=classic(
            400,
            "timeRangeEmpty",
            "The specified time range is empty.",
            domain="calendar",
        ),
        means=ContentRefused,
        deeds=WRITES,
        reason="timeRangeEmpty",
    ),
    "400 invalid": Case(
        reply=classic(400, "invalid", "Invalid resource id value."),
        means=ContentRefused,
        deeds=WRITES,
        reason="invalid",
    ),
    "400 required": Case(
        reply=classic(400, "required", "Missing time zone definition for start time."),
        means=ContentRefused,
        deeds=WRITES,
        reason="required",
    ),
    "400 badRequest to a read": Case(
        reply=classic(400, "badRequest", "Bad Request"),
        means=OperatorFault,
        deeds=(reads, reads_on, watches),
    ),
    "400 badRequest to a search": Case(
        reply=classic(400, "badRequest", "Bad Request"),
        means=ContentRefused,
        deeds=(finds,),
        reason="badRequest",
    ),
    "400 parseError": Case(
        reply=classic(400, "parseError", "Parse Error"),
        means=ContentRefused,
        deeds=WRITES,
        reason="parseError",
    ),
    "400 INVALID_ARGUMENT": Case(
        reply=front_end(400, "INVALID_ARGUMENT", "Invalid value at 'event.start'"),
        means=ContentRefused,
        deeds=WRITES,
        reason="INVALID_ARGUMENT",
    ),
    "400 HTML": Case(
        reply=Reply(status=400, body=HTML),
        means=ContentRefused,
        deeds=WRITES,
        reason="http400",
    ),
    "413": Case(
        reply=Reply(status=413, body=HTML),
        means=ContentRefused,
        deeds=WRITES,
        reason="http413",
    ),
    **{
        f"{status} {reason}": Case(
            reply=classic(status, reason, "No.", domain="calendar"),
            means=ContentRefused,
            deeds=WRITES,
            reason=reason,
        )
        for reason in (
            "eventTypeRestriction",
            "cannotChangeOrganizer",
            "cannotChangeOrganizerOfInstance",
            "eventDurationExceedsLimit",
            "malformedWorkingLocationEvent",
            "participantIsNeitherOrganizerNorAttendee",
            "cannotUseDefaultRemindersAndSpecifyOverride",
            "cannotDeletePrimaryCalendar",
        )
        for status in (400, 403)
    },
    "400 sync token": Case(
        reply=classic(400, "invalid", "Invalid sync token value."),
        means=SyncTokenExpired,
        deeds=(reads_on,),
    ),
    "400 sync token by its place": Case(
        reply=classic(
            400,
            "invalidParameter",
            "Something else.",
            locationType="parameter",
            location="syncToken",
        ),
        means=SyncTokenExpired,
        deeds=(reads_on,),
    ),
    "400 sync token with restrictions": Case(
        reply=classic(
            400,
            "invalid",
            "Sync token cannot be used with other request restrictions",
        ),
        means=SyncTokenExpired,
        deeds=(reads_on,),
    ),
    "400 page token": Case(
        reply=classic(400, "invalid", "Invalid Value", location="pageToken"),
        means=SyncTokenExpired,
        deeds=(reads,),
    ),
    "401 authError": Case(
        reply=classic(
            401,
            "authError",
            "Invalid Credentials",
            locationType="header",
            location="Authorization",
        ),
        means=TokenRefused,
    ),
    "401 required": Case(
        reply=Reply(
            status=401,
            body={
                "error": {
                    "errors": [{"reason": "required", "message": "Login Required."}],
                    "code": 401,
                    "status": "UNAUTHENTICATED",
                    "message": "Request is missing required credential.",
                }
            },
        ),
        means=TokenRefused,
    ),
    "401 UNAUTHENTICATED": Case(
        reply=front_end(
            401, "UNAUTHENTICATED", "Expired.", reason="ACCESS_TOKEN_EXPIRED"
        ),
        means=TokenRefused,
    ),
    "401 empty": Case(reply=Reply(status=401, body=""), means=TokenRefused),
    "403 userRateLimitExceeded": Case(
        reply=classic(
            403,
            "userRateLimitExceeded",
            "User Rate Limit Exceeded",
            domain="usageLimits",
        ),
        means=RateLimited,
        limit=Limit.ACCOUNT,
    ),
    **{
        f"{status} rateLimitExceeded": Case(
            reply=classic(
                status,
                "rateLimitExceeded",
                "Rate Limit Exceeded",
                domain="usageLimits",
            ),
            means=RateLimited,
            limit=Limit.PROJECT,
        )
        for status in (403, 429)
    },
    "429 RESOURCE_EXHAUSTED": Case(
        reply=front_end(
            429, "RESOURCE_EXHAUSTED", "Slow.", reason="RATE_LIMIT_EXCEEDED"
        ),
        means=RateLimited,
    ),
    "429 RATE_LIMIT_EXCEEDED of a person": Case(
        reply=front_end(
            429,
            "RESOURCE_EXHAUSTED",
            "Quota exceeded.",
            reason="RATE_LIMIT_EXCEEDED",
            quota_limit="defaultPerMinutePerUser",
        ),
        means=RateLimited,
        limit=Limit.ACCOUNT,
    ),
    "429 HTML, wait in seconds": Case(
        reply=waiting(Reply(status=429, body=HTML), "17"),
        means=RateLimited,
        wait=timedelta(seconds=17),
    ),
    "403 rateLimitExceeded, wait as a date": Case(
        reply=waiting(
            classic(403, "rateLimitExceeded", "Slow.", domain="usageLimits"),
            "Fri, 20 Nov 2026 18:02:00 GMT",
        ),
        means=RateLimited,
        wait=timedelta(minutes=2),
    ),
    "429 with a wait that is none": Case(
        reply=waiting(Reply(status=429, body=""), "soon"), means=RateLimited
    ),
    "403 rateLimitExceeded for the day": Case(
        reply=classic(
            403,
            "rateLimitExceeded",
            "Quota exceeded for quota group 'default' and limit 'Queries per day' of"
            " service 'calendar-json.googleapis.com'",
            domain="usageLimits",
        ),
        means=RateLimited,
        wait=timedelta(hours=14),
    ),
    "429 RATE_LIMIT_EXCEEDED for the day": Case(
        reply=front_end(
            429,
            "RESOURCE_EXHAUSTED",
            "Quota exceeded.",
            reason="RATE_LIMIT_EXCEEDED",
            quota_unit="1/d/{project}",
        ),
        means=RateLimited,
        wait=timedelta(hours=14),
    ),
    "403 dailyLimitExceeded": Case(
        reply=classic(
            403, "dailyLimitExceeded", "Daily Limit Exceeded", domain="usageLimits"
        ),
        means=RateLimited,
        wait=timedelta(hours=14),
    ),
    "403 quotaExceeded": Case(
        reply=classic(
            403,
            "quotaExceeded",
            "Calendar usage limits exceeded.",
            domain="usageLimits",
        ),
        means=RateLimited,
        wait=timedelta(hours=4),
        limit=Limit.USE,
    ),
    "403 forbidden": Case(
        reply=classic(403, "forbidden", "Forbidden"),
        means=ContentRefused,
        deeds=(gets, *WRITES),
        reason="forbidden",
    ),
    "403 forbidden to a read": Case(
        reply=classic(403, "forbidden", "Forbidden"),
        means=AccessLost,
        deeds=READS,
    ),
    "403 HTML": Case(reply=Reply(status=403, body=HTML), means=TransientError),
    "403 error of no known form": Case(
        reply=Reply(status=403, body=[{"error": {"errors": {"reason": "x"}}}]),
        means=TransientError,
    ),
    "403 requiredAccessLevel": Case(
        reply=classic(
            403,
            "requiredAccessLevel",
            "You need to have writer access to this calendar.",
            domain="calendar",
        ),
        means=AccessLost,
    ),
    "403 forbiddenForNonOrganizer": Case(
        reply=classic(
            403,
            "forbiddenForNonOrganizer",
            "Shared properties can only be changed by the organizer of the event.",
            domain="calendar",
        ),
        means=ContentRefused,
        deeds=WRITES,
        reason="forbiddenForNonOrganizer",
    ),
    "403 forbiddenForServiceAccounts": Case(
        reply=classic(
            403,
            "forbiddenForServiceAccounts",
            "Service accounts cannot invite attendees without Domain-Wide Delegation"
            " of Authority.",
            domain="calendar",
        ),
        means=ContentRefused,
        deeds=WRITES,
        reason="forbiddenForServiceAccounts",
    ),
    "403 insufficientPermissions": Case(
        reply=classic(403, "insufficientPermissions", "Insufficient Permission"),
        means=AccessRevoked,
    ),
    "403 ACCESS_TOKEN_SCOPE_INSUFFICIENT": Case(
        reply=front_end(
            403,
            "PERMISSION_DENIED",
            "Request had insufficient authentication scopes.",
            reason="ACCESS_TOKEN_SCOPE_INSUFFICIENT",
        ),
        means=AccessRevoked,
    ),
    "403 accessNotConfigured": Case(
        reply=classic(
            403,
            "accessNotConfigured",
            "Google Calendar API has not been used in project 123456789012 before or"
            " it is disabled. Visit https://console.developers.google.com/apis/x",
            domain="usageLimits",
        ),
        means=OperatorFault,
    ),
    "403 SERVICE_DISABLED": Case(
        reply=front_end(403, "PERMISSION_DENIED", "Off.", reason="SERVICE_DISABLED"),
        means=OperatorFault,
    ),
    "403 CONSUMER_SUSPENDED": Case(
        reply=front_end(403, "PERMISSION_DENIED", "Off.", reason="CONSUMER_SUSPENDED"),
        means=OperatorFault,
    ),
    "403 notACalendarUser": Case(
        reply=classic(
            403,
            "notACalendarUser",
            "The user must be signed up for Google Calendar.",
            domain="calendar",
        ),
        means=AccessLost,
    ),
    "404 of an event": Case(
        reply=classic(404, "notFound", "Not Found"),
        means=Missing,
        deeds=(gets, asks_for_instance, patches),
    ),
    "404 of the calendar": Case(
        reply=classic(404, "notFound", "Not Found"),
        means=AccessLost,
        deeds=(*READS, inserts, watches),
    ),
    "404 NOT_FOUND": Case(
        reply=front_end(404, "NOT_FOUND", "Requested entity was not found."),
        means=Missing,
        deeds=(gets, patches),
    ),
    "404 HTML": Case(reply=Reply(status=404, body=HTML), means=TransientError),
    "409 duplicate": Case(
        reply=classic(409, "duplicate", "The requested identifier already exists."),
        means=AlreadyThere,
        deeds=(inserts,),
    ),
    "409 ALREADY_EXISTS": Case(
        reply=front_end(409, "ALREADY_EXISTS", "There is one."),
        means=AlreadyThere,
        deeds=(inserts,),
    ),
    "409 conflict": Case(
        reply=classic(409, "conflict", "Conflict"), means=StaleWrite, deeds=WRITES
    ),
    "410 fullSyncRequired": Case(
        reply=classic(
            410,
            "fullSyncRequired",
            "Sync token is no longer valid, a full sync is required.",
            domain="calendar",
            location="syncToken",
        ),
        means=SyncTokenExpired,
        deeds=(reads_on,),
    ),
    "410 fullSyncRequired to a search": Case(
        reply=classic(410, "fullSyncRequired", "Start over.", domain="calendar"),
        means=TransientError,
        deeds=(finds, gets, *WRITES),
    ),
    "410 updatedMinTooLongAgo": Case(
        reply=classic(410, "updatedMinTooLongAgo", "Too old.", domain="calendar"),
        means=SyncTokenExpired,
        deeds=(reads_on,),
    ),
    "410 empty": Case(
        reply=Reply(status=410, body=""), means=SyncTokenExpired, deeds=(reads_on,)
    ),
    "410 deleted, an event": Case(
        reply=classic(410, "deleted", "Resource has been deleted"),
        means=Missing,
        deeds=(gets, patches),
    ),
    "410 deleted, the calendar": Case(
        reply=classic(410, "deleted", "Resource has been deleted"),
        means=AccessLost,
        deeds=(*READS, watches),
    ),
    "412 conditionNotMet": Case(
        reply=classic(
            412, "conditionNotMet", "Precondition Failed", location="If-Match"
        ),
        means=StaleWrite,
        deeds=(patches, deletes),
    ),
    "412 empty": Case(
        reply=Reply(status=412, body=""), means=StaleWrite, deeds=(patches, deletes)
    ),
    **{
        f"{status} {reason}": Case(
            reply=classic(status, reason, "Backend Error"), means=TransientError
        )
        for status, reason in (
            (500, "backendError"),
            (500, "internalError"),
            (502, "badGateway"),
            (503, "backendError"),
            (504, "somethingNew"),
        )
    },
    "500 HTML": Case(reply=Reply(status=500, body=HTML), means=TransientError),
    "502 empty": Case(reply=Reply(status=502, body=""), means=TransientError),
    "503 UNAVAILABLE": Case(
        reply=front_end(503, "UNAVAILABLE", "The service is unavailable."),
        means=TransientError,
    ),
    "503 to a read, with a wait": Case(
        reply=waiting(Reply(status=503, body=HTML), "30"),
        means=RateLimited,
        deeds=READS,
        wait=timedelta(seconds=30),
    ),
    "302": Case(
        reply=Reply(status=302, headers={"Location": "http://127.0.0.1:9/elsewhere"}),
        means=TransientError,
    ),
    "200 HTML": Case(
        reply=Reply(body=HTML), means=TransientError, deeds=(*READS, *WRITES, gets)
    ),
    "200 cut short": Case(
        reply=Reply(body={"id": "event1"}, short_by=10),
        means=TransientError,
        deeds=(*READS, *WRITES, gets),
    ),
    "200 of no event": Case(
        reply=Reply(body={}), means=TransientError, deeds=(reads, gets, inserts)
    ),
    "200 not UTF-8": Case(
        reply=Reply(body=b'{"id": "\xff"}'), means=TransientError, deeds=(gets,)
    ),
    "400 channelIdNotUnique": Case(
        reply=classic(400, "channelIdNotUnique", "Channel id not unique"),
        means=AlreadyThere,
        deeds=(watches,),
    ),
    "400 push.webhookUrlNotHttps": Case(
        reply=classic(
            400, "push.webhookUrlNotHttps", "WebHook callback must be HTTPS: http://x"
        ),
        means=OperatorFault,
        deeds=(watches,),
    ),
    **{
        f"{status} push.webhookUrlUnauthorized": Case(
            reply=classic(
                status,
                "push.webhookUrlUnauthorized",
                "Unauthorized WebHook callback channel: https://tandem.example/push",
            ),
            means=OperatorFault,
            deeds=(watches,),
        )
        for status in (400, 401)
    },
}


def token_refusal(status: int, error: str, description: str = "", **more: str) -> Reply:
    """Return a refusal of the token endpoint."""
    body = {"error": error, **more}
    if description:
        body["error_description"] = description
    return Reply(status=status, body=body)


TOKEN_CASES: Mapping[str, tuple[Reply, type[SyncError]]] = {
    "invalid_grant": (
        token_refusal(400, "invalid_grant", "Token has been expired or revoked."),
        AccessRevoked,
    ),
    "invalid_grant by session control": (
        token_refusal(
            400, "invalid_grant", "reauth related error", error_subtype="invalid_rapt"
        ),
        AccessRevoked,
    ),
    "access_denied": (token_refusal(403, "access_denied"), AccessRevoked),
    "invalid_client": (token_refusal(401, "invalid_client"), OperatorFault),
    "deleted_client": (
        token_refusal(401, "deleted_client", "The OAuth client was deleted."),
        OperatorFault,
    ),
    "disabled_client": (token_refusal(401, "disabled_client"), OperatorFault),
    "redirect_uri_mismatch": (
        token_refusal(400, "redirect_uri_mismatch", "Bad Request"),
        OperatorFault,
    ),
    "unauthorized_client": (token_refusal(401, "unauthorized_client"), OperatorFault),
    "invalid_scope": (token_refusal(400, "invalid_scope"), OperatorFault),
    "invalid_request": (
        token_refusal(400, "invalid_request", "Missing parameter: code_verifier"),
        OperatorFault,
    ),
    "unsupported_grant_type": (
        token_refusal(400, "unsupported_grant_type", "Invalid grant_type: x"),
        OperatorFault,
    ),
    "admin_policy_enforced": (
        token_refusal(400, "admin_policy_enforced"),
        OperatorFault,
    ),
    "org_internal": (token_refusal(403, "org_internal"), OperatorFault),
    "server_error": (token_refusal(400, "server_error"), TransientError),
    "internal_failure": (token_refusal(500, "internal_failure"), TransientError),
    "temporarily_unavailable": (
        token_refusal(503, "temporarily_unavailable"),
        TransientError,
    ),
    "500 HTML": (Reply(status=500, body=HTML), TransientError),
    "404 HTML": (Reply(status=404, body=HTML), TransientError),
    "400 empty": (Reply(status=400, body=""), TransientError),
    "429": (waiting(Reply(status=429, body=""), "5"), RateLimited),
    "200 HTML": (Reply(body=HTML), TransientError),
    "200 without a token": (Reply(body={"expires_in": 3599}), TransientError),
    "200 without an end": (Reply(body={"access_token": "x"}), TransientError),
    "cut": (Reply(cut=True), TransientError),
}
