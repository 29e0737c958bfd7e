"""What the codec cannot do, as sentences that a parked link can show."""

from sync.errors import PermanentError


class Unreadable(PermanentError):
    """Google's event says something that we do not understand."""


class AttendeesOmitted(PermanentError):
    """The event was read without all its guests: writing them would drop some."""
