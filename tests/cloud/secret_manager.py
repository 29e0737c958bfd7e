"""A fake of Secret Manager: versions with their states, etags, what it refuses.

Like Google's own, `latest` is the newest version even when that one is disabled, an
update or delete with another etag than the current one is refused, and a secret may
exist without any version.
"""

import itertools
import threading
from dataclasses import dataclass, field
from typing import Any

from google.cloud import secretmanager_v1 as messages

from tests.cloud.serving import Code, Faults, Method, Refusal, Served

State = messages.SecretVersion.State
SERVICE = "google.cloud.secretmanager.v1.SecretManagerService"


@dataclass
class Kept:
    """One secret with its versions, oldest first."""

    secret: Any
    versions: list[Any] = field(default_factory=list)
    values: list[bytes] = field(default_factory=list)


class SecretManager:
    """Serves at `address`; `faults` says what is refused."""

    def __init__(self) -> None:
        self.faults = Faults()
        self._lock = threading.RLock()
        self._etags = itertools.count(1)
        self._kept: dict[str, Kept] = {}
        self._served = Served(SERVICE, self._methods(), self.faults)
        self.address = self._served.address

    @property
    def calls(self) -> list[str]:
        """The methods that were called, in order."""
        return self._served.calls

    def stop(self) -> None:
        self._served.stop()

    # --- For tests -------------------------------------------------------------------

    def make_empty(self, project: str, name: str) -> None:
        """Make a secret without any version, as Terraform does."""
        path = f"projects/{project}/secrets/{name}"
        self._kept[path] = Kept(messages.Secret(name=path, etag=self._etag()))

    def secret(self, project: str, name: str) -> Any:
        """Return the secret as Google would describe it."""
        return self._kept[f"projects/{project}/secrets/{name}"].secret

    def values(self, project: str, name: str) -> list[bytes]:
        """Return the values of all versions, oldest first."""
        return self._kept[f"projects/{project}/secrets/{name}"].values

    def set_state(self, project: str, name: str, number: int, state: int) -> None:
        """Disable, enable or destroy a version."""
        kept = self._kept[f"projects/{project}/secrets/{name}"]
        kept.versions[number - 1].state = state
        if state == State.DESTROYED:
            kept.values[number - 1] = b""

    # --- The service -----------------------------------------------------------------

    def _methods(self) -> dict[str, Method]:
        secret, version = messages.Secret, messages.SecretVersion
        return {
            "CreateSecret": Method(
                takes=messages.CreateSecretRequest, answers=secret, does=self._create
            ),
            "GetSecret": Method(
                takes=messages.GetSecretRequest, answers=secret, does=self._get
            ),
            "UpdateSecret": Method(
                takes=messages.UpdateSecretRequest, answers=secret, does=self._update
            ),
            "DeleteSecret": Method(
                takes=messages.DeleteSecretRequest, does=self._delete
            ),
            "AddSecretVersion": Method(
                takes=messages.AddSecretVersionRequest, answers=version, does=self._add
            ),
            "AccessSecretVersion": Method(
                takes=messages.AccessSecretVersionRequest,
                answers=messages.AccessSecretVersionResponse,
                does=self._access,
            ),
            "ListSecretVersions": Method(
                takes=messages.ListSecretVersionsRequest,
                answers=messages.ListSecretVersionsResponse,
                does=self._list,
            ),
        }

    def _etag(self) -> str:
        return f'"{next(self._etags):x}"'

    def _found(self, path: str) -> Kept:
        if path not in self._kept:
            raise Refusal(Code.NOT_FOUND, f"Secret [{path}] not found.")
        return self._kept[path]

    def _create(self, request: Any) -> Any:
        path = f"{request.parent}/secrets/{request.secret_id}"
        with self._lock:
            if path in self._kept:
                raise Refusal(Code.ALREADY_EXISTS, f"Secret [{path}] already exists.")
            replication = messages.Replication.pb(request.secret.replication)
            if replication.WhichOneof("replication") is None:
                raise Refusal(Code.INVALID_ARGUMENT, "Replication is required.")
            request.secret.name, request.secret.etag = path, self._etag()
            self._kept[path] = Kept(request.secret)
        return request.secret

    def _get(self, request: Any) -> Any:
        return self._found(request.name).secret

    def _update(self, request: Any) -> Any:
        with self._lock:
            kept = self._found(request.secret.name)
            if request.secret.etag not in ("", kept.secret.etag):
                raise Refusal(Code.FAILED_PRECONDITION, "The etag does not match.")
            if list(request.update_mask.paths) != ["annotations"]:
                raise Refusal(Code.INVALID_ARGUMENT, "This fake knows annotations.")
            changed = messages.Secret(kept.secret)
            changed.annotations = dict(request.secret.annotations)
            changed.etag = self._etag()
            kept.secret = changed
        return changed

    def _delete(self, request: Any) -> None:
        with self._lock:
            self._found(request.name)
            del self._kept[request.name]

    def _add(self, request: Any) -> Any:
        with self._lock:
            kept = self._found(request.parent)
            name = f"{request.parent}/versions/{len(kept.versions) + 1}"
            version = messages.SecretVersion(name=name, state=State.ENABLED)
            kept.versions.append(version)
            kept.values.append(bytes(request.payload.data))
        return version

    def _access(self, request: Any) -> Any:
        path, _, number = request.name.rpartition("/versions/")
        kept = self._found(path)
        at = len(kept.versions) if number == "latest" else int(number)
        if not 1 <= at <= len(kept.versions):
            raise Refusal(Code.NOT_FOUND, f"Secret Version [{request.name}] not found.")
        version = kept.versions[at - 1]
        if version.state != State.ENABLED:
            message = f"Secret Version [{version.name}] is in {version.state.name}."
            raise Refusal(Code.FAILED_PRECONDITION, message)
        payload = {"data": kept.values[at - 1]}
        return messages.AccessSecretVersionResponse(name=version.name, payload=payload)

    def _list(self, request: Any) -> Any:
        found = reversed(self._found(request.parent).versions)
        if request.filter == "state:ENABLED":
            found = (one for one in found if one.state == State.ENABLED)
        elif request.filter:
            raise Refusal(Code.INVALID_ARGUMENT, "This fake knows one filter.")
        return messages.ListSecretVersionsResponse(versions=list(found))
