"""The web page: a person sees and edits a calendar with plain forms."""

import requests

from local.google import GoogleStandIn
from tests.standin.people import Person, Resource

FORM = {
    "summary": "Roof survey",
    "start_date": "2026-12-07",
    "start_time": "09:00",
    "end_date": "2026-12-07",
    "end_time": "10:30",
    "time_zone": "Europe/Amsterdam",
    "location": "Dorpsstraat 1",
    "description": "Bring a ladder",
    "repeat": "",
    "interval": "1",
}
WEEKLY = {**FORM, "repeat": "WEEKLY", "days": ["MO", "WE"], "count": "4"}


def act(person: Person, action: str, **form: object) -> requests.Response:
    """Send the page's form."""
    sent = {"account": person.email, "calendar": person.email, "action": action, **form}
    return requests.post(
        f"{person.url}/event", data=sent, allow_redirects=False, timeout=5
    )


def agenda(person: Person, first: str = "2026-12-07") -> str:
    """Return the page of four weeks."""
    asked = {"account": person.email, "from": first}
    return requests.get(f"{person.url}/agenda", params=asked, timeout=5).text


def first_event(person: Person) -> Resource:
    """Return the first single event of a calendar."""
    rows = person.page(singleEvents=True, orderBy="startTime")["items"]
    found: Resource = rows[0]
    return found


def starts(person: Person) -> list[str]:
    """Return when a calendar's single events start."""
    rows = person.page(singleEvents=True, orderBy="startTime")["items"]
    return [row["start"].get("dateTime", row["start"].get("date")) for row in rows]


def test_an_account_is_made_and_picked(google: GoogleStandIn) -> None:
    """Each account has its calendar.

    https://developers.google.com/workspace/calendar/api/concepts/events-calendars
    """
    form = {"email": "eve@example.com", "time_zone": "Europe/Amsterdam"}
    home = requests.post(f"{google.url}/accounts", data=form, timeout=5)

    page = requests.get(
        f"{google.url}/agenda", params={"account": "eve@example.com"}, timeout=5
    )

    assert "eve@example.com" in home.text
    assert page.status_code == 200
    assert "Nothing in these four weeks" in page.text


def test_an_event_is_made_seen_changed_and_deleted(ann: Person) -> None:
    """What the page writes, the API reads.

    https://developers.google.com/workspace/calendar/api/v3/reference/events
    """
    act(ann, "create", **FORM)
    made = first_event(ann)
    shown = agenda(ann)

    act(
        ann,
        "save",
        **{**FORM, "id": made["id"], "summary": "Roof", "end_time": "11:00"},
    )
    changed = ann.get(made["id"])
    act(ann, "delete", id=made["id"])

    assert "Roof survey" in shown
    assert "09:00–10:30" in shown
    assert made["location"] == "Dorpsstraat 1"
    assert made["description"] == "Bring a ladder"
    assert changed["summary"] == "Roof"
    assert changed["end"]["dateTime"] == "2026-12-07T11:00:00+01:00"
    assert ann.ids() == []


def test_an_event_becomes_whole_days_and_back(ann: Person) -> None:
    """People see the last day, Google keeps the day after.

    https://developers.google.com/workspace/calendar/api/concepts/events-calendars
    """
    act(ann, "create", **FORM)
    event = first_event(ann)["id"]

    act(
        ann, "save", **{**FORM, "id": event, "all_day": "yes", "end_date": "2026-12-08"}
    )
    days = ann.get(event)
    page = requests.get(
        f"{ann.url}/event", params={"account": ann.email, "id": event}, timeout=5
    ).text
    act(ann, "save", **{**FORM, "id": event})

    assert (days["start"], days["end"]) == (
        {"date": "2026-12-07"},
        {"date": "2026-12-09"},
    )
    assert 'name="end_date" type="date" required value="2026-12-08"' in page
    assert "dateTime" in ann.get(event)["start"]


def test_a_weekly_series_is_made(ann: Person) -> None:
    """A rule with days and a count.

    https://developers.google.com/workspace/calendar/api/guides/recurringevents
    """
    act(ann, "create", **WEEKLY)

    assert starts(ann) == [
        "2026-12-07T09:00:00+01:00",
        "2026-12-09T09:00:00+01:00",
        "2026-12-14T09:00:00+01:00",
        "2026-12-16T09:00:00+01:00",
    ]


def test_one_instance_is_moved_and_one_cancelled(ann: Person) -> None:
    """An instance is changed by its own id.

    https://developers.google.com/workspace/calendar/api/guides/recurringevents
    """
    act(ann, "create", **WEEKLY)
    first, second = (row["id"] for row in ann.page(singleEvents=True)["items"][:2])
    times = {"start_date": "2026-12-08", "end_date": "2026-12-08"}

    act(ann, "save", **{**FORM, **times, "id": first, "scope": "this"})
    act(ann, "delete", id=second, scope="this")

    assert starts(ann) == [
        "2026-12-08T09:00:00+01:00",
        "2026-12-14T09:00:00+01:00",
        "2026-12-16T09:00:00+01:00",
    ]


