"""Contents of every kind, for promises that hold for all of them."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import TypeVar

from hypothesis import strategies as st

from sync.content import (
    Alert,
    Answer,
    Content,
    Details,
    Duration,
    FreeBusy,
    Participant,
    Privacy,
    Rule,
    Slot,
    Status,
    Text,
    When,
)
from sync.normal import normal, normal_details
from sync.recurrence import given, rule_of, slots_between
from sync.zones import zone_names

T = TypeVar("T")
FIRST = datetime.fromisoformat("1995-01-01T00:00:00")
LAST = datetime.fromisoformat("2040-01-01T00:00:00")
ZONES = ("Europe/Amsterdam", "America/New_York", "Asia/Kolkata", "Pacific/Apia", "UTC")
RULES = (
    *("FREQ=DAILY", "FREQ=DAILY;INTERVAL=3;COUNT=20", "FREQ=WEEKLY;COUNT=8"),
    *("FREQ=WEEKLY;BYDAY=MO,WE,FR", "FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=TU,SU"),
    *("FREQ=MONTHLY", "FREQ=MONTHLY;BYDAY=-1FR;COUNT=12", "FREQ=MONTHLY;BYMONTHDAY=31"),
    *("FREQ=YEARLY", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "FREQ=YEARLY;BYWEEKNO=20"),
    *("FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1,-1", "FREQ=DAILY;UNTIL=20280101"),
    *("FREQ=HOURLY;INTERVAL=5;COUNT=30", "FREQ=DAILY;BYHOUR=9,14;COUNT=9"),
)
SPICE = (
    "👩‍👩‍👧‍👦",
    "🏳️‍🌈",
    "שלום",
    "مرحبا",
    "\u202e",
    "\u200d",
    "e\u0301",
    "\t",
    "\x07",
    "ﷺ",
)


LETTERS = st.characters(codec="utf-8", exclude_characters="\0")
WORDS = ("Roof survey", "a", "a/b~c", "line\nline", "  blanks ", "<b>&amp;</b>", *SPICE)


@cache
def texts(*, longest: int = 40) -> st.SearchStrategy[str]:
    """Any text that people could have typed: emoji, right to left, control marks."""
    words = st.sampled_from(WORDS)
    return st.one_of(
        words,
        st.text(LETTERS, max_size=min(longest, 20)),
        st.lists(words, max_size=4).map(lambda some: " ".join(some)[:longest]),
    )


@cache
def filled(*, longest: int = 40) -> st.SearchStrategy[str]:
    """Any text but the empty one."""
    return texts(longest=longest).map(lambda text: text or "x")


@cache
def all_zones() -> st.SearchStrategy[str]:
    """Every IANA zone."""
    return st.sampled_from(sorted(zone_names()))


@cache
def moments() -> st.SearchStrategy[datetime]:
    """Local times, whole seconds."""
    return st.datetimes(FIRST, LAST).map(lambda moment: moment.replace(microsecond=0))


@cache
def days() -> st.SearchStrategy[date]:
    """Dates of our days."""
    return st.dates(FIRST.date(), LAST.date())


@cache
def starts() -> st.SearchStrategy[When]:
    """Timed, floating, with an end elsewhere, all day."""
    zones = st.one_of(st.sampled_from(ZONES), all_zones())
    return st.one_of(
        st.builds(When, start=moments(), zone=zones),
        st.builds(When, start=moments(), zone=zones, end_zone=zones),
        st.builds(When, start=moments()),
        st.builds(When, start=days()),
    )


@cache
def durations() -> st.SearchStrategy[Duration]:
    """From nothing to a month; days, seconds, or both."""
    return st.one_of(
        st.builds(Duration, seconds=st.integers(0, 200).map(lambda many: many * 900)),
        st.builds(Duration, days=st.integers(0, 30)),
        st.builds(Duration, days=st.integers(0, 3), seconds=st.integers(0, 90_000)),
    )


@cache
def people() -> st.SearchStrategy[Participant]:
    """Guests, rooms, organizers."""
    return st.builds(
        Participant,
        email=st.sampled_from(["ann@x.nl", "Bob@X.nl", "room-1@x.nl", "o'neil@x.ie"]),
        name=st.sampled_from(["", "Ann", "Bob"]),
        answer=st.sampled_from(Answer),
        optional=st.booleans(),
        resource=st.booleans(),
        organizer=st.booleans(),
        comment=st.sampled_from(["", "Late"]),
        guests=st.integers(0, 3),
    )


@cache
def details() -> st.SearchStrategy[Details]:
    """Everything that one occurrence can show, in normal form."""
    alerts = st.builds(Alert, minutes=st.integers(0, 500), by_email=st.booleans())
    uris = st.sampled_from(["https://meet.google.com/a-b", "tel:+31201234567", "a/b~c"])
    built = st.builds(
        Details,
        when=starts(),
        duration=durations(),
        title=texts(),
        description=st.builds(Text, text=texts(longest=200), html=st.booleans()),
        status=st.sampled_from(Status),
        free_busy=st.sampled_from(FreeBusy),
        privacy=st.sampled_from(Privacy),
        participants=_some(people()),
        places=_some(filled()),
        conferences=_some(uris),
        alerts=_some(alerts),
        default_alerts=st.booleans(),
        keywords=_some(filled(longest=10)),
        color=st.sampled_from(["", "turquoise", "#a4bdfc"]),
    )
    return built.map(normal_details)


def _some(each: st.SearchStrategy[T]) -> st.SearchStrategy[tuple[T, ...]]:
    return st.lists(each, max_size=2).map(tuple)


def rules_for(when: When) -> st.SearchStrategy[Rule]:
    """Rules that a series with this start can have."""
    allowed = [text for text in RULES if not (when.all_day and "HOURLY" in text)]
    return st.sampled_from(allowed).map(lambda text: rule_of(text, when))


@cache
def singles() -> st.SearchStrategy[Content]:
    """Contents that do not recur."""
    return st.builds(Content, uid=filled(), details=details()).map(normal)


@st.composite
def series(draw: st.DrawFn) -> Content:
    """Series with excluded, changed, moved and added slots, in normal form."""
    base = draw(details())
    rules = draw(st.lists(rules_for(base.when), max_size=2))
    bare = normal(Content(uid=draw(filled()), details=base, rules=tuple(rules)))
    first = [*slots_of(bare, 12), draw(free_slots(base.when))]
    chosen = draw(st.lists(st.sampled_from(first), max_size=4, unique=True))
    overrides = {slot: draw(overrides_for(bare, slot)) for slot in chosen}
    return normal(replace(bare, overrides=overrides))


@cache
def contents() -> st.SearchStrategy[Content]:
    """Contents of every kind, in normal form."""
    return st.one_of(singles(), series())


def slots_of(content: Content, limit: int) -> list[Slot]:
    """Return the first slots of a content."""
    start = content.details.when.start
    return slots_between(content, start=start, end=LAST, limit=limit)


def free_slots(when: When) -> st.SearchStrategy[Slot]:
    """Slots of the kind of this start; hardly ever on the grid of a series."""
    return days() if when.all_day else moments()


@st.composite
def overrides_for(draw: st.DrawFn, content: Content, slot: Slot) -> Details | None:
    """A slot removed, moved, changed in one field, or changed altogether."""
    kept = given(content, slot)
    by = timedelta(days=draw(st.integers(-3, 3)), hours=draw(st.integers(-5, 5)))
    when = replace(kept.when, start=kept.when.start + by)
    return draw(
        st.one_of(
            st.none(),
            st.just(replace(kept, when=when)),
            texts().map(lambda title: replace(kept, title=title)),
            details(),
        )
    )
