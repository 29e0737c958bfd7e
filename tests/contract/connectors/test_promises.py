"""The promises of `connectors/base.py`, kept by every connector."""

from dataclasses import replace
from itertools import count

import pytest

from connectors.base import Connector, Creates, Item, Versions
from services.ports.store import StoreError
from sync.content import Content
from sync.errors import (
    ContentRefused,
    Missing,
    OperatorFault,
    StaleWrite,
    SyncError,
    SyncTokenExpired,
    TransientError,
)
from tests.contract.connectors.rig import WINDOW, Rig, meeting, read_all, titles


def titled(content: Content | None, title: str) -> Content:
    assert content is not None
    return replace(content, details=replace(content.details, title=title))


def create(connector: Connector, key: str, title: str = "Survey") -> Item:
    content = meeting(title, uid=f"{key}@tandem.example")
    return connector.create(content, key=key, ical_uid=f"{key}@google.example").item


# --- Reading -------------------------------------------------------------------------


def test_without_a_cursor_every_item_is_named(rig: Rig) -> None:
    for number in range(7):
        rig.put(meeting(f"Visit {number}"))
    gone = rig.put(meeting("Gone"))
    assert gone is not None
    rig.remove(gone)

    found, _ = read_all(rig.connector())

    assert titles(found) == [f"Visit {number}" for number in range(7)]


def test_an_agenda_without_items_is_read_to_its_end(rig: Rig) -> None:
    page = rig.connector().read(None, window=WINDOW, limit=10)

    assert (list(page.items), page.more, page.complete_read) == ([], False, True)


def test_the_last_page_of_a_full_read_says_that_it_was_complete(rig: Rig) -> None:
    for number in range(5):
        rig.put(meeting(f"Visit {number}"))
    connector, cursor, said = rig.connector(), None, []

    for _ in range(20):
        page = connector.read(cursor, window=WINDOW, limit=2)
        cursor = page.cursor
        said.append((page.more, page.complete_read))
        if not page.more:
            break

    assert said[-1] == (False, True)
    assert not any(complete for _, complete in said[:-1])


def test_behind_a_cursor_lies_what_changed_and_nothing_else(rig: Rig) -> None:
    kept, changed, gone = (rig.put(meeting(name)) for name in ("Kept", "Old", "Gone"))
    assert kept is not None
    assert changed is not None
    assert gone is not None
    _, cursor = read_all(rig.connector())

    rig.change(changed, meeting("New"))
    rig.remove(gone)
    made = rig.put(meeting("Made"))
    found, after = read_all(rig.connector(), cursor)

    assert {name: item.content is None for name, item in found.items()} == {
        changed: False,
        gone: True,
        made: False,
    }
    assert titles(found) == ["Made", "New"]
    assert read_all(rig.connector(), after)[0] == {}


def test_a_cursor_never_skips_a_change(rig: Rig) -> None:
    """Changes come between any two pages, and none of them is missed."""
    items = [rig.put(meeting(f"Visit {number}")) for number in range(6)]
    cursor, shown, numbers = None, dict[str, Item](), count()

    for _ in range(30):
        page = rig.connector().read(cursor, window=WINDOW, limit=2)
        shown |= {item.id: item for item in page.items}
        cursor = page.cursor
        turn = next(numbers)
        if turn < 4:
            item = items[turn]
            assert item is not None
            rig.change(item, meeting(f"Changed {turn}"))
        elif turn == 4 and items[5] is not None:
            rig.remove(items[5])
        elif not page.more:
            break

    assert titles(shown) == [*(f"Changed {turn}" for turn in range(4)), "Visit 4"]


def test_a_forgotten_cursor_asks_for_everything(rig: Rig) -> None:
    rig.put(meeting("Visit"))
    _, cursor = read_all(rig.connector())

    with pytest.raises(SyncTokenExpired):
        rig.connector().read(rig.expired(cursor), window=WINDOW, limit=10)
    with pytest.raises(SyncTokenExpired):
        rig.connector().read("what is this", window=WINDOW, limit=10)


# --- Writing -------------------------------------------------------------------------


