"""Whoever follows sync tokens ends with what a full read shows, for any history."""

import random
from collections.abc import Callable

import pytest
import requests

from tests.standin.people import AMSTERDAM, Person, Resource

STEPS = 60
RULES = (
    "RRULE:FREQ=WEEKLY;COUNT=5",
    "RRULE:FREQ=WEEKLY;COUNT=3",
    "RRULE:FREQ=DAILY;COUNT=6",
    "RRULE:FREQ=MONTHLY;COUNT=4",
)


class Mirror:
    """A copy of a calendar, kept by incremental reads alone."""

    def __init__(self, person: Person, **shape: object) -> None:
        self.person, self.shape = person, shape
        self.rows: dict[str, Resource] = {}
        self.token: str | None = None

    def follow(self) -> None:
        """Read what changed and take it over."""
        asked = {**self.shape, **({"syncToken": self.token} if self.token else {})}
        request = self.person.events.list(calendarId="primary", maxResults=7, **asked)
        while request is not None:
            page = request.execute()
            self.rows.update({row["id"]: row for row in page["items"]})
            self.token = page.get("nextSyncToken", self.token)
            request = self.person.events.list_next(request, page)

    def kept(self) -> dict[str, Resource]:
        """Return what is left when deleted rows are dropped."""
        live = {
            row_id for row_id, row in self.rows.items() if row["status"] != "cancelled"
        }
        return {
            row_id: row
            for row_id, row in self.rows.items()
            if row_id in live or row.get("recurringEventId") in live
        }


def confirmed(rows: dict[str, Resource]) -> dict[str, Resource]:
    """Return the rows that are not cancelled."""
    return {key: row for key, row in rows.items() if row["status"] != "cancelled"}


def whole(person: Person, **shape: object) -> dict[str, Resource]:
    """Return what a full read shows."""
    mirror = Mirror(person, **shape)
    mirror.follow()
    return mirror.rows


class History:
    """Somebody who changes calendars without any plan."""

    def __init__(self, seed: int, people: list[Person]) -> None:
        self.luck = random.Random(seed)
        self.people = people

    def step(self) -> None:
        """Do one thing that a person may do."""
        person = self.luck.choice(self.people)
        rows = person.page(singleEvents=True, maxResults=2500)["items"]
        if len(rows) < 3 or self.luck.random() < 0.25:
            self.create(person)
            return
        row = self.luck.choice(rows)
        master = row.get("recurringEventId")
        acts: list[Callable[[], object]] = [
            lambda: person.patch(row["id"], summary=self.word()),
            lambda: person.patch(row["id"], **self.times()),
            lambda: person.delete(row["id"]),
        ]
        if master and any(one["id"] == master for one in person.page()["items"]):
            acts += [
                lambda: person.patch(master, location=self.word()),
                lambda: person.patch(master, **self.times()),
                lambda: person.patch(master, recurrence=[self.luck.choice(RULES)]),
                lambda: person.delete(master),
                lambda: self.split(person, row["id"]),
            ]
        self.luck.choice(acts)()

    def word(self) -> str:
        return f"word {self.luck.randrange(1000)}"

    def times(self) -> Resource:
        day, hour = self.luck.randrange(1, 28), self.luck.randrange(6, 20)
        start = f"2026-10-{day:02d}T{hour:02d}:00:00"
        end = f"2026-10-{day:02d}T{hour + 1:02d}:00:00"
        return {
            "start": {"dateTime": start, "timeZone": AMSTERDAM},
            "end": {"dateTime": end, "timeZone": AMSTERDAM},
        }

    def create(self, person: Person) -> None:
        body: Resource = {"summary": self.word(), **self.times()}
        if self.luck.random() < 0.5:
            body["recurrence"] = [self.luck.choice(RULES)]
        if self.luck.random() < 0.4:
            others = [one for one in self.people if one is not person]
            body["attendees"] = [{"email": one.email} for one in others]
        person.insert(**body)

    def split(self, person: Person, event_id: str) -> None:
        body = {
            "calendar": person.email,
            "event_id": event_id,
            "body": {"summary": self.word()},
        }
        answer = requests.post(f"{person.url}/_/split", json=body, timeout=5)
        answer.raise_for_status()


def followed(
    person: Person, others: list[Person], *, seed: int, **shape: object
) -> Mirror:
    """Return a person's mirror after a history that it followed now and then."""
    history, mirror = History(seed, [person, *others]), Mirror(person, **shape)
    for step in range(STEPS):
        history.step()
        if step % 3 == 0:
            mirror.follow()
    mirror.follow()
    return mirror


@pytest.mark.parametrize("seed", range(3))
def test_a_mirror_of_single_events_ends_as_the_calendar_is(
    ann: Person, bob: Person, seed: int
) -> None:
    """Incremental reads bring everything that a full read shows.

    https://developers.google.com/workspace/calendar/api/guides/sync
    """
    mirror = followed(bob, [ann], seed=seed, singleEvents=True)

    assert confirmed(mirror.rows) == whole(bob, singleEvents=True)


@pytest.mark.parametrize("seed", range(3))
def test_a_mirror_of_series_ends_as_the_calendar_is(
    ann: Person, bob: Person, seed: int
) -> None:
    """Incremental reads bring masters and exceptions, cancelled ones as well.

    A cancelled row beyond what a full read shows is of a slot that is no more.

    https://developers.google.com/workspace/calendar/api/guides/recurringevents
    """
    mirror = followed(ann, [bob], seed=seed)

    full = whole(ann)
    beyond = mirror.kept().keys() - full.keys()
    assert confirmed(mirror.rows) == confirmed(full)
    assert {row_id: mirror.rows[row_id] for row_id in full} == full
    for row_id in beyond:
        slots = ann.instances(mirror.rows[row_id]["recurringEventId"], showDeleted=True)
        assert row_id not in {slot["id"] for slot in slots}
