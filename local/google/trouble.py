"""How a fault that strikes a call shows itself."""

from werkzeug.wrappers import Response

from local.google.errors import (
    ApiError,
    full_sync_required,
    invalid_credentials,
    usage_limit,
)
from local.google.faults import Rule

BEFORE = (
    "rate_limit",
    "user_rate_limit",
    "quota_exceeded",
    "daily_limit",
    "server_error_before",
    "refuse",
    "unauthorized",
)
AFTER = ("server_error_after",)
HTML_ERROR = (
    "<!DOCTYPE html>\n<html lang=en>\n<title>Error {status} (Server Error)!!1</title>\n"
    "<p><b>{status}.</b> <ins>That’s an error.</ins>\n"
    "<p>The server encountered an error and could not complete your request."
)


def refusal_of(rule: Rule) -> ApiError:
    """Return the error that a rule answers with."""
    if rule.kind == "rate_limit":
        status = rule.status or 403
        return usage_limit(status, "rateLimitExceeded", "Rate Limit Exceeded")
    if rule.kind == "user_rate_limit":
        return usage_limit(
            rule.status or 403, "userRateLimitExceeded", "User Rate Limit Exceeded"
        )
    if rule.kind == "quota_exceeded":
        return usage_limit(403, "quotaExceeded", "Calendar usage limits exceeded.")
    if rule.kind == "daily_limit":
        return usage_limit(403, "dailyLimitExceeded", "Daily Limit Exceeded")
    return _other_refusal(rule)


def _other_refusal(rule: Rule) -> ApiError:
    if rule.kind in ("unauthorized", "revoke_grant"):
        return invalid_credentials()
    if rule.kind == "gone":
        return full_sync_required()
    if rule.kind == "refuse":
        return ApiError(
            status=rule.status or 400,
            reason=rule.reason,
            message=rule.message,
            location_type="parameter" if rule.location else None,
            location=rule.location,
        )
    return ApiError(
        status=rule.status or 503, reason="backendError", message="Backend Error"
    )


def bodiless(rule: Rule) -> Response | None:
    """Return an answer that is no JSON, if the rule wants one."""
    status = refusal_of(rule).status
    if rule.body == "html":
        page = HTML_ERROR.format(status=status)
        return Response(page, status=status, content_type="text/html; charset=UTF-8")
    if rule.body == "empty":
        return Response(b"", status=status, content_type="text/html; charset=UTF-8")
    return None
