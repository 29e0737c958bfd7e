"""What is Odoo's own, beyond the shared suite: each rule of docs/connectors/odoo.md."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from connectors.base import ApplicationRefused, Item, Written
from connectors.odoo.connector import OdooConnector
from connectors.odoo.trying import tried
from sync.content import Alert, Answer, Content, Participant
from sync.errors import ContentRefused, TransientError
from tests.contract.connectors.odoo_rig import ANNA, KEY, OdooRig
from tests.contract.connectors.rig import WINDOW, contents, meeting, read_all, titles
from tests.odoo.server import ADDRESS, DATABASE

KINDS = contents()
WEEKLY = KINDS["weekly, counted"]
BEN = Participant(email="ben@example.com", name="Ben")
MINUTE = timedelta(minutes=1)
Json = Any


@pytest.fixture(params=(17, 18, 19))
def odoo(request: pytest.FixtureRequest) -> OdooRig:
    return OdooRig(int(request.param))


def create(odoo: OdooRig, content: Content, key: str = "k1") -> Item:
    return odoo.connector().create(content, key=key, ical_uid="uid@google").item


def bring(odoo: OdooRig, item: Item, content: Content) -> Written:
    assert item.content is not None
    return odoo.connector().write(
        item.id, content, before=item.content, version=item.version
    )


def one_of(odoo: OdooRig, item_id: str) -> Item:
    return odoo.connector().get([item_id])[item_id]


def content_of(item: Item) -> Content:
    assert item.content is not None
    return item.content


def with_details(content: Content, **changed: Json) -> Content:
    return replace(content, details=replace(content.details, **changed))


def changes(odoo: OdooRig, cursor: str) -> tuple[dict[str, Item], str]:
    return read_all(odoo.connector(), cursor)


# --- Looking -------------------------------------------------------------------------


def test_a_look_without_changes_is_one_request(odoo: OdooRig) -> None:
    for number in range(20):
        odoo.put(meeting(f"Visit {number}"))
    _, cursor = read_all(odoo.connector(), limit=100)
    odoo.pass_time(MINUTE)
    _, cursor = changes(odoo, cursor)
    odoo.pass_time(MINUTE)
    odoo.server.requests.clear()

    page = odoo.connector().read(cursor, window=WINDOW, limit=100)

    assert list(page.items) == []
    assert len(odoo.server.requests) == 1


def test_a_thousand_changes_are_read_in_pages(odoo: OdooRig) -> None:
    for number in range(1000):
        odoo.put(meeting(f"Visit {number}"))
    odoo.server.requests.clear()

    found, _ = read_all(odoo.connector(), limit=250)

    assert len(found) == 1000
    assert len(odoo.server.requests) <= 1000 / 250 + 2


def test_a_second_change_in_the_same_second_is_seen(odoo: OdooRig) -> None:
    """Odoo tells stamps to the second only (F13)."""
    visit = odoo.put(meeting("Old"))
    assert visit is not None
    _, cursor = read_all(odoo.connector())

    odoo.change(visit, meeting("New"))
    found, _ = changes(odoo, cursor)

    assert titles(found) == ["New"]


def test_an_answer_is_seen_though_the_meeting_did_not_move(odoo: OdooRig) -> None:
    item = create(odoo, with_details(meeting("Visit"), participants=(BEN,)))
    odoo.pass_time(MINUTE)
    _, cursor = read_all(odoo.connector())
    odoo.pass_time(10 * MINUTE)
    _, cursor = changes(odoo, cursor)
    before = odoo.hand.rows(item.id)[0]["write_date"]

    odoo.hand.answer(BEN.email, "accepted")
    found, _ = changes(odoo, cursor)

    assert odoo.hand.rows(item.id)[0]["write_date"] == before
    answers = {
        one.email: one.answer for one in content_of(found[item.id]).details.participants
    }
    assert answers[BEN.email] is Answer.ACCEPTED


def test_what_was_deleted_is_missed_even_after_a_long_time(odoo: OdooRig) -> None:
    gone = odoo.put(meeting("Gone"))
    assert gone is not None
    _, cursor = read_all(odoo.connector())
    odoo.pass_time(timedelta(days=3))
    _, cursor = changes(odoo, cursor)

    odoo.remove(gone)
    found, _ = changes(odoo, cursor)

    assert [item.content for item in found.values()] == [None]


def test_what_we_made_is_missed_even_if_it_goes_before_it_is_read(
    odoo: OdooRig,
) -> None:
    _, cursor = read_all(odoo.connector())
    connector = odoo.connector()
    item = connector.create(meeting("Visit"), key="k1", ical_uid=None).item
    cursor = connector.behind_own_writes(cursor)

    odoo.remove(item.id)

    for _ in range(2):  # A look whose answer got lost is done again.
        found, _ = changes(odoo, cursor)
        assert (found[item.id].content, found[item.id].key) == (None, "k1")


def test_an_archived_meeting_is_deleted(odoo: OdooRig) -> None:
    visit = odoo.put(meeting("Visit"))
    assert visit is not None
    _, cursor = read_all(odoo.connector())

    odoo.hand.write(int(visit), active=False)
    found, _ = changes(odoo, cursor)

    assert found[visit].content is None


def test_a_private_meeting_of_a_colleague_is_not_even_seen(odoo: OdooRig) -> None:
    colleague = odoo.server.add_user("carl@example.com", "carls-key")
    values = {
        "name": "Salary",
        "privacy": "private",
        "start": "2031-03-03 09:00:00",
        "stop": "2031-03-03 10:00:00",
    }
    odoo.server.events.create(values, odoo.server.caller(colleague))

    found, _ = read_all(odoo.connector())

    assert found == {}


# --- Writing -------------------------------------------------------------------------


def test_no_write_of_ours_mails_a_guest(odoo: OdooRig) -> None:
    invited = with_details(meeting("Visit"), participants=(BEN,))
    item = create(odoo, invited)
    carl = Participant(email="carl@example.com")
    both = with_details(content_of(item), participants=(BEN, carl), title="Later")
    again = bring(odoo, item, both).item
    odoo.connector().delete(again.id, version=again.version)

    assert odoo.server.events.mails == 0


def test_answers_go_over(odoo: OdooRig) -> None:
    item = create(odoo, with_details(meeting("Visit"), participants=(BEN,)))
    declined = replace(BEN, answer=Answer.DECLINED)
    people = tuple(
        declined if one.email == BEN.email else one
        for one in content_of(item).details.participants
    )

    written = bring(odoo, item, with_details(content_of(item), participants=people))

    answers = {
        one.email: one.answer for one in content_of(written.item).details.participants
    }
    assert answers == {ANNA: Answer.ACCEPTED, BEN.email: Answer.DECLINED}


def test_what_we_do_not_know_of_a_meeting_stays(odoo: OdooRig) -> None:
    item = create(odoo, meeting("Visit"))
    text_message = odoo.server.tables.add(
        "calendar.alarm", {"alarm_type": "sms", "duration": 1, "interval": "hours"}
    )
    odoo.hand.write(int(item.id), alarm_ids=[[4, text_message]])
    item = one_of(odoo, item.id)
    alerts = (Alert(minutes=10),)

    bring(odoo, item, with_details(content_of(item), alerts=alerts))

    assert text_message in odoo.hand.rows(item.id)[0]["alarm_ids"]
    assert content_of(one_of(odoo, item.id)).details.alerts == alerts


def test_a_meeting_that_a_colleague_called_is_left_and_not_deleted(
    odoo: OdooRig,
) -> None:
    carl = odoo.server.add_user("carl@example.com", "carls-key")
    values = {
        "name": "Meeting",
        "start": "2031-03-03 09:00:00",
        "stop": "2031-03-03 10:00:00",
        "partner_ids": [[6, 0, [odoo.hand.owner.partner]]],
    }
    number = odoo.server.events.create(values, odoo.server.caller(carl))

    odoo.connector().delete(str(number), version=None)

    assert one_row(odoo, number)["partner_ids"] == []
    assert odoo.connector().get([str(number)]) == {}


def one_row(odoo: OdooRig, number: int) -> Mapping[str, Json]:
    return odoo.server.tables.of("calendar.event")[number]


def test_a_guest_who_is_no_contact_is_refused_where_none_may_be_made() -> None:
    odoo = OdooRig(18)
    odoo.server.tables.of("res.users")[odoo.hand.owner.uid]["groups"] = {
        "base.group_user"
    }

    with pytest.raises(ContentRefused, match="may not make contacts"):
        create(odoo, with_details(meeting("Visit"), participants=(BEN,)))

    assert odoo.server.tables.of("calendar.event") == {}


# --- Series --------------------------------------------------------------------------

MARCH_17 = datetime.fromisoformat("2031-03-17T10:00:00")


def occurrence_of(item: Item, **changed: Json) -> Content:
    content = content_of(item)
    when = replace(content.details.when, start=MARCH_17)
    details = replace(content.details, when=when, **changed)
    return replace(content, overrides={**content.overrides, MARCH_17: details})


def test_the_title_of_a_series_is_written_at_once_and_nothing_is_lost(
    odoo: OdooRig,
) -> None:
    item = create(odoo, WEEKLY)
    item = bring(odoo, item, occurrence_of(item, title="Another")).item
    rows = odoo.hand.rows(item.id)
    odoo.hand.unlink(rows[4]["id"])
    item = one_of(odoo, item.id)
    before = content_of(item).overrides
    odoo.server.requests.clear()

    bring(odoo, item, with_details(content_of(item), title="New name"))

    after = content_of(one_of(odoo, item.id))
    assert [row["id"] for row in odoo.hand.rows(item.id)] == [
        row["id"] for row in rows if row is not rows[4]
    ]
    assert after.details.title == "New name"
    assert {slot: one and one.title for slot, one in after.overrides.items()} == {
        slot: one and one.title for slot, one in before.items()
    }
    assert len(odoo.server.requests) <= 6


def test_an_occurrence_deleted_in_odoo_is_removed_and_comes_not_back(
    odoo: OdooRig,
) -> None:
    item = create(odoo, WEEKLY)
    odoo.hand.unlink(odoo.hand.rows(item.id)[0]["id"])
    fewer = one_of(odoo, item.id)

    moved = bring(odoo, fewer, with_details(content_of(fewer), title="New name")).item

    for found in (fewer, moved):
        shown = content_of(found)
        assert shown.details.when.start == WEEKLY.details.when.start
        assert list(shown.overrides.values()) == [None]
    assert fewer.key == moved.key == "k1"


def test_a_series_that_is_moved_keeps_its_id_and_what_was_changed(
    odoo: OdooRig,
) -> None:
    item = create(odoo, WEEKLY)
    item = bring(odoo, item, occurrence_of(item, title="Another")).item
    content = content_of(item)
    later = timedelta(hours=2)
    moved_when = replace(content.details.when, start=content.details.when.start + later)
    overrides = {
        slot + later: one
        and replace(one, when=replace(one.when, start=one.when.start + later))
        for slot, one in content.overrides.items()
    }
    target = replace(
        content,
        details=replace(content.details, when=moved_when),
        overrides=overrides,
    )
    _, cursor = read_all(odoo.connector())

    written = bring(odoo, item, target)

    assert written.item.id == item.id
    assert content_of(written.item) == replace(target, uid=content.uid)
    assert titles(read_all(odoo.connector())[0]) == [WEEKLY.details.title]
    assert set(read_all(odoo.connector(), cursor)[0]) <= {item.id}
    assert one_of(odoo, item.id).key == "k1"


def test_a_single_meeting_becomes_a_series_and_stays_the_same_item(
    odoo: OdooRig,
) -> None:
    item = create(odoo, meeting("Survey"))
    series = replace(content_of(item), rules=WEEKLY.rules)

    written = bring(odoo, item, series)

    assert written.item.id == item.id
    assert set(read_all(odoo.connector())[0]) == {item.id}
    assert len(odoo.server.tables.of("calendar.event")) == 8


def test_whatever_step_of_a_series_fails_the_next_try_leaves_one(odoo: OdooRig) -> None:
    series = KINDS["one occurrence moved"]
    for calls in range(1, 30):
        odoo.server.fails_after(calls)
        try:
            create(odoo, series)
        except TransientError:
            odoo.server.fails_after(None)
            create(odoo, series)
            assert content_of(create(odoo, series)).overrides == series.overrides
            assert titles(read_all(odoo.connector())[0]) == [series.details.title]
            odoo = OdooRig(odoo.server.version)
        else:
            odoo.server.fails_after(None)
            return
    raise AssertionError("It never came to an end.")


def test_whatever_step_of_a_move_fails_the_next_try_leaves_one(odoo: OdooRig) -> None:
    for calls in range(1, 40):
        odoo = OdooRig(odoo.server.version)
        item = create(odoo, WEEKLY)
        start = WEEKLY.details.when.start + timedelta(hours=2)
        when = replace(WEEKLY.details.when, start=start)
        target = with_details(content_of(item), when=when)
        odoo.server.fails_after(calls)
        try:
            bring(odoo, item, target)
        except TransientError:
            odoo.server.fails_after(None)
            known = one_of(odoo, item.id)
            bring(odoo, known, target)
            assert content_of(one_of(odoo, item.id)).details.when.start == start
            assert set(read_all(odoo.connector())[0]) == {item.id}
            assert len(odoo.server.tables.of("calendar.event")) == 8
        else:
            return
    raise AssertionError("It never came to an end.")


# --- The application -----------------------------------------------------------------


def sentence(odoo: OdooRig, **given: Json) -> tuple[str, str]:
    """Return what is said of an application that does not work, and of what of it."""
    known = {"url": ADDRESS, "database": DATABASE, "user": ANNA, "api_key": KEY}
    with pytest.raises(ApplicationRefused) as refused:
        tried({**known, **given}, odoo.means())
    [problem] = refused.value.problems
    return problem.pointer, problem.message


def test_whatever_is_wrong_has_a_sentence_of_its_own(odoo: OdooRig) -> None:
    said = [
        sentence(odoo, api_key="another"),
        sentence(odoo, database="elsewhere"),
        sentence(odoo, user="ben@example.com"),
        sentence(odoo, key_expires="2026-01-01"),
    ]
    odoo.server.is_down = True
    said.append(sentence(odoo))

    assert said[-1][0] == "/url"
    assert len({message for _, message in said}) >= 4
    assert all(message.endswith(".") for _, message in said)


@pytest.mark.parametrize("version", [10, 16, 20])
def test_other_versions_are_told_apart(version: int) -> None:
    odoo = OdooRig(18)
    odoo.server.version = version

    assert sentence(odoo)[0] == "/url"


@pytest.mark.parametrize("version", [17, 18, 19])
def test_two_never_synchronize_with_google_side_by_side(version: int) -> None:
    odoo = OdooRig(version)
    odoo.server.google_status = "sync_active"

    assert sentence(odoo)[0] == "/pause_own_google_sync"
    odoo.tried(api_key=KEY, pause_own_google_sync=True)

    assert odoo.server.google_status == "sync_stopped"


def test_odoo_online_is_asked_once_a_second() -> None:
    odoo = OdooRig(18)
    application = {**odoo.application, "url": "https://company.odoo.com"}
    connector = odoo.definition.open(application, odoo.means())
    began = odoo.clock.now()

    for _ in range(5):
        connector.get(["1"])

    assert odoo.clock.now() - began >= timedelta(seconds=4)


def test_a_key_that_is_about_to_expire_is_told_of(
    caplog: pytest.LogCaptureFixture,
) -> None:
    odoo = OdooRig(18)
    connector = odoo.definition.open(
        {**odoo.application, "key_expires": "2026-12-01"}, odoo.means()
    )

    with caplog.at_level(logging.WARNING):
        connector.read(None, window=WINDOW, limit=10)

    [record] = [one for one in caplog.records if one.name == OdooConnector.__module__]
    assert vars(record)["days_left"] == 11


def test_nobody_sees_the_key() -> None:
    odoo = OdooRig(18)

    assert KEY not in repr(odoo.connector())
    assert "api_key" in odoo.definition.secrets
