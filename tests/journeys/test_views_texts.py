"""Texts that an organization made by template, and participants as text."""

from collections.abc import Callable
from typing import Any

from services.connections.journal import newest
from services.items.items import Condition, patch_item
from sync.people_view import BEGIN, END
from tests.journeys.trouble import (
    event_of,
    forget_calls,
    hour_at,
    mails,
    visit,
    writes,
)
from tests.journeys.workbench import Workbench

Json = dict[str, Any]
Benches = Callable[..., Workbench]
CUSTOMER = "example.com:customer"
TITLE = {"title": f"{{{CUSTOMER}}}: {{title}}"}
PEOPLE = {
    "1": {
        "@type": "Participant",
        "name": "Bob",
        "sendTo": {"imip": "mailto:bob@example.com"},
        "roles": {"attendee": True},
    }
}


def only_event(bench: Workbench) -> Json:
    [event] = bench.events().values()
    return event


def only_item(bench: Workbench) -> Json:
    [item] = bench.items().values()
    return item


def edit_item(bench: Workbench, name: str, **members: Any) -> None:
    patch_item(bench.desk(), name, members, condition=Condition())


# --- templates -----------------------------------------------------------------------


def test_texts_at_google_are_made_by_template_from_the_items_own_fields(
    bench_with: Benches,
) -> None:
    bench = bench_with(
        templates={
            **TITLE,
            "location": "{location}, floor {floor}",
            "description": "<b>{title}</b><br>{notes}",
        }
    )

    place = {"1": {"@type": "Location", "name": "Dorpsstraat 1"}}
    own = {CUSTOMER: "Jansen", "floor": 3, "notes": "<script>x</script> & co"}
    visit(bench, "Roof", locations=place, **own)
    bench.settle()

    event = only_event(bench)
    assert event["summary"] == "Jansen: Roof"
    assert event["location"] == "Dorpsstraat 1, floor 3"
    assert event["description"] == (
        "<b>Roof</b><br>&lt;script&gt;x&lt;/script&gt; &amp; co"
    )


def test_a_text_by_template_never_gets_back_into_the_items_fields(
    bench_with: Benches,
) -> None:
    bench = bench_with(templates={**TITLE, "description": "For {title}"})
    visit(bench, "Roof", description="Own words", **{CUSTOMER: "Jansen"})
    bench.settle()
    before = only_item(bench)

    event = only_event(bench)
    moved = hour_at("13:00", "15:00")
    bench.person.patch(event["id"], summary="Mine", description="Mine too", **moved)
    bench.settle()

    after = only_item(bench)
    assert after == {**before, "start": "2026-12-01T13:00:00", "duration": "PT2H"}
    put_right = only_event(bench)
    assert put_right["summary"] == "Jansen: Roof"
    assert put_right["description"] == "For Roof"
    assert put_right["start"]["dateTime"].startswith("2026-12-01T13:00")


def test_what_was_lost_of_a_text_by_template_is_in_the_journal(
    bench_with: Benches,
) -> None:
    bench = bench_with(templates=TITLE)
    visit(bench, "Roof", **{CUSTOMER: "Jansen"})
    bench.settle()

    bench.person.patch(only_event(bench)["id"], summary="Mine")
    bench.settle()

    assert only_event(bench)["summary"] == "Jansen: Roof"
    [(page, _)] = newest(bench.store, bench.connection_id, limit=1)
    [entry] = page.entries
    assert entry.before is not None
    assert entry.before.details.title == "Mine"


def test_a_changed_own_field_alone_changes_the_event(bench_with: Benches) -> None:
    bench = bench_with(templates=TITLE)
    visit(bench, "Roof", **{CUSTOMER: "Jansen", "other": 1})
    bench.settle()

    forget_calls(bench)
    edit_item(bench, "Roof", other=2)
    bench.settle()
    assert writes(bench) == 0
    edit_item(bench, "Roof", **{CUSTOMER: "De Vries"})
    bench.settle()

    assert only_event(bench)["summary"] == "De Vries: Roof"
    assert writes(bench) == 1


def test_a_series_and_its_moved_occurrence_both_have_texts_by_template(
    bench_with: Benches,
) -> None:
    bench = bench_with(templates=TITLE)
    rule = {"@type": "RecurrenceRule", "frequency": "weekly", "count": 3}
    own = {"2026-12-08T09:00:00": {"title": "Gutter", "start": "2026-12-08T11:00:00"}}
    members = {"recurrenceRules": [rule], "recurrenceOverrides": own}
    visit(bench, "Roof", **members, **{CUSTOMER: "Jansen"})
    bench.settle()

    series = bench.events()["Jansen: Roof"]
    shown = [each["summary"] for each in bench.person.instances(series["id"])]
    assert shown == ["Jansen: Roof", "Jansen: Gutter", "Jansen: Roof"]

    third = bench.person.instances(series["id"])[2]
    late = {
        "start": {"dateTime": "2026-12-15T16:00:00+01:00"},
        "end": {"dateTime": "2026-12-15T17:00:00+01:00"},
    }
    bench.person.patch(third["id"], summary="Mine", **late)
    bench.settle()

    item = only_item(bench)
    assert item["title"] == "Roof"
    third_slot = item["recurrenceOverrides"]["2026-12-15T09:00:00"]
    assert third_slot == {"start": "2026-12-15T16:00:00"}
    shown = [each["summary"] for each in bench.person.instances(series["id"])]
    assert shown == ["Jansen: Roof", "Jansen: Gutter", "Jansen: Roof"]


