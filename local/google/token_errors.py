"""Refusals of the token endpoint."""

from local.google.model import Resource


class TokenError(Exception):
    """A refusal with Google's error code and its description."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(error)
        self.error = error
        self.description = description
        self.status = status

    def body(self) -> Resource:
        """Return the JSON body."""
        return {"error": self.error, "error_description": self.description}


def invalid_grant(description: str) -> TokenError:
    """Return the refusal of a grant that is wrong, used, expired or revoked."""
    return TokenError("invalid_grant", description)
