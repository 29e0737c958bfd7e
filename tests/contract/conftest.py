"""What the contract tests share: our fakes of Google's cloud services."""

from tests.cloud.fixtures import (
    cloud_project,
    cloud_tasks,
    google_signer,
    new_cloud_vault,
    secret_manager,
    served_secrets,
    served_tasks,
)

__all__ = [
    "cloud_project",
    "cloud_tasks",
    "google_signer",
    "new_cloud_vault",
    "secret_manager",
    "served_secrets",
    "served_tasks",
]
