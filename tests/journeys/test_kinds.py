"""Each kind of appointment, born on either side, edited on both, deleted on the other.

Through real HTTP, Google's own client, pushes and tasks; on SQLite and on Firestore.
"""

from collections.abc import Callable
from functools import partial

from tests.journeys.kinds import KINDS, Kind
from tests.journeys.tandem_server import TandemProcess
from tests.journeys.walks import Story, Walk, side_by_side, watched


def test_every_kind_that_google_bears_comes_edits_return_and_deletes_follow(
    tandem_process: TandemProcess,
) -> None:
    with watched(tandem_process.office()) as watch:
        side_by_side(watch, _stories(born_at_google))

    assert watch.items == {}
    assert watch.alive == {}


def test_every_kind_that_an_application_bears_comes_edits_return_and_deletes_follow(
    tandem_process: TandemProcess,
) -> None:
    with watched(tandem_process.office()) as watch:
        side_by_side(watch, _stories(born_as_item))

    assert watch.items == {}
    assert watch.alive == {}


def _stories(story: Callable[[Kind, Walk], None]) -> dict[str, Story]:
    return {name: partial(story, kind) for name, kind in KINDS.items()}


def born_at_google(kind: Kind, walk: Walk) -> None:
    walk.insert(**kind.event)
    walk.item_is(title=walk.title, **kind.item)

    walk.edit(title=f"{walk.title}, edited")
    walk.event_shows(summary=f"{walk.title}, edited", **kind.event)

    walk.patch(summary=f"{walk.title}, again")
    walk.item_is(title=f"{walk.title}, again", **kind.item)

    walk.remove()
    walk.both_are_gone()


def born_as_item(kind: Kind, walk: Walk) -> None:
    walk.put(**kind.item)
    walk.event_shows(**kind.event)

    walk.patch(summary=f"{walk.title}, edited")
    walk.item_is(title=f"{walk.title}, edited", **kind.item)

    walk.put(**kind.item | {"title": f"{walk.title}, again"})
    walk.event_shows(summary=f"{walk.title}, again", **kind.event)

    walk.delete()
    walk.both_are_gone()
