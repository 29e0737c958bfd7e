"""Google's refusals, with the bodies that Google really sends.

Bodies: https://developers.google.com/workspace/calendar/api/guides/errors
"""

from dataclasses import dataclass
from typing import Any

Resource = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class ApiError(Exception):
    """A refusal of the Calendar API, ready to be answered."""

    status: int
    reason: str
    message: str
    domain: str = "global"
    location_type: str | None = None
    location: str | None = None
    extended_help: str | None = None
    front_end_status: str | None = None
    detail: str | None = None
    detail_message: str | None = None

    def body(self) -> Resource:
        """Return the JSON body: the classic form, and the front end's where it is."""
        error: Resource = {
            "errors": [self._entry()],
            "code": self.status,
            "message": self.message,
        }
        if self.front_end_status:
            error["status"] = self.front_end_status
        if self.detail:
            error["details"] = [self._error_info()]
        return {"error": error}

    def _entry(self) -> Resource:
        entry = {
            "domain": self.domain,
            "reason": self.reason,
            "message": self.detail_message or self.message,
            "locationType": self.location_type,
            "location": self.location,
            "extendedHelp": self.extended_help,
        }
        return {name: value for name, value in entry.items() if value is not None}

    def _error_info(self) -> Resource:
        return {
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": self.detail,
            "domain": "googleapis.com",
            "metadata": {"service": "calendar-json.googleapis.com"},
        }


def invalid(message: str, *, location: str | None = None) -> ApiError:
    """Return the 400 for a value that Google does not accept."""
    return ApiError(
        status=400,
        reason="invalid",
        message=message,
        location_type="parameter" if location else None,
        location=location,
    )


def required(message: str) -> ApiError:
    """Return the 400 for a member that is missing."""
    return ApiError(status=400, reason="required", message=message)


def parse_error() -> ApiError:
    """Return the 400 for a body that is not JSON."""
    return ApiError(status=400, reason="parseError", message="Parse Error")


def time_range_empty(location: str | None = None) -> ApiError:
    """Return the 400 for an end before its start."""
    return ApiError(
        status=400,
        reason="timeRangeEmpty",
        domain="calendar",
        message="The specified time range is empty.",
        location_type="parameter" if location else None,
        location=location,
    )


def event_type_restriction(event_type: str) -> ApiError:
    """Return the 400 for a write that the event's type does not allow."""
    return ApiError(
        status=400,
        reason="eventTypeRestriction",
        domain="calendar",
        message=(
            f"Attempt made to modify '{event_type}' event in a way that is not valid"
            " for this event type."
        ),
        extended_help=(
            "https://developers.google.com/workspace/calendar/api/guides/event-types"
        ),
    )


def calendar_refusal(status: int, reason: str, message: str) -> ApiError:
    """Return a refusal of the calendar domain without a location."""
    return ApiError(status=status, reason=reason, message=message, domain="calendar")


def login_required() -> ApiError:
    """Return the 401 for a call without a token."""
    return ApiError(
        status=401,
        reason="required",
        message="Login Required.",
        location_type="header",
        location="Authorization",
        front_end_status="UNAUTHENTICATED",
        detail="CREDENTIALS_MISSING",
    )


def invalid_credentials() -> ApiError:
    """Return the 401 for a token that is wrong, expired or revoked."""
    return ApiError(
        status=401,
        reason="authError",
        message="Invalid Credentials",
        location_type="header",
        location="Authorization",
        front_end_status="UNAUTHENTICATED",
    )


def insufficient_scopes() -> ApiError:
    """Return the 403 for a token without a fitting scope."""
    return ApiError(
        status=403,
        reason="insufficientPermissions",
        message="Request had insufficient authentication scopes.",
        detail_message="Insufficient Permission",
        front_end_status="PERMISSION_DENIED",
        detail="ACCESS_TOKEN_SCOPE_INSUFFICIENT",
    )


def forbidden() -> ApiError:
    """Return the plain 403."""
    return ApiError(status=403, reason="forbidden", message="Forbidden")


def access_level_required(role: str = "writer") -> ApiError:
    """Return the 403 for a calendar that the caller may not change."""
    return calendar_refusal(
        403, "requiredAccessLevel", f"You need to have {role} access to this calendar."
    )


def non_organizer() -> ApiError:
    """Return the 403 for a guest who changes what only the organizer may."""
    return calendar_refusal(
        403,
        "forbiddenForNonOrganizer",
        "Shared properties can only be changed by the organizer of the event.",
    )


def not_found() -> ApiError:
    """Return the 404 for what never existed or may not be seen."""
    return ApiError(status=404, reason="notFound", message="Not Found")


def duplicate() -> ApiError:
    """Return the 409 for an id in use."""
    return ApiError(
        status=409,
        reason="duplicate",
        message="The requested identifier already exists.",
    )


def deleted() -> ApiError:
    """Return the 410 for a second delete."""
    return ApiError(status=410, reason="deleted", message="Resource has been deleted")


def full_sync_required() -> ApiError:
    """Return the 410 for a sync token that is no longer good."""
    return ApiError(
        status=410,
        reason="fullSyncRequired",
        domain="calendar",
        message="Sync token is no longer valid, a full sync is required.",
        location_type="parameter",
        location="syncToken",
    )


def updated_min_too_long_ago() -> ApiError:
    """Return the 410 for an `updatedMin` too far back."""
    return ApiError(
        status=410,
        reason="updatedMinTooLongAgo",
        domain="calendar",
        message=("The requested minimum modification time lies too far in the past."),
        location_type="parameter",
        location="updatedMin",
    )


def condition_not_met() -> ApiError:
    """Return the 412 for a stale `If-Match`."""
    return ApiError(
        status=412,
        reason="conditionNotMet",
        message="Precondition Failed",
        location_type="header",
        location="If-Match",
    )


def usage_limit(status: int, reason: str, message: str) -> ApiError:
    """Return a refusal of the usage limits."""
    return ApiError(
        status=status,
        reason=reason,
        domain="usageLimits",
        message=message,
        front_end_status="RESOURCE_EXHAUSTED" if status == 429 else None,
    )
