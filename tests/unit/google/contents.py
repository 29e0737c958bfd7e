"""Contents for hypothesis: everything that the normal form can say."""

from datetime import date, datetime, timedelta

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
from sync.normal import normal
from sync.recurrence import given, slots_between
from sync.zones import zone_names

ZONES = st.sampled_from(
    ["Europe/Amsterdam", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]
)
EVERY_ZONE = st.sampled_from(sorted(zone_names()))
TIMES = st.datetimes(
    min_value=datetime.fromisoformat("2026-01-01"),
    max_value=datetime.fromisoformat("2028-12-31"),
).map(lambda time: time.replace(microsecond=0))
DATES = st.dates(min_value=date(2026, 1, 1), max_value=date(2028, 12, 31))
TEXTS = st.text(
    alphabet=st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12
) | st.sampled_from(
    ["<b>bold</b>", "a &amp; b", "R&D", "<x@y.z>", " spaced ", "a\r\nb"]
)
EMAILS = st.sampled_from(["ann@example.org", "bob@example.org", "room", "C@x.y"])
COLORS = ["", "crimson", "red", "#0b8043", "google:77", "google:label", "salmonish"]
PATTERNS = (
    {"FREQ": "DAILY"},
    {"FREQ": "WEEKLY"},
    {"FREQ": "WEEKLY", "BYDAY": "MO,WE", "INTERVAL": "2"},
    {"FREQ": "MONTHLY", "BYDAY": "-1FR"},
    {"FREQ": "YEARLY"},
)


@st.composite
def whens(draw: st.DrawFn, zones: st.SearchStrategy[str] = ZONES) -> When:
    """Any start: of a day, of a zone, floating, of a flight."""
    if draw(st.booleans()):
        return When(start=draw(DATES))
    zone = draw(st.none() | zones)
    return When(start=draw(TIMES), zone=zone, end_zone=draw(st.none() | zones))


PEOPLE = st.builds(
    Participant,
    email=EMAILS,
    name=TEXTS,
    answer=st.sampled_from(Answer),
    optional=st.booleans(),
    resource=st.booleans(),
    organizer=st.booleans(),
    comment=TEXTS,
    guests=st.integers(0, 3),
)
ALERTS = st.builds(
    Alert, minutes=st.sampled_from([-5, 0, 10, 40_320, 40_321]), by_email=st.booleans()
)


def details_at(when: st.SearchStrategy[When]) -> st.SearchStrategy[Details]:
    """Whatever can be shown, at one of these starts."""
    return st.builds(
        Details,
        when=when,
        duration=st.builds(
            Duration, days=st.integers(0, 3), seconds=st.sampled_from([0, 59, 5400])
        ),
        title=TEXTS,
        description=st.builds(Text, text=TEXTS, html=st.booleans()),
        status=st.sampled_from(Status),
        free_busy=st.sampled_from(FreeBusy),
        privacy=st.sampled_from(Privacy),
        participants=st.lists(PEOPLE, max_size=3).map(tuple),
        places=st.lists(TEXTS, max_size=2).map(tuple),
        conferences=st.lists(st.just("https://meet.example/1"), max_size=1).map(tuple),
        alerts=st.lists(ALERTS, max_size=7).map(tuple),
        default_alerts=st.booleans(),
        keywords=st.lists(st.just("word"), max_size=1).map(tuple),
        color=st.sampled_from(COLORS),
    )


@st.composite
def rules(draw: st.DrawFn, when: When) -> tuple[Rule, ...]:
    """One rule, mostly with an end."""
    parts = draw(st.sampled_from(PATTERNS))
    count = draw(st.none() | st.integers(1, 12))
    until = None
    if count is None and draw(st.booleans()):
        until = when.start + timedelta(days=draw(st.integers(0, 60)))
    return (Rule(parts=tuple(sorted(parts.items())), count=count, until=until),)


@st.composite
def series(draw: st.DrawFn) -> Content:
    """A series with slots changed, removed and added."""
    when = draw(whens())
    details = draw(details_at(st.just(when)))
    bare = Content(uid="series", details=details, rules=draw(rules(when)))
    end = when.start + timedelta(days=400)
    slots = slots_between(normal(bare), start=when.start, end=end, limit=6)
    overrides: dict[Slot, Details | None] = {}
    for slot in draw(st.sets(st.sampled_from(slots), max_size=3)) if slots else ():
        overrides[slot] = draw(st.none() | others(bare, slot))
    for days in draw(st.sets(st.integers(1, 40), max_size=2)):
        extra = when.start + timedelta(days=days)
        overrides.setdefault(extra, draw(others(bare, extra)))
    return normal(
        Content(uid="series", details=details, rules=bare.rules, overrides=overrides)
    )


@st.composite
def others(draw: st.DrawFn, bare: Content, slot: Slot) -> Details:
    """What a slot may show instead: as given, changed in place, or moved."""
    own = given(bare, slot)
    moved = whens() if draw(st.booleans()) else st.just(own.when)
    return draw(st.just(own) | details_at(moved))


SINGLES = st.builds(Content, uid=st.just("single"), details=details_at(whens())).map(
    normal
)
CONTENTS = SINGLES | series()
