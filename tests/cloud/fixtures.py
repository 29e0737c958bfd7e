"""Our fakes of Google's cloud services, one of each for a test process."""

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest

from functions.clock import SystemClock
from infra import cloud_tasks as tasks_adapter
from infra import secret_manager as vault_adapter
from infra.secret_manager import SecretManagerVault
from services.ports.clock import Clock
from tests.cloud.cloud_tasks import CloudTasks
from tests.cloud.id_tokens import Signer
from tests.cloud.secret_manager import SecretManager

NewVault = Callable[..., SecretManagerVault]


@pytest.fixture(scope="session")
def served_secrets() -> Iterator[SecretManager]:
    """Secret Manager, served until the last test."""
    manager = SecretManager()
    yield manager
    manager.stop()


@pytest.fixture
def secret_manager(
    served_secrets: SecretManager, monkeypatch: pytest.MonkeyPatch
) -> Iterator[SecretManager]:
    """Secret Manager without faults, found by the emulator's setting."""
    monkeypatch.setenv(vault_adapter.EMULATOR, served_secrets.address)
    yield served_secrets
    served_secrets.faults.clear()


@pytest.fixture
def cloud_project() -> str:
    """A project that is all this test's own, and empty."""
    return f"test-{uuid4().hex[:20]}"


@pytest.fixture
def new_cloud_vault(
    secret_manager: SecretManager, cloud_project: str
) -> Iterator[NewVault]:
    """Return a way to open vaults, all of one project."""
    opened: list[SecretManagerVault] = []

    def new(clock: Clock | None = None, region: str = "") -> SecretManagerVault:
        clock = clock or SystemClock()
        opened.append(SecretManagerVault(cloud_project, region, clock=clock))
        return opened[-1]

    yield new
    for vault in opened:
        vault.close()


@pytest.fixture(scope="session")
def google_signer() -> Signer:
    """The key with which Google signs its tokens."""
    return Signer()


@pytest.fixture(scope="session")
def served_tasks(google_signer: Signer) -> Iterator[CloudTasks]:
    """Cloud Tasks, served until the last test."""
    tasks = CloudTasks(token=google_signer.token)
    yield tasks
    tasks.stop()


@pytest.fixture
def cloud_tasks(
    served_tasks: CloudTasks, monkeypatch: pytest.MonkeyPatch
) -> CloudTasks:
    """Cloud Tasks without a queue, found by the emulator's setting."""
    monkeypatch.setenv(tasks_adapter.EMULATOR, served_tasks.address)
    served_tasks.begin(SystemClock())
    return served_tasks
