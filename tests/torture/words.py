"""What people type: titles that nobody could confuse, places, notes, moments."""

from datetime import UTC, date, datetime, time, timedelta

from tests.torture.chance import Luck

HARD_NOTES = ("<b>Bring</b> the key.<br>Soon", "\U0001f511 The key ", "  Spaces")
LETTERS = "bcdfghjklmnpqrstvwxz"
NOTES = ("Bring the key.", "Second door left & ring", "Line one\nline two", "Ünïcödé ✂")


def token(luck: Luck, number: int) -> str:
    """Return a token that no other title has or resembles."""
    return f"{number}{''.join(luck.choices(LETTERS, k=9))}"


def title(luck: Luck, token: str) -> str:
    """Return a title with its token; two titles have little in common."""
    said = "".join(luck.choices(LETTERS, k=12))
    if luck.hostile and luck.random() < 0.5:
        said += luck.choice((" \U0001f600", " is long" * 40, " \U0001f697 on foot"))
    return f"{token} {said}"


def place(luck: Luck) -> str:
    """Return a place."""
    return f"Street {luck.randrange(10**6)}"


def note(luck: Luck) -> str:
    """Return a description."""
    notes = (*NOTES, *HARD_NOTES) if luck.hostile else NOTES
    return f"{luck.choice(notes)} {luck.randrange(10**6)}"


def moment(luck: Luck, now: datetime) -> datetime:
    """Return a local start some days ahead, at a quarter, outside the night."""
    return datetime.combine(days_ahead(luck, now.astimezone(UTC)), quarter(luck))


def quarter(luck: Luck) -> time:
    """Return a time of day."""
    return time(hour=luck.randrange(7, 20), minute=15 * luck.randrange(4))


def days_ahead(luck: Luck, now: datetime) -> date:
    """Return a day ahead: most within weeks, some after the clocks were changed."""
    most = 45 if luck.random() < 0.85 else 300
    return now.date() + timedelta(days=luck.randrange(3, most))
