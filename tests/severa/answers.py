"""How the stand-in for Severa refuses."""

from typing import Any

Row = dict[str, Any]


class Refused(Exception):
    """[S11] An answer that is no success, with the type that Severa gives it."""

    def __init__(self, status: int, kind: str, *details: str) -> None:
        super().__init__(kind)
        self.status, self.kind, self.details = status, kind, details


def row_of_error(refused: Refused) -> Row:
    """Return the body of a refusal."""
    return {
        "error": {
            "httpStatusCode": refused.status,
            "type": refused.kind,
            "details": list(refused.details),
        }
    }
