"""Whether mail addresses lead to the same person."""

from collections.abc import Iterable

_GMAIL = frozenset({"gmail.com", "googlemail.com"})


def is_among(email: str, allowed: Iterable[str]) -> bool:
    """Return whether an address leads to the same account at Google as one of these."""
    return _canonical(email) in {_canonical(one) for one in allowed}


def _canonical(email: str) -> str:
    """Return the address in lower case, and Gmail's without dots and without +tag.

    https://support.google.com/mail/answer/7436150
    """
    local, _, domain = email.strip().lower().rpartition("@")
    if domain not in _GMAIL:
        return f"{local}@{domain}"
    return f"{local.partition('+')[0].replace('.', '')}@gmail.com"
