"""The world of a server that also delivers the tasks: everything on one machine."""

from functions.bootstrap import make_world, settings, use
from functions.clock import SystemClock
from functions.setting_forms import SettingInvalid
from local.delivery import Deliver
from local.queue import LocalQueue


def with_local_queue(deliver: Deliver) -> LocalQueue:
    """Return the queue of this process's world, which delivers its tasks by `deliver`.

    To be asked before the world is used; the caller starts and stops the queue. Raises
    SettingInvalid where the tasks go elsewhere.
    """
    chosen = settings()
    if not chosen.on_one_machine:
        raise SettingInvalid(
            f'TANDEM_QUEUE holds a queue of kind "{chosen.queue.kind}"; for a server '
            'on one machine it may hold "local:FILE".'
        )
    queue = LocalQueue(chosen.queue.target, deliver=deliver, clock=SystemClock())
    use(chosen, make_world(chosen, queue=queue, process=queue.process))
    return queue
