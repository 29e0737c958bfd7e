"""One plain event and one plain series, to change in tests."""

from sync.content import Content, Details, Duration, Participant, Rule, When
from sync.google import Row
from tests.unit.google.recorded import AMSTERDAM, at

PLAIN = Details(
    when=When(start=at("2027-03-29T09:00"), zone=AMSTERDAM),
    duration=Duration(seconds=3600),
    title="Team",
)
START = {"dateTime": "2027-03-29T09:00:00+02:00", "timeZone": AMSTERDAM}
END = {"dateTime": "2027-03-29T10:00:00+02:00", "timeZone": AMSTERDAM}
ROW: Row = {"id": "s", "etag": '"1"', "summary": "Team", "start": START, "end": END}
WEEKLY = Rule(parts=(("FREQ", "WEEKLY"),), count=4)
SERIES = Content(uid="s", details=PLAIN, rules=(WEEKLY,))
SECOND = at("2027-04-05T09:00")
ANN = Participant(email="ann@example.org", name="Ann")
BOB = Participant(email="bob@example.org")
