"""Google lets us in no more, though it goes on giving us tokens: how long is too long.

That a grant is gone, Google says where it gives out tokens. A new token that opens
nothing is trouble of Google's own, or of an account that is being closed: asking again
cures the one and tells the other. Were the connection ended at once, a bad hour at
Google would send every owner to the consent page.
"""

from dataclasses import replace
from datetime import timedelta

from services.connections.connection import Connection, State
from services.google.access import mark_revoked
from services.run.session import Session
from sync.errors import AccessRevoked, TokenRefused, TransientError

SHOWN_AFTER = timedelta(hours=1)
ENDS_AFTER = timedelta(hours=24)

TRIED_AGAIN = (
    "Google has not let us into this account since {since:%Y-%m-%d %H:%M} UTC, though"
    " our access still stands. It is tried again by itself."
)
TOO_LONG = "Google has not let us in for a day: the owner must connect again."


def heed_refusal(session: Session, error: TransientError) -> AccessRevoked | None:
    """Note since when Google refuses even new tokens, if that is what went wrong.

    After an hour the connection says so. Returns the error that ends the connection
    when it lasted a day; the account and its connections are marked by then.
    """
    if not isinstance(error, TokenRefused):
        return None
    since = session.connection.refused_since or session.now()
    if session.now() - since >= ENDS_AFTER:
        mark_revoked(session.world, session.connection.account, TOO_LONG)
        return AccessRevoked(TOO_LONG)

    def refused(now: Connection) -> Connection:
        known = replace(now, refused_since=since)
        if session.now() - since < SHOWN_AFTER:
            return known
        reason = TRIED_AGAIN.format(since=since)
        return replace(known, state=State.FAILING, reason=reason)

    session.save(refused)
    return None
