"""The queue in the cloud: Cloud Tasks. Importing this imports Google.

https://cloud.google.com/tasks/docs/reference/rpc/google.cloud.tasks.v2
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from google.api_core import exceptions
from google.cloud.tasks_v2.services.cloud_tasks import CloudTasksClient
from google.cloud.tasks_v2.services.cloud_tasks.transports import (
    CloudTasksGrpcTransport,
)
from google.cloud.tasks_v2.types import HttpMethod
from google.cloud.tasks_v2.types import Queue as GoogleQueue

from infra.grpc_calls import FAILED, client_of, patient
from infra.task_queues import DEADLINE, all_queues, queue_of, task_id
from services.limits import check_task
from services.ports.clock import Clock
from services.ports.queue import (
    QueueError,
    QueueFull,
    QueueMissing,
    QueuePaused,
    QueueRefused,
    Task,
)

EMULATOR: Final = "CLOUD_TASKS_EMULATOR_HOST"

# Asked twice, a task without a name may be there twice: runs may be repeated.
_HOW: Final = patient(exceptions.ServiceUnavailable)

Of = Callable[[str], str]


class CloudTasksQueue:
    """Tasks in one queue of Cloud Tasks, or in one for each lane and shard.

    `queues` is as the setting says. `address` tells where a task's path lies, and
    `audience` for whom the token is made with which Google, in the name of `account`,
    vouches for its delivery.
    """

    def __init__(
        self, queues: str, *, address: Of, audience: Of, account: str, clock: Clock
    ) -> None:
        self._queues = queues
        self._address, self._audience = address, audience
        self._account = account
        self._clock = clock
        self._api: CloudTasksClient = client_of(
            CloudTasksClient, CloudTasksGrpcTransport, emulator=EMULATOR
        )

    def close(self) -> None:
        """Close the connection to Google; the queue cannot be used afterwards."""
        self._api.transport.close()

    def enqueue(self, task: Task) -> bool:
        """Take the task durably; False when its name is taken. Raises QueueError."""
        body = check_task(task, now=self._clock.now())
        queue = queue_of(task, queues=self._queues)
        request = {"parent": queue, "task": self._asked(task, body, queue)}
        with _translated(queue):
            try:
                self._api.create_task(request=request, **_HOW)
            except exceptions.AlreadyExists:
                return False
        return True

    def check(self) -> None:
        """See to it that every queue is there and runs.

        Where this account may not look at queues (roles/cloudtasks.viewer), nothing is
        said about that.
        """
        for queue in all_queues(self._queues):
            with _translated(queue):
                try:
                    found = self._api.get_queue(name=queue, **_HOW)
                except exceptions.PermissionDenied:
                    return
            if found.state in (GoogleQueue.State.PAUSED, GoogleQueue.State.DISABLED):
                raise QueuePaused(
                    f"The queue {_short(queue)} is {found.state.name.lower()}: what is "
                    "queued waits until somebody resumes it."
                )

    def _asked(self, task: Task, body: bytes, queue: str) -> dict[str, Any]:
        asked: dict[str, Any] = {
            "dispatch_deadline": DEADLINE,
            "http_request": {
                "http_method": HttpMethod.POST,
                "url": self._address(task.path),
                "headers": {"Content-Type": "application/json"},
                "body": body,
                "oidc_token": {
                    "service_account_email": self._account,
                    "audience": self._audience(task.path),
                },
            },
        }
        if task.name is not None:
            asked["name"] = f"{queue}/tasks/{task_id(task.name)}"
        if task.at is not None:
            asked["schedule_time"] = task.at
        return asked


def _short(queue: str) -> str:
    return queue.rpartition("/")[2]


@contextmanager
def _translated(queue: str) -> Iterator[None]:
    """Turn what Google says into our errors."""
    try:
        yield
    except exceptions.NotFound as error:
        raise QueueMissing(
            f"Cloud Tasks has no queue {queue}: make it, or correct TANDEM_QUEUE. (A "
            "queue that lay idle for 30 days may take some minutes to wake.)"
        ) from error
    except exceptions.PermissionDenied as error:
        raise QueueRefused(
            f"Cloud Tasks does not let this account add to {_short(queue)}: grant it "
            "roles/cloudtasks.enqueuer on the queue, and roles/iam.serviceAccountUser "
            "on the account in TANDEM_TASKS_ACCOUNT."
        ) from error
    except exceptions.ResourceExhausted as error:
        raise QueueFull(f"The queue {_short(queue)} takes no more for now.") from error
    except FAILED as error:
        message = f"The queue {_short(queue)} took no task: {type(error).__name__}."
        raise QueueError(message) from error
