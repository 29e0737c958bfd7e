"""What Tandem does not carry, or nobody changed, stays at Google as it is."""

import pytest

from tests.journeys.workbench import Workbench
from tests.standin.people import Person

RICH = {
    "summary": "Call",
    "start": {"dateTime": "2026-12-01T09:00:00", "timeZone": "Europe/Amsterdam"},
    "end": {"dateTime": "2026-12-01T10:00:00", "timeZone": "Europe/Amsterdam"},
    "conferenceData": {
        "createRequest": {
            "requestId": "one",
            "conferenceSolutionKey": {"type": "hangoutsMeet"},
        }
    },
    "colorId": "5",
    "visibility": "private",
    "reminders": {
        "useDefault": False,
        "overrides": [{"method": "popup", "minutes": 7}],
    },
    "extendedProperties": {"private": {"other-tool": "1"}, "shared": {"theirs": "2"}},
    "source": {"title": "Ticket", "url": "https://example.com/4711"},
    "guestsCanModify": True,
}
KEPT = (
    "colorId",
    "visibility",
    "reminders",
    "conferenceData",
    "hangoutLink",
    "source",
    "guestsCanModify",
    "extendedProperties",
)


def test_an_edit_in_the_agenda_keeps_call_colour_reminders_and_all_else(
    ann: Person,
) -> None:
    bench = Workbench(ann)
    bench.connect()
    insert = ann.events.insert(calendarId="primary", body=RICH, conferenceDataVersion=1)
    made = insert.execute()
    bench.settle()
    [link] = bench.links()

    bench.put(link.item_id or "", **{**bench.items()["Call"], "title": "Moved call"})
    bench.settle()

    after = ann.get(made["id"])
    assert after["summary"] == "Moved call"
    assert made["hangoutLink"]
    assert after["extendedProperties"]["private"].pop("tandem-write")
    assert {name: after.get(name) for name in KEPT} == {
        name: made.get(name) for name in KEPT
    }


@pytest.mark.parametrize("name", ["visibility", "colorId", "reminders"])
def test_an_application_that_knows_less_takes_no_privacy_colour_or_reminder(
    ann: Person, name: str
) -> None:
    bench = Workbench(ann)
    bench.connect()
    made = ann.insert("primary", **{**RICH, "conferenceData": None})
    bench.settle()
    [link] = bench.links()

    start = "2026-12-01T14:00:00"
    bench.put(link.item_id or "", title="Moved call", start=start, duration="PT1H")
    bench.settle()

    after = ann.get(made["id"])
    assert after["start"]["dateTime"] == f"{start}+01:00"
    assert after["summary"] == "Moved call"
    assert after[name] == made[name]