def test_what_is_created_is_there_as_the_answer_said(rig: Rig) -> None:
    wanted = meeting("Survey", uid="k1@tandem.example")

    made = rig.connector().create(wanted, key="k1", ical_uid="k1@google.example")
    found = rig.connector().get([made.item.id])[made.item.id]

    assert found == replace(made.item, changed_at=found.changed_at)
    assert found.content is not None
    assert found.content.details == rig.connector().project(wanted).details


def test_a_repeated_create_makes_one_item(rig: Rig) -> None:
    if rig.definition.capabilities.creates is Creates.BLIND:
        return

    first = create(rig.connector(), "k1")
    again = create(rig.connector(), "k1")

    assert again.id == first.id
    assert titles(read_all(rig.connector())[0]) == ["Survey"]


def test_a_create_whose_answer_was_lost_is_found_again(rig: Rig) -> None:
    if rig.definition.capabilities.creates is Creates.BLIND:
        return

    with pytest.raises((SyncError, StoreError)):
        create(rig.deaf(), "k1")
    found = rig.connector().find("k1")
    again = create(rig.connector(), "k1")

    assert found is not None
    assert again.id == found.id
    assert titles(read_all(rig.connector())[0]) == ["Survey"]
    assert rig.connector().find("k2") is None


def test_a_write_changes_what_differs_and_gives_a_new_version(rig: Rig) -> None:
    item = create(rig.connector(), "k1")
    assert item.content is not None

    written = rig.connector().write(
        item.id,
        titled(item.content, "New"),
        before=item.content,
        version=item.version,
    )
    found = rig.connector().get([item.id])[item.id]

    assert titles([written.item]) == titles([found]) == ["New"]
    assert found.version == written.item.version
    if rig.definition.capabilities.versions is not Versions.NONE:
        assert found.version != item.version


def test_a_stale_version_is_refused(rig: Rig) -> None:
    if rig.definition.capabilities.versions is Versions.NONE:
        return
    item = create(rig.connector(), "k1")
    assert item.content is not None
    rig.change(item.id, meeting("Mine"))

    with pytest.raises(StaleWrite):
        rig.connector().write(
            item.id,
            titled(item.content, "Theirs"),
            before=item.content,
            version=item.version,
        )
    with pytest.raises(StaleWrite):
        rig.connector().delete(item.id, version=item.version)

    assert titles(rig.connector().get([item.id])) == ["Mine"]


def test_deleting_the_gone_succeeds_and_writing_it_does_not(rig: Rig) -> None:
    item = create(rig.connector(), "k1")
    assert item.content is not None

    for _ in range(2):
        rig.connector().delete(item.id, version=item.version)
    rig.connector().delete(item.id, version=None)

    assert rig.connector().get([item.id]) == {}
    with pytest.raises(Missing):
        rig.connector().write(
            item.id,
            titled(item.content, "New"),
            before=item.content,
            version=item.version,
        )


def test_our_own_writes_do_not_hide_what_a_person_did_between_them(rig: Rig) -> None:
    _, cursor = read_all(rig.connector())
    connector = rig.connector()

    create(connector, "k1", "Ours")
    theirs = rig.put(meeting("Theirs"))
    create(connector, "k2", "Ours too")
    behind = connector.behind_own_writes(cursor)

    assert theirs in read_all(rig.connector(), behind)[0]


def test_what_is_not_accepted_is_refused_and_leaves_nothing(rig: Rig) -> None:
    with pytest.raises(ContentRefused) as refused:
        rig.connector().create(rig.refused(), key="k1", ical_uid=None)

    assert str(refused.value).endswith(".")
    assert read_all(rig.connector())[0] == {}


# --- Trouble -------------------------------------------------------------------------


def test_wrong_credentials_are_told_from_an_application_that_is_down(rig: Rig) -> None:
    locked_out, cut_off = rig.locked_out(), rig.cut_off()
    if locked_out is None or cut_off is None:
        assert rig.definition.keeps_items, "nobody logs in to what lies with us"
        return

    with pytest.raises(OperatorFault):
        locked_out.read(None, window=WINDOW, limit=10)
    with pytest.raises(TransientError):
        cut_off.read(None, window=WINDOW, limit=10)
