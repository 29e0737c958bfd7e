"""Which queue of Cloud Tasks takes a task: by its lane, and its organization's shard.

`Q` alone takes everything. With `Q?backfill=4`, `Q` takes what is live, and what takes
long is spread over `Q-backfill-0` to `Q-backfill-3`, which the set-up has to make.
"""

from services.lanes import Lane
from services.ports.queue import Task


def queue_of(task: Task, *, queues: str) -> str:
    """Return the full name of the queue for a task; `queues` is as the setting says."""
    name, _, backfill = queues.partition("?backfill=")
    if task.lane is Lane.LIVE or not backfill:
        return name
    return f"{name}-backfill-{task.shard % int(backfill)}"
