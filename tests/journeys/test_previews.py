"""Previews: what would be done is shown, and just that is done after a yes."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from services.connections.connection import State
from services.links.link import Waiting
from services.ports.mailer import MailError
from tests.journeys.asking import administrators, answer, ask, preview, waiting
from tests.journeys.trouble import calls, drain, forget_calls, mails, visit, writes
from tests.journeys.workbench import Workbench
from tests.standin.people import Person

Json = dict[str, Any]


@pytest.fixture
def bench(ann: Person) -> Iterator[Workbench]:
    """A Tandem with thirty items that were carried to Google."""
    made = Workbench(ann)
    made.connect()
    for number in range(30):
        visit(made, f"item-{number}")
    made.settle()
    yield made
    assert mails(made) == []


def wipe(bench: Workbench, *, first: int = 0, last: int = 30) -> None:
    """Delete events as a script does, and let Tandem hear of it."""
    events = bench.events()
    for number in range(first, last):
        bench.person.delete(events[f"item-{number}"]["id"])
    bench.settle()


# --- What the next run would do ------------------------------------------------------


def test_a_preview_shows_each_write_with_both_sides_and_touches_neither(
    bench: Workbench,
) -> None:
    bench.person.patch(bench.events()["item-1"]["id"], location="Here")
    bench.person.delete(bench.events()["item-2"]["id"])
    visit(bench, "item-3", start="2026-12-01T11:00:00")
    visit(bench, "new")
    forget_calls(bench)

    shown = preview(bench)

    assert writes(bench) == 0
    counts = shown["counts"]
    assert (counts["creates"], counts["edits"]) == (1, 1)
    assert (counts["moves"], counts["deletes"]) == (1, 1)
    assert counts["unchanged"] == 27
    assert shown["counts_by_side"]["calendar"]["moves"] == 1
    assert shown["counts_by_side"]["agenda"]["deletes"] == 1
    by_act = {one["act"]: one for one in shown["writes"]}
    assert by_act["edit"]["fields"]
    assert by_act["move"]["now"]["calendar"]["start"] == "2026-12-01T09:00:00"
    assert by_act["move"]["becomes"]["start"] == "2026-12-01T11:00:00"
    assert by_act["delete"]["becomes"] is None
    assert by_act["delete"]["now"]["agenda"]["title"] == "item-2"
    assert shown["google_calls"] == 2
    assert all(one["why"] for one in shown["writes"])


def test_applying_does_exactly_what_was_shown(bench: Workbench) -> None:
    visit(bench, "item-3", title="renamed")
    visit(bench, "new")
    shown = preview(bench)
    forget_calls(bench)

    answered = answer(bench, shown, "apply")
    bench.settle()

    assert answered["replanned"] == 0
    assert calls(bench).get("insert") == calls(bench).get("patch") == 1
    assert {"renamed", "new"} <= set(bench.events())
    assert ask(bench, "GET", f"/previews/{shown['id']}")[1]["state"] == "applied"


def test_what_changed_after_the_preview_is_not_done_but_shown_again(
    bench: Workbench,
) -> None:
    visit(bench, "item-3", title="renamed")
    visit(bench, "item-4", title="renamed too")
    shown = preview(bench)
    visit(bench, "item-4", title="renamed again")
    preview(bench)

    answered = answer(bench, shown, "apply")
    bench.settle()

    assert answered["replanned"] == 1
    assert "renamed" in bench.events()
    assert "item-4" in bench.events()
    assert bench.connection().state is State.HELD
    again = waiting(bench)
    assert again["id"] != shown["id"]
    assert [one["becomes"]["title"] for one in again["writes"]] == ["renamed again"]
    answer(bench, again, "apply")
    bench.settle()
    assert "renamed again" in bench.events()
    assert bench.connection().state is State.ACTIVE


def test_yes_to_some_of_a_preview_leaves_the_others_to_be_answered(
    bench: Workbench,
) -> None:
    visit(bench, "item-3", title="yes")
    visit(bench, "item-4", title="not yet")
    shown = preview(bench)
    [yes] = [one for one in shown["writes"] if one["becomes"]["title"] == "yes"]

    answer(bench, shown, "apply", only=[yes["id"]])
    bench.settle()

    assert "yes" in bench.events()
    assert "not yet" not in bench.events()
    [left] = waiting(bench)["writes"]
    assert left["becomes"]["title"] == "not yet"


def test_a_preview_of_other_settings_is_applied_with_them(bench: Workbench) -> None:
    one_way = {"direction": "to_agenda"}
    status, _ = ask(bench, "PATCH", "", {"settings": one_way})
    assert status == 200
    visit(bench, "item-3", title="renamed")
    bench.settle()
    assert "renamed" not in bench.events()

    shown = preview(bench, settings={"direction": "both"})

    assert [one["becomes"]["title"] for one in shown["writes"]] == ["renamed"]
    assert bench.connection().settings == one_way, "shown only"
    answer(bench, shown, "apply")
    bench.settle()
    assert bench.connection().settings == {"direction": "both"}
    assert "renamed" in bench.events()


def test_a_setting_that_is_none_is_told_by_its_pointer(bench: Workbench) -> None:
    body = {"settings": {"direction": "sideways"}}

    status, refused = ask(bench, "POST", "/previews", body)

    assert status == 422
    assert refused["errors"][0]["pointer"] == "/settings/direction"


def test_a_long_preview_is_read_page_by_page(bench: Workbench) -> None:
    for number in range(30):
        visit(bench, f"item-{number}", title=f"renamed {number}")
    shown = preview(bench)
    path = f"/previews/{shown['id']}"

    _, first = ask(bench, "GET", f"{path}?limit=20")
    token = first["next_page_token"]
    _, second = ask(bench, "GET", f"{path}?limit=20&page_token={token}")
    bad, _ = ask(bench, "GET", f"{path}?page_token=x.y")

    titles = [one["becomes"]["title"] for one in first["writes"] + second["writes"]]
    assert sorted(titles) == sorted(f"renamed {number}" for number in range(30))
    assert (first["more"], second["more"]) == (True, False)
    assert bad == 422


def test_previews_are_listed_newest_first_and_foreign_ones_are_unknown(
    bench: Workbench,
) -> None:
    made = [preview(bench)["id"] for _ in range(3)]

    _, listed = ask(bench, "GET", "/previews")
    unknown, _ = ask(bench, "GET", "/previews/p_nothing")
    _, page = ask(bench, "GET", "/previews?limit=2")
    _, rest = ask(
        bench, "GET", f"/previews?limit=2&page_token={page['next_page_token']}"
    )

    assert [one["id"] for one in listed["items"]] == made[::-1]
    assert [one["id"] for one in page["items"] + rest["items"]] == made[::-1]
    assert unknown == 404


# --- The brake -----------------------------------------------------------------------


def listed(bench: Workbench) -> Any:
    """Return the newest preview as the list shows it."""
    _, found = ask(bench, "GET", "/previews?limit=1")
    return found["items"][0]


def test_a_mass_delete_by_a_script_is_held_shown_and_mailed_once(
    bench: Workbench,
) -> None:
    administrators(bench, "boss@example.com")

    wipe(bench, last=25)

    connection = bench.connection()
    assert connection.state is State.HELD
    shown = waiting(bench)
    assert shown["kind"] == "held"
    assert shown["counts"]["deletes"] == connection.counts.held == 16
    assert shown["counts"]["done"] == len(shown["done"]) == 9
    assert "30% of 30" in shown["reason"]
    wipe(bench, first=25)
    [mail] = bench.world.mailer.sent  # type: ignore[attr-defined]  # because it is NoMail
    assert mail.to == "boss@example.com"
    assert shown["id"] in mail.text
    assert "item-" not in mail.text + mail.subject + mail.html


def test_a_mailer_that_is_down_stops_no_run_and_is_tried_again(
    bench: Workbench,
) -> None:
    administrators(bench, "boss@example.com")
    mailer: Any = bench.world.mailer
    send = mailer.send

    def down(_mail: object) -> None:
        raise MailError("down")

    mailer.send = down
    wipe(bench, last=25)
    assert bench.connection().state is State.HELD
    assert mailer.sent == []

    mailer.send = send
    bench.settle()

    assert len(mailer.sent) == 1


def test_a_list_counts_what_waits_until_somebody_looks_at_the_writes(
    bench: Workbench,
) -> None:
    wipe(bench, last=25)
    counted = [listed(bench)["counts"]["deletes"]]
    wipe(bench, first=25, last=27)
    counted.append(listed(bench)["counts"]["deletes"])
    _, looked_at = ask(bench, "GET", f"/previews/{listed(bench)['id']}")

    wipe(bench, first=27, last=28)

    assert looked_at["counts"]["deletes"] == len(looked_at["writes"])
    assert counted[1] == counted[0] + 2 == len(looked_at["writes"])
    assert listed(bench)["counts"] == looked_at["counts"]


def test_yes_to_the_held_deletes_does_them_all(bench: Workbench) -> None:
    wipe(bench)

    answer(bench, waiting(bench), "apply")
    drain(bench)

    assert bench.titles_in_agenda() == []
    assert bench.connection().state is State.ACTIVE
    assert bench.connection().preview is None


def test_no_to_held_deletes_puts_back_what_was_deleted(bench: Workbench) -> None:
    wipe(bench)
    held = bench.connection().counts.held

    answered = answer(bench, waiting(bench), "decline", answer="restore")
    drain(bench)

    assert answered["restored"] == held
    assert len(bench.titles_at_google()) == len(bench.titles_in_agenda()) == held
    assert bench.connection().state is State.ACTIVE
    assert bench.connection().counts.held == 0


def test_no_to_held_deletes_leaves_both_sides_alone_until_one_changes(
    bench: Workbench,
) -> None:
    wipe(bench)
    left = sorted(bench.titles_in_agenda())

    answer(bench, waiting(bench), "decline")
    bench.settle()

    assert sorted(bench.titles_in_agenda()) == left
    assert bench.titles_at_google() == []
    assert bench.connection().state is State.ACTIVE
    visit(bench, left[0], title="edited since")
    bench.settle()
    assert bench.titles_at_google() == ["edited since"], "an edit beats a delete"


def test_deletes_that_were_done_before_the_brake_held_are_undone_from_its_preview(
    bench: Workbench,
) -> None:
    wipe(bench)
    shown = waiting(bench)

    answered = answer(bench, shown, "decisions", undo="all")
    answer(bench, shown, "decline", answer="restore")
    drain(bench)
    bench.settle()

    assert answered["undone"] == shown["counts"]["done"]
    assert len(bench.titles_in_agenda()) == 30
    assert len(bench.titles_at_google()) == 30


def test_yes_to_one_no_to_another_and_the_rest_stays_held(bench: Workbench) -> None:
    wipe(bench)
    shown = waiting(bench)
    first, second, *_ = shown["writes"]

    answer(
        bench,
        shown,
        "decisions",
        writes=[
            {"id": first["id"], "answer": "yes"},
            {"id": second["id"], "answer": "restore"},
        ],
    )
    drain(bench)

    assert first["now"]["agenda"]["title"] not in bench.titles_in_agenda()
    assert bench.titles_at_google() == [second["now"]["agenda"]["title"]]
    assert bench.connection().state is State.HELD
    assert bench.connection().counts.held == len(shown["writes"]) - 2


def test_held_moves_that_are_refused_go_back_to_where_they_were(ann: Person) -> None:
    bench = Workbench(ann, settings={"brake": {"max_moves": 2, "max_share": 1}})
    bench.connect()
    for number in range(5):
        visit(bench, f"item-{number}")
    bench.settle()
    for number in range(5):
        visit(bench, f"item-{number}", start="2026-12-01T11:00:00")
    bench.settle()
    shown = waiting(bench)
    assert shown["counts"]["moves"] == 3

    answer(bench, shown, "decline", answer="restore")
    drain(bench)

    for one in shown["writes"]:
        title = one["now"]["agenda"]["title"]
        assert bench.items()[title]["start"] == "2026-12-01T09:00:00"
    assert bench.connection().state is State.ACTIVE


def test_an_answer_to_an_ended_connection_or_an_expired_preview_is_refused(
    bench: Workbench,
) -> None:
    shown = preview(bench)
    path = f"/previews/{shown['id']}"
    bench.clock.ahead += timedelta(days=15)
    bench.remember_token()

    statuses = [
        ask(bench, "GET", path)[0],
        ask(bench, "POST", f"{path}/apply", {})[0],
        ask(bench, "POST", f"{path}/decline", {})[0],
        ask(bench, "POST", f"{path}/decisions", {})[0],
    ]

    assert statuses == [410] * 4


# --- The first sync ------------------------------------------------------------------


def test_a_first_sync_that_is_to_be_looked_at_writes_nothing_before_the_yes(
    ann: Person,
) -> None:
    bench = Workbench(ann, settings={"first_sync": "preview"})
    bench.connect()
    start = {"dateTime": "2026-12-01T09:00:00+01:00"}
    end = {"dateTime": "2026-12-01T10:00:00+01:00"}
    ann.insert(summary="both", location="Here", start=start, end=end)
    ann.insert(summary="Dentist", start=start, end=end)
    ann.insert(summary="google only")
    visit(bench, "both")
    visit(bench, "agenda only")
    visit(bench, "Dentist (Dr. Bakker)")
    forget_calls(bench)

    bench.settle()

    assert writes(bench) == 0
    assert bench.connection().state is State.NEEDS_APPROVAL
    shown = waiting(bench)
    assert shown["kind"] == "first_sync"
    counts = shown["counts"]
    assert (counts["creates"], counts["pairs"], counts["unsure"]) == (2, 1, 2)
    answered = answer(bench, shown, "apply")
    bench.settle()
    assert answered["replanned"] == 0
    assert sorted(bench.titles_in_agenda()) == [
        "Dentist (Dr. Bakker)",
        "agenda only",
        "both",
        "google only",
    ]
    assert bench.items()["both"]["locations"]
    assert bench.connection().state is State.ACTIVE
    assert waiting(bench)["kind"] == "unsure"


def test_another_preview_is_no_answer_to_the_first_sync(ann: Person) -> None:
    bench = Workbench(ann, settings={"first_sync": "preview"})
    bench.connect()
    visit(bench, "one")
    bench.settle()
    first = waiting(bench)

    answer(bench, preview(bench), "apply")
    visit(bench, "two")
    bench.settle()

    assert bench.titles_at_google() == []
    assert bench.connection().state is State.NEEDS_APPROVAL
    assert waiting(bench)["id"] == first["id"]
    assert waiting(bench)["counts"]["creates"] == 2


def test_what_stands_on_both_sides_already_is_no_large_first_sync(
    ann: Person,
) -> None:
    bench = Workbench(ann, settings={"max_creates": 3})
    bench.connect()
    for number in range(6):
        hours = {"dateTime": f"2026-12-0{1 + number}T09:00:00+01:00"}
        until = {"dateTime": f"2026-12-0{1 + number}T10:00:00+01:00"}
        ann.insert(summary=f"visit {number}", start=hours, end=until)
        visit(bench, f"visit {number}", start=f"2026-12-0{1 + number}T09:00:00")

    bench.settle()

    assert bench.connection().state is State.ACTIVE
    assert len(bench.titles_in_agenda()) == len(bench.titles_at_google()) == 6


# --- What may be the same ------------------------------------------------------------


def unsure_bench(ann: Person) -> Workbench:
    bench = Workbench(ann)
    bench.connect()
    start = {"dateTime": "2026-12-01T09:00:00+01:00"}
    end = {"dateTime": "2026-12-01T10:00:00+01:00"}
    ann.insert(summary="Dentist", location="Here", start=start, end=end)
    visit(bench, "Dentist (Dr. Bakker)")
    bench.settle()
    return bench


def test_duplicates_of_a_first_sync_are_paired_by_a_person(ann: Person) -> None:
    bench = unsure_bench(ann)
    shown = waiting(bench)
    one = shown["unsure"][0]
    assert bench.connection().state is State.ACTIVE
    assert "person has to say" in bench.connection().shown_reason

    [candidate] = one["candidates"]
    pair = {"link": one["link"], "with": candidate["link"]}
    answer(bench, shown, "decisions", pairs=[pair])
    bench.settle()

    assert len(bench.titles_in_agenda()) == len(bench.titles_at_google()) == 1
    assert bench.connection().counts.unsure == 0
    assert bench.connection().preview is None
    [link] = bench.links()
    assert link.linked


def test_a_yes_decides_nothing_about_what_may_be_the_same(ann: Person) -> None:
    bench = unsure_bench(ann)
    shown = waiting(bench)

    answer(bench, shown, "apply")
    bench.settle()

    assert waiting(bench)["id"] == shown["id"]
    assert waiting(bench)["state"] == "open"
    assert len(waiting(bench)["unsure"]) == 2
    assert bench.titles_at_google() == ["Dentist"]


def test_what_a_person_calls_two_becomes_two_on_both_sides(ann: Person) -> None:
    bench = unsure_bench(ann)
    shown = waiting(bench)

    pair = {"link": shown["unsure"][0]["link"], "with": None}
    answer(bench, shown, "decisions", pairs=[pair])
    bench.settle()

    both = ["Dentist", "Dentist (Dr. Bakker)"]
    assert sorted(bench.titles_in_agenda()) == both
    assert sorted(bench.titles_at_google()) == both
    assert bench.connection().counts.unsure == 0


def test_a_pair_that_changed_since_it_was_shown_is_not_joined_blindly(
    ann: Person,
) -> None:
    bench = unsure_bench(ann)
    shown = waiting(bench)
    one = shown["unsure"][0]
    visit(bench, "Dentist (Dr. Bakker)", description="new")
    bench.settle()
    pair = {"link": one["link"], "with": one["candidates"][0]["link"]}

    path = f"/previews/{shown['id']}/decisions"
    status, refused = ask(bench, "POST", path, {"pairs": [pair]})

    assert status == 409
    assert "changed since" in refused["detail"]
    fresh = waiting(bench)
    answer(bench, fresh, "decisions", pairs=[pair])
    bench.settle()
    assert len(bench.titles_in_agenda()) == 1


def test_a_pair_that_was_never_offered_is_refused_by_its_pointer(ann: Person) -> None:
    bench = unsure_bench(ann)
    shown = waiting(bench)
    one = shown["unsure"][0]
    path = f"/previews/{shown['id']}/decisions"

    nowhere = {"link": "nowhere", "with": None}
    itself = {"link": one["link"], "with": one["link"]}
    refused = [
        ask(bench, "POST", path, {"pairs": [pair]})[1]["errors"][0]["pointer"]
        for pair in (nowhere, itself)
    ]

    assert refused == ["/pairs/0/link", "/pairs/0/with"]


def test_what_is_unsure_is_freed_when_what_it_was_like_goes(ann: Person) -> None:
    bench = unsure_bench(ann)
    [event] = bench.events().values()

    ann.delete(event["id"])
    bench.settle()

    assert bench.titles_at_google() == ["Dentist (Dr. Bakker)"]
    assert bench.connection().counts.unsure == 0
    assert bench.connection().preview is None


def test_the_third_of_its_like_is_freed_when_the_other_two_are_paired(
    ann: Person,
) -> None:
    bench = Workbench(ann)
    bench.connect()
    start = {"dateTime": "2026-12-01T09:00:00+01:00"}
    end = {"dateTime": "2026-12-01T10:00:00+01:00"}
    ann.insert(summary="Dentist", start=start, end=end)
    visit(bench, "a", title="Dentist")
    visit(bench, "b", title="Dentist")
    bench.settle()
    assert {link.waiting for link in bench.links()} == {Waiting.UNSURE}
    shown = waiting(bench)
    [one] = [one for one in shown["unsure"] if one["side"] == "calendar"]
    assert len(one["candidates"]) == 2

    pair = {"link": one["link"], "with": one["candidates"][0]["link"]}
    answer(bench, shown, "decisions", pairs=[pair])
    bench.settle()

    assert bench.titles_at_google() == ["Dentist", "Dentist"]
    assert bench.titles_in_agenda() == ["Dentist", "Dentist"]
    assert all(link.linked for link in bench.links() if not link.ended_at)
