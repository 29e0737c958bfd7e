"""What the codec cannot do, as sentences that a parked link can show."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from sync.errors import PermanentError

Given = ParamSpec("Given")
Found = TypeVar("Found")

ODD = (AttributeError, ArithmeticError, LookupError, TypeError, ValueError)


class Unreadable(PermanentError):
    """Google's event says something that we do not understand."""


class AttendeesOmitted(PermanentError):
    """The event was read without all its guests: writing them would drop some."""


def understood(read: Callable[Given, Found]) -> Callable[Given, Found]:
    """Return the reading, which raises Unreadable where a row has no form of Google's.

    A text where a list should be, a minute that is no number: a row of another making
    must stop nobody but itself, whichever line stumbles over it.
    """

    @wraps(read)
    def reading(*args: Given.args, **more: Given.kwargs) -> Found:
        try:
            return read(*args, **more)
        except ODD as odd:
            raise Unreadable("Google's event has a form that we do not know.") from odd

    return reading
