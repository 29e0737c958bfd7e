"""Ask the queue for runs, each in the lane that fits it."""

from datetime import timedelta

from services.lanes import Lane, shard_of
from services.ports.queue import Task
from services.ports.values import Json
from services.world import World

RUN_PATH = "/tasks/sync"
AT_ONCE = timedelta(0)


def queue_run(
    world: World,
    connection_id: str,
    *,
    lane: Lane = Lane.LIVE,
    after: timedelta = AT_ONCE,
    name: str | None = None,
    run: str = "",
) -> None:
    """Ask for a run of this connection, of this id if given. Raises QueueError."""
    body = {"connection": connection_id, **({"run": run} if run else {})}
    at = world.clock.now() + after if after else None
    task = Task(
        path=RUN_PATH,
        body=in_lane(body, lane),
        name=name,
        at=at,
        lane=lane,
        shard=shard_of(connection_id),
    )
    world.queue.enqueue(task)


def in_lane(body: dict[str, Json], lane: Lane) -> dict[str, Json]:
    """Return the body of a run's task, which says if it is not a live one."""
    return body if lane is Lane.LIVE else {**body, "lane": str(lane)}
