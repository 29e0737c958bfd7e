"""The vault in the cloud: Secret Manager. Importing this imports Google.

https://cloud.google.com/secret-manager/docs/reference/rpc
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Final

from google.api_core import exceptions
from google.cloud.secretmanager_v1.services.secret_manager_service import (
    SecretManagerServiceClient,
)
from google.cloud.secretmanager_v1.services.secret_manager_service.transports import (
    SecretManagerServiceGrpcTransport,
)

from infra.grpc_calls import FAILED, client_of, once, patient
from services.limits import check_secret, check_secret_name
from services.ports.clock import Clock
from services.ports.vault import (
    READ_AGAIN_AFTER,
    SecretDisabled,
    SecretMissing,
    VaultError,
    VaultRefused,
)

EMULATOR: Final = "SECRET_MANAGER_EMULATOR_HOST"

# Longer than a call may take: whoever claimed it has written by then, or died.
CLAIM_LASTS: Final = timedelta(seconds=30)

_CLAIM: Final = "tandem-first-version"
_LOOK_EVERY: Final = timedelta(milliseconds=100)
_HOW: Final = patient(
    exceptions.Aborted, exceptions.ResourceExhausted, exceptions.ServiceUnavailable
)


class SecretManagerVault:
    """The secrets of one project, or of one region of it.

    The newest enabled version counts: disabling the newest brings back the one before,
    where this account may list versions. Secrets that are made here stay in `region`;
    without one, Google replicates them where it likes.
    """

    def __init__(self, project: str, region: str = "", *, clock: Clock) -> None:
        self._project = f"projects/{project}"
        self._region = region
        self._clock = clock
        self._api: SecretManagerServiceClient = client_of(
            SecretManagerServiceClient,
            SecretManagerServiceGrpcTransport,
            emulator=EMULATOR,
        )
        self._known: dict[str, tuple[bytes, datetime]] = {}

    def close(self) -> None:
        """Close the connection to Google; the vault cannot be used afterwards."""
        self._api.transport.close()

    def read(self, name: str) -> bytes:
        """Return the latest version, as known for a minute at most."""
        value, read_at = self._known.get(name, (None, None))
        if value is None or read_at is None:
            return self.read_anew(name)
        fresh = self._clock.now() - read_at < READ_AGAIN_AFTER
        return value if fresh else self.read_anew(name)

    def read_anew(self, name: str) -> bytes:
        """Return the latest version as Google has it."""
        check_secret_name(name)
        self._known.pop(name, None)
        with _translated(name):
            try:
                value = self._accessed(f"{self._path(name)}/versions/latest")
            except exceptions.NotFound as error:
                message = f"The vault holds no secret named {name}."
                raise SecretMissing(message) from error
            except exceptions.FailedPrecondition:
                value = self._newest_enabled(name)
        return self._remembered(name, value)

    def write(self, name: str, value: bytes) -> None:
        """Add a version, to a secret that is made where there is none."""
        check_secret(name, value)
        with _translated(name):
            try:
                self._add(name, value)
            except exceptions.NotFound:
                self._create(name, {})
                self._add(name, value)

    def write_once(self, name: str, value: bytes) -> bytes:
        """Write the first version unless there is one; return the one that counts.

        Whoever makes the secret, or marks an empty one by its etag, writes; the others
        wait for that.
        """
        check_secret(name, value)
        while True:
            try:
                return self.read_anew(name)
            except SecretDisabled:
                raise
            except SecretMissing:
                with _translated(name):
                    if self._claimed(name):
                        self._add(name, value)
                        return value
            self._clock.sleep(_LOOK_EVERY)

    def delete(self, name: str) -> None:
        """Remove the secret with all its versions; absent is fine."""
        check_secret_name(name)
        self._known.pop(name, None)
        with _translated(name):
            try:
                self._api.delete_secret(name=self._path(name), **_HOW)
            except exceptions.NotFound:
                return

    # --- One call each ---------------------------------------------------------------

    def _path(self, name: str) -> str:
        return f"{self._project}/secrets/{name}"

    def _accessed(self, version: str) -> bytes:
        answer = self._api.access_secret_version(name=version, **_HOW)
        return bytes(answer.payload.data)

    def _newest_enabled(self, name: str) -> bytes:
        request = {"parent": self._path(name), "filter": "state:ENABLED"}
        found = self._api.list_secret_versions(request=request, **_HOW)
        names = [version.name for version in found]
        if not names:
            raise SecretDisabled(
                f"The secret {name} has no version that is enabled: enable one, or add "
                "a new one."
            )
        return self._accessed(max(names, key=_number))

    def _add(self, name: str, value: bytes) -> None:
        request = {"parent": self._path(name), "payload": {"data": value}}
        # Never twice: a lost answer would leave two versions of the first one.
        self._api.add_secret_version(request=request, **once())
        self._remembered(name, value)

    def _create(self, name: str, annotations: dict[str, str]) -> bool:
        """Make the secret; False when somebody else has."""
        request = {
            "parent": self._project,
            "secret_id": name,
            "secret": {
                "replication": self._replication(),
                "annotations": annotations,
                "labels": {"made-by": "tandem"},
            },
        }
        try:
            self._api.create_secret(request=request, **_HOW)
        except exceptions.AlreadyExists:
            return False
        return True

    def _claimed(self, name: str) -> bool:
        """Tell whether it falls to us to write the first version."""
        now = self._clock.now()
        claim = {_CLAIM: now.isoformat()}
        try:
            secret = self._api.get_secret(name=self._path(name), **_HOW)
        except exceptions.NotFound:
            return self._create(name, claim)
        held = secret.annotations.get(_CLAIM)
        if held and now - datetime.fromisoformat(held) < CLAIM_LASTS:
            return False
        secret.annotations.update(claim)
        request = {"secret": secret, "update_mask": {"paths": ["annotations"]}}
        try:
            # The etag goes along: of all who try at once, one succeeds.
            self._api.update_secret(request=request, **once())
        except (exceptions.FailedPrecondition, exceptions.Aborted):
            return False
        return True

    def _replication(self) -> dict[str, Any]:
        if not self._region:
            return {"automatic": {}}
        return {"user_managed": {"replicas": [{"location": self._region}]}}

    def _remembered(self, name: str, value: bytes) -> bytes:
        self._known[name] = (value, self._clock.now())
        return value


def _number(version: str) -> int:
    return int(version.rpartition("/")[2])


@contextmanager
def _translated(name: str) -> Iterator[None]:
    """Turn what Google says into our errors; none of them shows a value."""
    try:
        yield
    except exceptions.PermissionDenied as error:
        raise VaultRefused(
            f"Secret Manager does not let this account use the secret {name}, or there "
            "is none: grant it roles/secretmanager.secretAccessor on that secret, and "
            "roles/secretmanager.secretVersionAdder where it is to write."
        ) from error
    except FAILED as error:
        message = f"Secret Manager could not do it for {name}: {type(error).__name__}."
        raise VaultError(message) from error
