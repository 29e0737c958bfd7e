"""An old copy of the store is put back: what was made since is known again."""

from typing import Any

from services.links.link import links_of
from services.ports.store import Create, Delete, Query
from sync.identity import event_id, item_link, marker
from tests.journeys.trouble import event_of, forget_calls, visit, writes
from tests.journeys.workbench import Workbench

Json = dict[str, Any]
DAILY = {"@type": "RecurrenceRule", "frequency": "daily", "count": 4}


def known(bench: Workbench) -> dict[str, Json]:
    """Return all that is stored of the connection, by path."""
    query = Query(collection=links_of(bench.connection_id), limit=10_000)
    found = {each.path: dict(each.data) for each in bench.store.query(query)}
    path = f"connections/{bench.connection_id}"
    document = bench.store.get(path)
    assert document is not None
    return {path: dict(document.data), **found}


def put_back(bench: Workbench, copy: dict[str, Json]) -> None:
    """Let all that is stored of the connection be as it was when it was copied."""
    for path in known(bench):
        bench.store.commit([Delete(path=path)])
    bench.store.commit([Create(path=path, data=copy[path]) for path in copy])


def made_anew(bench: Workbench, item: str, *, generation: int) -> str:
    """Let the item's event be one of a later generation, as it is when made anew.

    Those between were never inserted: not each generation comes to an event.
    """
    old = event_of(bench, bench.items()[item]["title"])
    link = item_link(f"rest:{bench.person.email}", item)
    name = event_id(link, generation)
    kept = {"start", "end", "summary", "recurrence", "location"} & old.keys()
    shown = {member: old[member] for member in kept}
    mark = {"tandem": marker(name, link)}
    bench.person.delete(old["id"])
    bench.person.insert(id=name, extendedProperties={"private": mark}, **shown)
    return name


def test_an_event_made_anew_since_is_gone_on_with_and_not_made_again(
    bench: Workbench,
) -> None:
    visit(bench, "visit")
    bench.settle()
    old = known(bench)
    name = made_anew(bench, "visit", generation=2)
    bench.person.patch(name, summary="Roof")
    visit(bench, "visit", title="Roof")
    put_back(bench, old)
    forget_calls(bench)

    bench.settle()

    assert bench.titles_at_google() == bench.titles_in_agenda() == ["Roof"]
    assert writes(bench) == 0
    [link] = bench.links()
    assert (link.event_id, link.generation) == (name, 2)


def test_what_is_edited_or_deleted_later_finds_the_event_made_anew(
    bench: Workbench,
) -> None:
    visit(bench, "visit")
    visit(bench, "other")
    bench.settle()
    old = known(bench)
    name = made_anew(bench, "visit", generation=2)
    made_anew(bench, "other", generation=3)
    put_back(bench, old)
    bench.settle()

    visit(bench, "visit", title="Roof")
    bench.remove("other")
    bench.settle()

    assert bench.titles_at_google() == bench.titles_in_agenda() == ["Roof"]
    assert bench.person.get(name)["summary"] == "Roof"


def test_a_series_made_anew_since_keeps_its_exceptions(bench: Workbench) -> None:
    visit(bench, "series", recurrenceRules=[DAILY])
    bench.settle()
    old = known(bench)
    name = made_anew(bench, "series", generation=2)
    second, third = bench.person.instances(name)[1:3]
    bench.person.delete(third["id"])
    bench.person.patch(second["id"], summary="Long one")
    put_back(bench, old)

    bench.settle()

    [override, gone] = bench.items()["series"]["recurrenceOverrides"].values()
    assert override["title"] == "Long one"
    assert gone == {"excluded": True}
    assert len(bench.person.instances(name)) == 3
    assert bench.titles_at_google().count("series") == 1