def test_an_event_that_google_bore_keeps_its_own_texts(bench_with: Benches) -> None:
    bench = bench_with(templates=TITLE)

    bench.person.insert(summary="Dentist", **hour_at("09:00", "10:00"))
    bench.settle()

    assert only_event(bench)["summary"] == "Dentist"
    assert only_item(bench)["title"] == "Dentist"


def test_an_item_that_comes_back_has_its_own_texts_and_fields(
    bench_with: Benches,
) -> None:
    bench = bench_with(templates=TITLE)
    visit(bench, "Roof", **{CUSTOMER: "Jansen"})
    bench.settle()

    moved = hour_at("13:00", "14:00")
    bench.person.patch(only_event(bench)["id"], **moved)
    bench.remove("Roof")
    bench.settle()

    item = only_item(bench)
    assert item["title"] == "Roof"
    assert item[CUSTOMER] == "Jansen"
    assert item["start"] == "2026-12-01T13:00:00"
    assert only_event(bench)["summary"] == "Jansen: Roof"


def test_an_edit_that_is_put_back_does_not_outweigh_a_delete(
    bench_with: Benches,
) -> None:
    bench = bench_with(templates=TITLE)
    visit(bench, "Roof", **{CUSTOMER: "Jansen"})
    bench.settle()

    bench.person.patch(only_event(bench)["id"], summary="Mine")
    bench.remove("Roof")
    bench.settle()

    assert bench.titles_at_google() == []
    assert bench.titles_in_agenda() == []


# --- participants as text ------------------------------------------------------------


def test_participants_appear_as_text_and_nobody_is_invited(
    bench_with: Benches,
) -> None:
    bench = bench_with()

    visit(bench, "Roof", description="Bring the ladder", participants=PEOPLE)
    bench.settle()

    event = only_event(bench)
    assert event["description"] == (
        f"Bring the ladder\n\n{BEGIN}\nBob (bob@example.com)\n{END}"
    )
    assert "attendees" not in event
    assert mails(bench) == []


def test_participants_as_text_are_kept_up_to_date(bench_with: Benches) -> None:
    bench = bench_with()
    visit(bench, "Roof", participants=PEOPLE)
    bench.settle()

    eve = {**PEOPLE["1"], "name": "Eve", "sendTo": {"imip": "mailto:eve@example.com"}}
    edit_item(bench, "Roof", participants={"1": PEOPLE["1"], "2": eve})
    bench.settle()
    assert only_event(bench)["description"] == (
        f"{BEGIN}\nBob (bob@example.com)\nEve (eve@example.com)\n{END}"
    )
    edit_item(bench, "Roof", participants=None)
    bench.settle()

    assert only_event(bench).get("description", "") == ""


def test_a_description_is_edited_at_google_without_the_participants_coming_back(
    bench_with: Benches,
) -> None:
    bench = bench_with()
    visit(bench, "Roof", description="Bring the ladder", participants=PEOPLE)
    bench.settle()
    event = only_event(bench)

    longer = event["description"].replace("ladder", "long ladder")
    longer = longer.replace("Bob", "Robert") + "\nGate code 1234"
    bench.person.patch(event["id"], description=longer)
    bench.settle()

    item = only_item(bench)
    assert item["description"] == "Bring the long ladder\nGate code 1234"
    assert item["participants"] == PEOPLE
    assert only_event(bench)["description"] == (
        "Bring the long ladder\nGate code 1234"
        f"\n\n{BEGIN}\nBob (bob@example.com)\n{END}"
    )


def test_participants_stay_apart_from_a_description_in_html(
    bench_with: Benches,
) -> None:
    bench = bench_with()
    html = {"description": "<p>Bring <b>it</b></p>"}
    kind = {"descriptionContentType": "text/html"}
    visit(bench, "Roof", **html, **kind, participants=PEOPLE)
    bench.settle()
    event = only_event(bench)
    assert event["description"] == (
        f"<p>Bring <b>it</b></p><br><br>{BEGIN}<br>Bob (bob@example.com)<br>{END}"
    )

    bench.person.patch(
        event["id"], description=event["description"].replace("it", "them")
    )
    bench.settle()

    assert only_item(bench)["description"] == "<p>Bring <b>them</b></p>"


def test_a_copy_that_a_person_made_of_an_event_brings_no_participants_along(
    bench_with: Benches,
) -> None:
    bench = bench_with()
    visit(bench, "Roof", description="Bring the ladder", participants=PEOPLE)
    bench.settle()

    copied = only_event(bench)["description"]
    bench.person.insert(summary="Copy", description=copied, **hour_at("15:00", "16:00"))
    bench.settle()

    assert bench.items()["Copy"]["description"] == "Bring the ladder"
    assert event_of(bench, "Copy")["description"] == copied


def test_participants_that_stay_in_the_agenda_are_not_even_text(
    bench_with: Benches,
) -> None:
    bench = bench_with(participants="none")

    visit(bench, "Roof", description="Bring the ladder", participants=PEOPLE)
    bench.settle()

    assert only_event(bench)["description"] == "Bring the ladder"
