"""The pages of a preview: kept as they were shown, and read from anywhere."""

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given

from services.documents import record_of
from services.ports.store import Query
from services.previews.entries import Candidate, Entry, EntryKind, entry_json, entry_of
from services.previews.pages import entries_from, forget_pages
from services.previews.preview import Preview, get_preview, keep_preview, with_entries
from services.rounds.sweep import sweep
from sync.content import Content, Details, Duration, When
from sync.sides import WHEN, Atom, Side
from tests.unit.strategies import contents
from tests.worlds import Stage

NINE = When(start=datetime.fromisoformat("2027-03-29T09:00:00"), zone="UTC")
VISIT = Content(
    uid="visit",
    details=Details(title="Visit", when=NINE, duration=Duration(seconds=3600)),
)


def entry(number: int, kind: EntryKind = EntryKind.CREATE) -> Entry:
    return Entry(
        id=f"l{number}",
        link=f"l{number}",
        kind=kind,
        side=Side.CALENDAR if number % 3 else Side.AGENDA,
        why="new in the agenda",
        now={Side.CALENDAR: None, Side.AGENDA: VISIT},
        wanted=VISIT,
        calls=number % 3 and 1,
        mailed=("bob@example.com",) if number == 1 else (),
    )


def kept(stage: Stage, *entries: Entry) -> Preview:
    return keep_preview(
        stage.store, "c_1", kind="now", reason="Asked.", entries=entries, now=stage.now
    )


def read(stage: Stage, preview: Preview, first: int = 0) -> list[Entry]:
    return list(entries_from(stage.store, preview.shelf, first=first))


@given(contents())
def test_an_entry_comes_back_as_it_was_kept(content: Content) -> None:
    candidate = Candidate(link="l2", mark="abc", content=content)
    whole = replace(
        entry(1, EntryKind.UNSURE),
        atoms=frozenset({Atom(None, WHEN)}),
        marks=frozenset({"one", "two"}),
        wanted=content,
        candidates=(candidate,),
    )

    assert entry_of(entry_json(whole)) == whole


def test_a_preview_of_many_pages_is_read_from_anywhere() -> None:
    stage = Stage()
    entries = [entry(number) for number in range(351)]

    preview = kept(stage, *entries)

    assert read(stage, preview) == entries
    assert read(stage, preview, 99) == entries[99:]
    assert read(stage, preview, 250) == entries[250:]
    assert read(stage, preview, 351) == []
    assert get_preview(stage.store, "c_1", preview.id) == preview


def test_a_preview_says_what_its_entries_come_to() -> None:
    stage = Stage()
    deletes = [entry(number, EntryKind.DELETE) for number in range(10, 15)]

    preview = kept(stage, entry(1), entry(2), entry(3), *deletes)

    assert preview.counts == {"creates": 3, "deletes": 5}
    assert preview.by_side == {
        "calendar": {"creates": 2, "deletes": 4},
        "agenda": {"creates": 1, "deletes": 1},
    }
    assert (preview.entries, preview.mailed) == (8, 1)
    assert preview.calls == sum(one.calls for one in read(stage, preview))


def test_a_preview_without_entries_is_one_too() -> None:
    stage = Stage()

    preview = kept(stage)

    assert read(stage, preview) == []
    assert preview.counts == {}


def test_large_appointments_get_smaller_pages() -> None:
    stage = Stage()
    text = "x" * 150_000
    large = replace(VISIT, details=replace(VISIT.details, title=text))

    preview = kept(stage, *[replace(entry(n), wanted=large) for n in range(20)])

    assert len(preview.starts) > 2
    assert len(read(stage, preview)) == 20


def test_a_preview_that_is_made_anew_shows_nothing_of_the_old_one() -> None:
    stage = Stage()
    old = kept(stage, *[entry(number) for number in range(150)])

    new = with_entries(stage.store, old, [entry(7)])
    forget_pages(stage.store, new.shelf.preview, but=new.edition)

    assert read(stage, new) == [entry(7)]
    assert read(stage, old) == []
    assert (new.entries, new.counts) == (1, {"creates": 1})


def test_the_pages_of_an_expired_preview_are_swept_away() -> None:
    stage = Stage()
    preview = kept(stage, entry(1))

    sweep(stage.world, stage.now + timedelta(days=16))

    pages = f"{preview.shelf.preview}/pages"
    assert stage.store.query(Query(collection=pages)) == []


def test_a_preview_of_an_older_version_still_loads() -> None:
    stage = Stage()
    preview = kept(stage, entry(1))
    document = stage.store.get(preview.shelf.preview)
    assert document is not None
    old = ("id", "connection", "kind", "reason", "created_at", "expires_at")
    few = {name: document.data[name] for name in old}

    loaded = record_of(replace(document, data=few), Preview)

    assert (loaded.id, loaded.entries, loaded.starts) == (preview.id, 0, ())
