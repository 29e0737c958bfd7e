"""What people type: titles that nobody could confuse, places, notes, moments."""

import random
from datetime import UTC, date, datetime, time, timedelta

LETTERS = "bcdfghjklmnpqrstvwxz"
NOTES = ("Bring the key.", "Second door left & ring", "Line one\nline two", "Ünïcödé ✂")


def token(luck: random.Random, number: int) -> str:
    """Return a token that no other title has or resembles."""
    return f"{number}{''.join(luck.choices(LETTERS, k=9))}"


def title(luck: random.Random, token: str) -> str:
    """Return a title with its token; two titles have little in common."""
    return f"{token} {''.join(luck.choices(LETTERS, k=12))}"


def place(luck: random.Random) -> str:
    """Return a place."""
    return f"Street {luck.randrange(10**6)}"


def note(luck: random.Random) -> str:
    """Return a description."""
    return f"{luck.choice(NOTES)} {luck.randrange(10**6)}"


def moment(luck: random.Random, now: datetime) -> datetime:
    """Return a local start some days ahead, at a quarter, outside the night."""
    return datetime.combine(days_ahead(luck, now.astimezone(UTC)), quarter(luck))


def quarter(luck: random.Random) -> time:
    """Return a time of day."""
    return time(hour=luck.randrange(7, 20), minute=15 * luck.randrange(4))


def days_ahead(luck: random.Random, now: datetime) -> date:
    """Return a day ahead: most within weeks, some after the clocks were changed."""
    most = 45 if luck.random() < 0.85 else 300
    return now.date() + timedelta(days=luck.randrange(3, most))
