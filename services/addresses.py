"""Whether two mail addresses lead to the same person."""

from collections.abc import Iterable

_GMAIL = frozenset({"gmail.com", "googlemail.com"})


def same_person(one: str, other: str) -> bool:
    """Return whether Google would deliver both addresses to one account."""
    return canonical(one) == canonical(other)


def is_among(email: str, allowed: Iterable[str]) -> bool:
    """Return whether an address is one of these, written in whatever way."""
    return canonical(email) in {canonical(one) for one in allowed}


def canonical(email: str) -> str:
    """Return the address in lower case, and Gmail's without dots and without +tag.

    https://support.google.com/mail/answer/7436150
    """
    local, _, domain = email.strip().lower().rpartition("@")
    if domain not in _GMAIL:
        return f"{local}@{domain}"
    return f"{local.partition('+')[0].replace('.', '')}@gmail.com"