def test_a_whole_series_is_moved_from_one_instance(ann: Person) -> None:
    """All events move as the one did.

    https://developers.google.com/workspace/calendar/api/guides/recurringevents
    """
    act(ann, "create", **WEEKLY)
    third = ann.page(singleEvents=True)["items"][2]["id"]
    times = {
        "start_date": "2026-12-14",
        "end_date": "2026-12-14",
        "start_time": "13:00",
        "end_time": "14:30",
    }

    act(ann, "save", **{**FORM, **times, "id": third, "scope": "all"})

    assert [text[11:16] for text in starts(ann)] == ["13:00"] * 4
    assert starts(ann)[0].startswith("2026-12-07")


def test_this_and_following_are_changed_and_deleted(ann: Person) -> None:
    """The old series ends, a new one goes on; or nothing does.

    https://developers.google.com/workspace/calendar/api/guides/recurringevents
    """
    act(ann, "create", **WEEKLY)
    rows = [row["id"] for row in ann.page(singleEvents=True)["items"]]
    times = {"start_date": "2026-12-14", "end_date": "2026-12-14"}

    act(
        ann,
        "save",
        **{**FORM, **times, "id": rows[2], "scope": "following", "summary": "New"},
    )
    split = [row["summary"] for row in ann.page(singleEvents=True)["items"]]
    act(ann, "delete", id=rows[1], scope="following")

    assert split == ["Roof survey", "Roof survey", "New", "New"]
    assert [text[:10] for text in starts(ann)] == [
        "2026-12-07",
        "2026-12-14",
        "2026-12-16",
    ]


def test_a_whole_series_is_deleted(ann: Person) -> None:
    """Deleting the master deletes all.

    https://developers.google.com/workspace/calendar/api/guides/recurringevents
    """
    act(ann, "create", **WEEKLY)

    act(ann, "delete", id=first_event(ann)["id"], scope="all")

    assert starts(ann) == []


def test_a_guest_answers_on_the_page(ann: Person, bob: Person) -> None:
    """An answer travels to the organizer; mails only when ticked.

    https://developers.google.com/workspace/calendar/api/concepts/inviting-attendees-to-events
    """
    act(ann, "create", **FORM, guests="bob@example.com")
    event = first_event(bob)["id"]
    page = requests.get(
        f"{bob.url}/event", params={"account": bob.email, "id": event}, timeout=5
    ).text

    act(bob, "answer", id=event, response="tentative")
    act(ann, "save", **{**FORM, "id": event, "guests": bob.email, "summary": "Later"})

    assert "Going?" in page
    assert ann.get(event)["attendees"][0]["responseStatus"] == "tentative"
    assert requests.get(f"{ann.url}/_/mail", timeout=5).json() == []


def test_guests_are_mailed_when_ticked(ann: Person) -> None:
    """The tick is `sendUpdates=all`.

    https://developers.google.com/workspace/calendar/api/v3/reference/events/insert
    """
    act(ann, "create", **FORM, guests="x@other.org", mail_guests="yes")

    mails = requests.get(f"{ann.url}/_/mail", timeout=5).json()
    assert [mail["to"] for mail in mails] == ["x@other.org"]


def test_the_page_escapes_what_it_shows(ann: Person) -> None:
    """Text stays text.

    https://developers.google.com/workspace/calendar/api/v3/reference/events
    """
    event = ann.insert(
        summary="<script>alert(1)</script>",
        description="</textarea><script>",
        location='"><img src=x>',
        start={"date": "2026-12-07"},
        end={"date": "2026-12-08"},
    )

    pages = agenda(ann)
    pages += requests.get(
        f"{ann.url}/event", params={"account": ann.email, "id": event["id"]}, timeout=5
    ).text

    assert "<script>" not in pages
    assert "<img" not in pages
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in pages


def test_a_mistake_is_told_in_words(ann: Person) -> None:
    """The page shows Google's own message.

    https://developers.google.com/workspace/calendar/api/guides/errors
    """
    answer = act(ann, "create", **{**FORM, "end_time": "08:00"})

    assert answer.status_code == 400
    assert "The specified time range is empty." in answer.text


def test_an_unknown_account_is_not_found(google: GoogleStandIn) -> None:
    """What cannot be read is 404.

    https://developers.google.com/workspace/calendar/api/guides/errors
    """
    answer = requests.get(
        f"{google.url}/agenda", params={"account": "nobody@example.com"}, timeout=5
    )

    assert answer.status_code == 404


def test_other_sites_cannot_send_the_forms(ann: Person) -> None:
    """A form from elsewhere is refused.

    https://developers.google.com/workspace/calendar/api/guides/errors
    """
    sent = {"account": ann.email, "action": "create", **FORM}

    answer = requests.post(
        f"{ann.url}/event", data=sent, headers={"Origin": "https://evil.org"}, timeout=5
    )

    assert answer.status_code == 403
    assert ann.ids() == []
