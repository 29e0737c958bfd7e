"""What is Severa's own: tokens, pace, pages, what belongs to an agenda, series."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from connectors.base import ApplicationRefused, Item, Means
from connectors.http import Response
from connectors.registry import definition
from connectors.severa.connector import SeveraConnector, opened
from sync.content import Content, Privacy
from sync.errors import ContentRefused, OperatorFault, RateLimited, TransientError
from tests.contract.connectors.rig import WINDOW, meeting, read_all, titles
from tests.contract.connectors.severa_rig import GIVEN, means_of
from tests.severa.activities import Activities
from tests.severa.server import SeveraServer
from tests.twins import VirtualClock

AT_TEN = {
    "startDateTime": "2031-03-03T10:00:00+01:00",
    "endDateTime": "2031-03-03T11:00:00+01:00",
}


@dataclass
class Office:
    """A Severa, and one process of ours that asks it."""

    clock: VirtualClock = field(default_factory=VirtualClock)
    server: SeveraServer = field(init=False)
    means: Means = field(init=False)

    def __post_init__(self) -> None:
        self.server = SeveraServer(now=self.clock.now)
        self.means = means_of(self.server, self.clock)

    @property
    def activities(self) -> Activities:
        return self.server.activities

    def tried(self, **given: Any) -> dict[str, Any]:
        kept = definition("severa").tried({**GIVEN, **given}, self.means)
        return dict(kept)

    def connector(self, **given: Any) -> SeveraConnector:
        application = {**self.tried(), "compare_minutes": 10, "participants": False}
        self.server.calls.clear()
        return opened({**application, **given}, self.means)

    def add(self, name: str = "Visit", *, of: str = "anna", **row: Any) -> str:
        kind, owner = row.pop("kind", "Meeting"), self.activities.user(of)["guid"]
        made = self.activities.made(
            {
                "name": name,
                **AT_TEN,
                "activityType": {"guid": self.activities.type_named(kind)["guid"]},
                "ownerUser": {"guid": owner},
                **row,
            }
        )
        return str(made["guid"])

    def add_series(self, weeks: int) -> list[str]:
        kind = {"guid": self.activities.type_named("Meeting")["guid"]}
        owner = {"guid": self.activities.user("anna")["guid"]}
        row = {"name": "Weekly", "activityType": kind, "ownerUser": owner, **AT_TEN}
        start = (self.clock.now() + timedelta(days=1)).isoformat()
        times = {"startDateTime": start, "endDateTime": start}
        return self.activities.add_series({**row, **times}, weeks=weeks)


@pytest.fixture
def office() -> Office:
    return Office()


def retitled(item: Item, title: str) -> tuple[Content, Content]:
    assert item.content is not None
    details = replace(item.content.details, title=title)
    return item.content, replace(item.content, details=details)


# --- What is given -------------------------------------------------------------------


def test_the_user_is_found_by_address_and_the_type_by_name(office: Office) -> None:
    kept = office.tried(user="BEN@example.com", activity_type="visit")

    assert kept["user_id"] == office.activities.user("ben")["guid"]
    assert kept["activity_type"] == "Visit"


@pytest.mark.parametrize(
    ("given", "pointer", "words"),
    [
        ({"client_secret": "x"}, "/client_secret", "id and secret"),
        ({"user": "nobody@example.com"}, "/user", "nobody@example.com"),
        ({"activity_type": "Nap"}, "/activity_type", 'no activity type "Nap"'),
        ({"activity_type": "To do"}, "/activity_type", 'no activity type "To do"'),
    ],
)
def test_each_wrong_thing_has_its_own_sentence(
    office: Office, given: dict[str, Any], pointer: str, words: str
) -> None:
    with pytest.raises(ApplicationRefused) as refused:
        office.tried(**given)

    [problem] = refused.value.problems
    assert problem.pointer == pointer
    assert words in problem.message
    assert problem.message.endswith(".")


def test_scopes_that_lack_are_named_before_anything_is_written(office: Office) -> None:
    office.server.scopes = "activities:read users:read settings:read"

    with pytest.raises(ApplicationRefused) as refused:
        office.tried()

    [problem] = refused.value.problems
    assert "activities:delete, activities:write" in problem.message


def test_scopes_are_parted_by_blanks_where_commas_are_not_taken(
    office: Office,
) -> None:
    office.server.takes_blanks_only = True

    assert office.tried()["user_id"]


# --- Tokens and pace -----------------------------------------------------------------


def test_a_token_is_kept_while_it_is_good_and_renewed_before_it_ends(
    office: Office,
) -> None:
    connector = office.connector()
    for _ in range(3):
        connector.get(["none"])
    assert office.server.count("POST", "/v1/token") == 0

    office.clock.advance(timedelta(minutes=4, seconds=30))
    connector.get(["none"])

    assert office.server.count("POST", "/v1/token") == 1


def test_a_token_that_is_not_taken_is_renewed_once(office: Office) -> None:
    name, connector = office.add(), office.connector()
    office.server.revoke_tokens()

    assert titles(connector.get([name])) == ["Visit"]


def test_a_right_that_was_taken_away_is_said_in_words(office: Office) -> None:
    connector = office.connector()
    office.server.scopes = "users:read"

    with pytest.raises(OperatorFault, match="give its credentials the scopes"):
        connector.read(None, window=WINDOW, limit=10)


def test_no_more_than_eight_calls_a_second_are_made(office: Office) -> None:
    connector, begun = office.connector(), office.clock.now()

    for _ in range(50):
        connector.get(["none"])

    seconds = (office.clock.now() - begun).total_seconds()
    assert len(office.server.calls) / seconds < 8
    assert 429 not in office.server.refused


def test_what_was_refused_as_too_much_is_sent_again_later(office: Office) -> None:
    name, connector = office.add(), office.connector()
    others = means_of(office.server, office.clock)
    for _ in range(8):
        others.http.send("GET", "https://severa.example/rest-api/v1/token", body=b"{}")

    for _ in range(5):
        assert titles(connector.get([name])) == ["Visit"]


def test_being_told_to_slow_down_again_and_again_is_told_on(office: Office) -> None:
    class Full:
        def send(self, *args: Any, **more: Any) -> Response:
            return Response(status=429)

    application = office.tried()
    connector = opened(application, means_of(Full(), office.clock))

    with pytest.raises(RateLimited):
        connector.get(["none"])


def test_an_answer_that_is_none_of_severas_is_trouble_that_passes(
    office: Office,
) -> None:
    class Proxy:
        def send(self, *args: Any, **more: Any) -> Response:
            return Response(status=200, body=b"<html>")

    connector = opened(office.tried(), means_of(Proxy(), office.clock))

    with pytest.raises(TransientError):
        connector.get(["none"])


# --- Reading -------------------------------------------------------------------------


def test_a_look_without_news_is_one_call(office: Office) -> None:
    office.add()
    connector = office.connector()
    _, cursor = read_all(connector, limit=51)
    office.server.calls.clear()

    page = connector.read(cursor, window=WINDOW, limit=51)

    assert (list(page.items), page.more) == ([], False)
    assert len(office.server.calls) == 1


def test_a_thousand_changes_are_read_in_pages_of_a_hundred(office: Office) -> None:
    connector = office.connector()
    _, cursor = read_all(connector)
    for number in range(1000):
        office.add(f"Visit {number}")
    office.server.calls.clear()

    found, _ = read_all(connector, cursor, limit=500)

    assert len(found) == 1000
    assert len(office.server.calls) <= 1000 / 100 + 2


def test_what_comes_again_does_not_fill_a_page(office: Office) -> None:
    for number in range(6):
        office.add(f"Visit {number}")
    connector = office.connector()
    _, cursor = read_all(connector)
    office.add("New")

    page = connector.read(cursor, window=WINDOW, limit=2)

    assert (titles(page.items), page.more) == (["New"], False)


def test_a_change_that_becomes_visible_late_is_not_missed(office: Office) -> None:
    connector = office.connector()
    _, cursor = read_all(connector)
    office.clock.advance(timedelta(minutes=5))
    _, cursor = read_all(connector, cursor)

    name = office.add("Slow to commit")
    stamp = office.clock.now() - timedelta(seconds=90)
    office.activities.rows[name]["lastUpdatedDateTime"] = stamp.isoformat()
    found, _ = read_all(connector, cursor)

    assert titles(found) == ["Slow to commit"]


def test_only_own_activities_of_the_chosen_categories_are_read(office: Office) -> None:
    office.add("Own")
    office.add("Holiday", kind="Holiday")
    office.add("Secret", kind="Own affairs")
    office.add("Ben's", of="ben")
    office.add("To do", kind="To do")
    task = office.add("Task of a project")
    office.activities.rows[task]["projectTaskStatus"] = {"name": "Open"}

    found, _ = read_all(office.connector())

    assert titles(found) == ["Holiday", "Own", "Secret"]
    secret = next(
        one.content for one in found.values() if one.extra["category"] == "Personal"
    )
    assert secret is not None
    assert secret.details.privacy is Privacy.PRIVATE


@pytest.mark.parametrize("hears", [True, False])
def test_what_goes_to_somebody_else_or_becomes_a_task_is_gone(
    office: Office, hears: bool
) -> None:
    given, task = office.add("Given away"), office.add("Became a task")
    connector = office.connector(compare_minutes=0)
    _, cursor = read_all(connector)
    office.server.hears_filters = hears

    office.activities.patched(
        given, [_replace("ownerUser", office.activities.user("ben"))]
    )
    office.activities.patched(
        task, [_replace("activityType", office.activities.type_named("To do"))]
    )
    found, after = read_all(connector, cursor)

    assert {name: one.content for name, one in found.items()} == {
        given: None,
        task: None,
    }
    assert connector.get([given, task]) == {}
    assert read_all(connector, after)[0] == {}


def _replace(name: str, row: dict[str, Any]) -> dict[str, Any]:
    return {"op": "Replace", "path": f"/{name}", "value": {"guid": row["guid"]}}


def test_deletes_are_looked_for_every_ten_minutes_and_no_oftener(
    office: Office,
) -> None:
    name, connector = office.add(), office.connector()
    _, cursor = read_all(connector)
    office.activities.delete(name)

    office.clock.advance(timedelta(minutes=9))
    early, cursor = read_all(connector, cursor)
    office.clock.advance(timedelta(minutes=1))
    late, _ = read_all(connector, cursor)

    assert early == {}
    assert [one.content for one in late.values()] == [None]


def test_what_left_the_window_is_not_taken_for_deleted(office: Office) -> None:
    office.add("Old")
    connector = office.connector(compare_minutes=0)
    _, cursor = read_all(connector)

    later = replace(WINDOW, start=WINDOW.start + timedelta(days=3650))
    page = connector.read(cursor, window=later, limit=50)

    assert list(page.items) == []


def test_many_that_vanish_at_once_are_asked_for_in_turns(office: Office) -> None:
    names = [office.add(f"Visit {number}") for number in range(120)]
    connector = office.connector(compare_minutes=0)
    _, cursor = read_all(connector)
    for name in names:
        office.activities.delete(name)

    counts, more = [], True
    while more:
        page = connector.read(cursor, window=WINDOW, limit=200)
        counts.append(len(page.items))
        cursor, more = page.cursor, page.more

    assert counts == [50, 50, 20]


# --- Writing -------------------------------------------------------------------------


def test_types_follow_what_is_asked_for_and_privacy(office: Office) -> None:
    connector = office.connector(activity_type="Visit")
    public = meeting("Public")
    private = replace(public, details=replace(public.details, privacy=Privacy.SECRET))

    def kind(content: Content, **fields: Any) -> object:
        made = connector.create(content, key="k", ical_uid=None, fields=fields)
        return made.item.extra["type"]

    assert kind(public) == "Visit"
    assert kind(public, type="meeting") == "Meeting"
    assert kind(private) == "Own affairs"
    assert kind(private, type="Personal") == "Own affairs"
    with pytest.raises(ContentRefused, match='no activity type "Nap"'):
        kind(public, type="Nap")


def test_a_type_that_was_just_made_is_found(office: Office) -> None:
    connector = office.connector()
    connector.create(meeting("One"), key="k", ical_uid=None)
    fresh = {"guid": office.activities.new_guid(), "name": "Nap"}
    office.activities.types.append({**fresh, "category": "CalendarEntry"})

    made = connector.create(
        meeting("Two"), key="k", ical_uid=None, fields={"type": "Nap"}
    )

    assert made.item.extra["type"] == "Nap"


def test_what_has_hours_is_not_deleted(office: Office) -> None:
    name, connector = office.add(), office.connector()
    office.activities.rows[name]["hasHours"] = True

    with pytest.raises(ContentRefused, match="Hours were entered"):
        connector.delete(name, version=None)

    assert name in office.activities.rows


def test_people_who_take_part_are_left_alone_unless_they_are_wanted(
    office: Office,
) -> None:
    name, connector = office.add(), office.connector()
    ben = {
        "activityGuid": name,
        "participantGuid": office.activities.user("ben")["guid"],
    }
    office.activities.invited(ben)
    before, after = retitled(connector.get([name])[name], "New")
    item = connector.get([name])[name]

    connector.write(name, after, before=before, version=item.version)

    assert before.details.participants == ()
    assert len(office.activities.participants(name)) == 1
    assert office.server.count("GET", f"/v1/activities/{name}/") == 0


# --- Series --------------------------------------------------------------------------


def test_occurrences_come_one_by_one_and_a_year_ahead(office: Office) -> None:
    office.add_series(weeks=80)

    found, _ = read_all(office.connector(), limit=100)

    assert len(found) == 53
    assert len({item.extra["series"] for item in found.values()}) == 1


def test_what_recurs_is_not_written_unless_that_is_wanted(office: Office) -> None:
    name = office.add_series(weeks=2)[0]
    connector = office.connector()
    item = connector.get([name])[name]
    before, after = retitled(item, "Moved")

    with pytest.raises(ContentRefused, match="one of a series"):
        connector.write(name, after, before=before, version=item.version)
    with pytest.raises(ContentRefused, match="one of a series"):
        connector.delete(name, version=item.version)

    assert titles(read_all(connector)[0]) == ["Weekly", "Weekly"]


def test_an_occurrence_that_is_written_becomes_an_exception(office: Office) -> None:
    first, second, third = office.add_series(weeks=3)
    connector = office.connector(series="write")
    items = connector.get([first, second])
    before, after = retitled(items[first], "Moved")

    connector.write(first, after, before=before, version=items[first].version)
    connector.delete(second, version=items[second].version)

    rows = office.activities.rows
    assert rows[first]["recurrenceType"] == "Exception"
    assert second not in rows
    assert rows[third]["recurrenceType"] == "Occurrence"
    assert office.activities.series_written == 0
