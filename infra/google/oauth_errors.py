"""What the refusals of Google's token endpoint mean, as `sync.errors`.

https://developers.google.com/identity/protocols/oauth2/web-server#handlingresponse and
https://developers.google.com/identity/protocols/oauth2/service-account#error-codes
"""

from collections.abc import Callable, Mapping
from enum import Enum, auto

from infra.google.answers import Answer, quotable
from sync.errors import (
    AccessRevoked,
    OperatorFault,
    RateLimited,
    SyncError,
    TransientError,
)


class Granting(Enum):
    """What a token was asked for with."""

    CODE = auto()
    REFRESH_TOKEN = auto()
    SERVICE_ACCOUNT = auto()


def oauth_error(answer: Answer, granting: Granting) -> SyncError:
    """Return what a refusal of the token endpoint means to the caller."""
    if answer.status == 429:
        return RateLimited("Google asks us to slow down.", wait=answer.wait)
    if answer.status >= 500 or not answer.words or PASSING & set(answer.words):
        return TransientError("Google had trouble answering.")
    if "invalid_grant" in answer.words:
        return INVALID_GRANT[granting](answer)
    for word in answer.words:
        if word in SENTENCES:
            return OperatorFault(SENTENCES[word])
    if "access_denied" in answer.words:
        return AccessRevoked("The owner of the Google account did not let us in.")
    told = quotable(answer.message or answer.reason)
    return OperatorFault(f"Google does not accept what we asked: {told}")


def _code_refused(answer: Answer) -> SyncError:
    return AccessRevoked(
        "Google's consent was used already or has expired: open the link again."
    )


def _refresh_token_refused(answer: Answer) -> SyncError:
    if "invalid_rapt" in answer.words:
        return AccessRevoked(
            "The organization's session rules at Google ended our access: the account"
            " must be connected again."
        )
    return AccessRevoked(
        "Google has ended our access to this account, because it was withdrawn, not"
        " used for long, or given for a few days only: connect the account again."
    )


def _assertion_refused(answer: Answer) -> SyncError:
    told = answer.message.lower()
    if "signature" in told:
        return OperatorFault(
            "Google does not know the service account's key (any more): make a new key"
            " and enter it."
        )
    if "account not found" in told:
        return OperatorFault("Google does not know the service account (any more).")
    if "invalid jwt" in told or "token must be" in told or "iat" in told:
        return OperatorFault(
            "Google does not accept the service account's statement: is the clock of"
            " this machine right?"
        )
    return AccessRevoked(
        "Google knows no such person in the organization: check the address of the"
        " account, which may not be an alias."
    )


INVALID_GRANT: Mapping[Granting, Callable[[Answer], SyncError]] = {
    Granting.CODE: _code_refused,
    Granting.REFRESH_TOKEN: _refresh_token_refused,
    Granting.SERVICE_ACCOUNT: _assertion_refused,
}

PASSING = frozenset({"server_error", "internal_failure", "temporarily_unavailable"})

SENTENCES: Mapping[str, str] = {
    "invalid_client": (
        "Google does not accept the OAuth client: its id or its secret is wrong."
    ),
    "deleted_client": (
        "The OAuth client was deleted in the Google project; for 30 days it can be"
        " restored there."
    ),
    "disabled_client": "The OAuth client is switched off in the Google project.",
    "redirect_uri_mismatch": (
        "Our address is not among the redirect addresses of the OAuth client; it must"
        " be a client of the type Web application."
    ),
    "unauthorized_client": (
        "The Google project may not do this. With a service account, an administrator"
        " of the Google domain must grant it domain-wide delegation, under its numeric"
        " client id and for every scope."
    ),
    "invalid_scope": "Google does not know a right that we asked for.",
    "org_internal": (
        "The OAuth client is for the people of its own organization only (Internal)."
    ),
    "admin_policy_enforced": (
        "The administrator of the Google domain does not allow this application to use"
        " Google Calendar."
    ),
    "unsupported_grant_type": "Google does not know the way in which we asked.",
}
