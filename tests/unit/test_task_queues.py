"""Tasks in the cloud: what is live has a queue of its own where that is wanted."""

import pytest

from functions.setting_forms import SettingInvalid, queue
from infra.task_queues import queue_of
from services.lanes import Lane
from services.ports.queue import Task

Q = "projects/my-project/locations/europe-west1/queues/sync"


def task(lane: Lane, shard: int = 0) -> Task:
    return Task(path="/tasks/sync", body={}, lane=lane, shard=shard)


@pytest.mark.parametrize("lane", Lane)
def test_one_queue_takes_everything_where_no_other_is_wanted(lane: Lane) -> None:
    assert queue_of(task(lane, 7), queues=Q) == Q


def test_what_is_live_never_shares_a_queue_with_a_backfill() -> None:
    queues = queue(f"cloudtasks:{Q}?backfill=4").target

    live = {queue_of(task(Lane.LIVE, shard), queues=queues) for shard in range(99)}
    rest = {queue_of(task(Lane.BACKFILL, shard), queues=queues) for shard in range(99)}

    assert live == {Q}
    assert rest == {f"{Q}-backfill-{number}" for number in range(4)}


def test_an_organization_keeps_to_its_queue() -> None:
    found = {queue_of(task(Lane.BACKFILL, 65_535), queues=f"{Q}?backfill=3")}

    assert found == {f"{Q}-backfill-0"}


@pytest.mark.parametrize("more", ["?backfill=0", "?backfill=65", "?backfill=", "?x=1"])
def test_a_setting_of_no_sense_is_refused(more: str) -> None:
    with pytest.raises(SettingInvalid, match="TANDEM_QUEUE"):
        queue(f"cloudtasks:{Q}{more}")
