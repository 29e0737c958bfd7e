"""What is OpenFire's own, beyond the shared suite: docs/connectors/openfire.md."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from connectors.base import ApplicationRefused, Item
from sync.content import Content, Details, Participant, Status, When
from sync.errors import ContentRefused
from tests.contract.connectors.openfire_rig import OpenFireRig
from tests.contract.connectors.rig import contents, meeting, read_all, titles
from tests.openfire.planning import VISIT
from tests.openfire.server import TASK

Json = Any
KINDS = contents()
WEEKLY = KINDS["weekly, counted"]
MARCH_17 = datetime.fromisoformat("2031-03-17T10:00:00")
BEN = Participant(email="ben@example.com", name="Ben")


def create(rig: OpenFireRig, content: Content) -> Item:
    return rig.connector().create(content, key="k1", ical_uid=None).item


def bring(rig: OpenFireRig, item: Item, content: Content) -> Item:
    assert item.content is not None
    written = rig.connector().write(
        item.id, content, before=item.content, version=item.version
    )
    return written.item


def shown(item: Item) -> Content:
    assert item.content is not None
    return item.content


def with_details(content: Content, **changed: Json) -> Content:
    return replace(content, details=replace(content.details, **changed))


def test_a_second_visit_at_the_same_time_is_refused_and_told() -> None:
    rig = OpenFireRig(allow_overlaps=False)
    rig.put(meeting("First"))

    with pytest.raises(ContentRefused) as refused:
        create(rig, meeting("Second"))

    assert refused.value.reply is not None
    assert "another visit" in refused.value.reply.message
    assert titles(read_all(rig.connector())[0]) == ["First"]


def test_only_an_organization_that_allows_it_loses_visits_by_google() -> None:
    rig = OpenFireRig(allow_deletion=False)
    item = create(rig, meeting("Visit"))

    with pytest.raises(ContentRefused, match="organization"):
        rig.connector().delete(item.id, version=item.version)

    assert rig.connector().get([item.id])


def test_what_is_deleted_is_archived() -> None:
    rig = OpenFireRig()
    item = create(rig, meeting("Visit"))

    rig.connector().delete(item.id, version=item.version)

    assert rig.hand.visit(item.id)["active"] is False


def test_states_are_statuses_and_a_done_visit_stays_done() -> None:
    rig = OpenFireRig()
    item = create(rig, meeting("Visit"))
    for state, status in (
        ("postponed", Status.CANCELLED),
        ("draft", Status.TENTATIVE),
        ("being_optimized", Status.TENTATIVE),
        ("done", Status.CONFIRMED),
    ):
        rig.hand.visit(item.id)["state"] = state
        item = rig.connector().get([item.id])[item.id]
        assert shown(item).details.status is status

    bring(rig, item, with_details(shown(item), title="New name"))

    assert rig.hand.visit(item.id)["state"] == "done"


def test_operators_and_customers_take_part_and_no_address_is_made_up() -> None:
    rig = OpenFireRig()
    silent = rig.server.add_employee("Carl", False)
    operator = rig.server.add_employee("Ben", BEN.email)
    customer = rig.server.tables.add(
        "res.partner", {"name": "Dora", "email": "dora@example.com"}
    )
    item = create(rig, meeting("Visit"))
    visit = rig.hand.visit(item.id)
    visit |= {"partner_id": customer, "employee_ids": [*visit["employee_ids"], silent]}
    item = rig.connector().get([item.id])[item.id]
    people = shown(item).details.participants
    assert [one.email for one in people] == ["anna@example.com", "dora@example.com"]

    item = bring(rig, item, with_details(shown(item), participants=(*people, BEN)))

    visit = rig.hand.visit(item.id)
    assert {operator, silent} <= set(visit["employee_ids"])
    assert (visit["partner_id"], visit["partner_ids"]) == (customer, [])
    assert BEN.email in {one.email for one in shown(item).details.participants}


def test_a_whole_day_lasts_from_the_first_to_the_last_working_hour() -> None:
    rig = OpenFireRig(day_begins="09:00", day_ends="17:00")

    item = create(rig, KINDS["all day for a week"])

    visit = rig.hand.visit(item.id)
    assert str(visit["date"]) == "2031-03-28 08:00:00"
    assert str(visit["date_deadline"]) == "2031-04-03 15:00:00"


def test_a_private_appointment_is_not_shown_to_everybody() -> None:
    rig = OpenFireRig()

    with pytest.raises(ContentRefused, match="private"):
        create(rig, KINDS["private"])

    assert rig.server.tables.of(VISIT) == {}


def test_texts_of_one_occurrence_do_not_become_the_series() -> None:
    rig = OpenFireRig()
    item = create(rig, WEEKLY)
    other = replace(
        shown(item).details,
        when=replace(shown(item).details.when, start=MARCH_17),
        title="Another",
    )

    item = bring(rig, item, replace(shown(item), overrides={MARCH_17: other}))

    assert shown(item).details.title == WEEKLY.details.title
    assert shown(item).overrides == {MARCH_17: other}


def test_a_series_that_is_moved_keeps_what_was_changed_of_it() -> None:
    rig = OpenFireRig()
    item = create(rig, KINDS["one occurrence with another title"])
    later = timedelta(hours=2)
    content = shown(item)

    def moved(details: Details) -> Details:
        start = details.when.start + later
        return replace(details, when=When(start=start, zone=details.when.zone))

    target = replace(
        content,
        details=moved(content.details),
        overrides={
            slot + later: one and moved(one) for slot, one in content.overrides.items()
        },
    )

    assert shown(bring(rig, item, target)) == target


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ({"password": "another"}, "/password"),
        ({"database": "elsewhere"}, "/database"),
        ({"task": "No such task"}, "/task"),
        ({"day_begins": "18:00", "day_ends": "08:00"}, "/day_ends"),
    ],
)
def test_whatever_is_wrong_has_a_sentence_of_its_own(
    given: dict[str, str], pointer: str
) -> None:
    rig = OpenFireRig()

    with pytest.raises(ApplicationRefused) as refused:
        rig.tried(**{"task": TASK, **given})

    [problem] = refused.value.problems
    assert problem.pointer == pointer
    assert problem.message.endswith(".")


def test_it_does_not_run_beside_openfires_own_button() -> None:
    rig = OpenFireRig()
    user = rig.server.tables.of("res.users")[rig.server.user]
    user["of_google_calendar_last_sync_date"] = "2026-11-01 10:00:00"

    with pytest.raises(ApplicationRefused, match="itself"):
        rig.tried(task=TASK)
