"""Why a deed is not done, grouped by what the one who asked can do about it.

* Refusal
  - Unauthorized    say who you are
  - Forbidden       ask somebody with more rights
  - Unknown         there is no such thing, or not for this key
  - InTheWay        something else stands in the way: `kind` names it
  - Expired         it was there once; start again
  - Stale           it changed since it was read: read it again
  - TooLarge        send less
  - Invalid         put right what `problems` names
  - Unavailable     waiting helps
"""

from collections.abc import Sequence
from datetime import timedelta

from sync.problems import Problem

__all__ = ["Problem"]


class Refusal(Exception):
    """A request that is not done; the message is a sentence for a person.

    `kind` is the last part of the problem type's address, which clients rely on.
    """

    kind = "refused"

    def __init__(self, message: str, *, kind: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.kind = kind or type(self).kind


class Unauthorized(Refusal):
    """Nobody, or nobody that we know."""

    kind = "unauthorized"


class Forbidden(Refusal):
    """Somebody without the right to do this."""

    kind = "forbidden"


class Unknown(Refusal):
    """There is no such thing, or not for this key: one cannot tell which."""

    kind = "not-found"


class InTheWay(Refusal):
    """It cannot be done as things are; `kind` says what is in the way."""

    kind = "conflict"


class Expired(Refusal):
    """It was there, and is gone for good."""

    kind = "gone"


class Stale(Refusal):
    """The condition of the request does not hold (any more)."""

    kind = "stale"


class TooLarge(Refusal):
    """More than we take."""

    kind = "too-large"


class Invalid(Refusal):
    """Understood, but not acceptable: `problems` names each bad member."""

    kind = "invalid"

    def __init__(self, message: str, *, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems)

    def under(self, parent: str) -> "Invalid":
        """Return the same of what lies under a member: `parent` is its pointer."""
        problems = [
            Problem(pointer=parent + one.pointer, message=one.message)
            for one in self.problems
        ]
        return Invalid(self.message, problems=problems)


class Unavailable(Refusal):
    """Something of ours is busy or down; `wait` is when to try again."""

    kind = "unavailable"

    def __init__(self, message: str, *, wait: timedelta = timedelta(seconds=2)) -> None:
        super().__init__(message)
        self.wait = wait


def invalid(pointer: str, message: str) -> Invalid:
    """Return the refusal of one bad member."""
    return Invalid(message, problems=[Problem(pointer=pointer, message=message)])
