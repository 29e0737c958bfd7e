"""Firestore's own calls, with its errors translated. Importing this imports Google."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from google.api_core import exceptions
from google.cloud.firestore_v1.services.firestore import FirestoreClient
from google.cloud.firestore_v1.services.firestore.transports.grpc import (
    FirestoreGrpcTransport,
)
from google.cloud.firestore_v1.types import firestore

from infra.firestore_requests import (
    precise_time,
    structured,
    structured_under,
    written,
)
from infra.firestore_values import decoded
from infra.grpc_calls import FAILED, client_of, patient
from services.limits import NotAllowed
from services.ports.store import Delete, Document, Query, StoreError, Write

# Contention (ABORTED) passes within milliseconds; nothing was written then.
_PATIENT: Final = patient(
    exceptions.Aborted, exceptions.ResourceExhausted, exceptions.ServiceUnavailable
)

EMULATOR: Final = "FIRESTORE_EMULATOR_HOST"
_REFUSED: Final = (
    exceptions.AlreadyExists,
    exceptions.FailedPrecondition,
    exceptions.NotFound,
)


class Wire:
    """One database, spoken to over gRPC; safe across threads."""

    def __init__(self, project: str, database: str) -> None:
        self._database = f"projects/{project}/databases/{database}"
        self._root = f"{self._database}/documents"
        self._metadata = [("google-cloud-resource-prefix", self._database)]
        if os.environ.get(EMULATOR):
            self._metadata.append(("authorization", "Bearer owner"))
        self._api: FirestoreClient = client_of(
            FirestoreClient, FirestoreGrpcTransport, emulator=EMULATOR
        )
        self._how: dict[str, Any] = {"metadata": self._metadata, **_PATIENT}

    def close(self) -> None:
        self._api.transport.close()

    def get_many(self, paths: Sequence[str]) -> Mapping[str, Document]:
        request = firestore.BatchGetDocumentsRequest(
            database=self._database,
            documents=[f"{self._root}/{path}" for path in paths],
        )
        with _translated():
            answers = self._api.batch_get_documents(request=request, **self._how)
            raw = [type(answer).pb(answer) for answer in answers]
        found = [self._document(one.found) for one in raw if one.HasField("found")]
        return {document.path: document for document in found}

    def query(self, query: Query) -> Sequence[Document]:
        parent = query.collection.rpartition("/")[0]
        structured_query = structured(query, root=self._root)
        return [self._document(raw) for raw in self._run(parent, structured_query)]

    def paths_under(self, path: str, *, limit: int) -> Sequence[str]:
        """Return documents below another, at any depth, in no promised order."""
        found = self._run(path, structured_under(limit))
        return [self._path(raw.name) for raw in found]

    def commit(self, writes: Sequence[Write]) -> Sequence[str] | None:
        """Return the new versions; None when a precondition failed, of whichever."""
        request = firestore.CommitRequest(
            database=self._database,
            writes=[written(write, root=self._root) for write in writes],
        )
        with _translated():
            try:
                answer = self._api.commit(request=request, **self._how)
            except _REFUSED:
                return None
        results = type(answer).pb(answer).write_results
        return [
            "" if isinstance(write, Delete) else precise_time(result.update_time)
            for write, result in zip(writes, results, strict=True)
        ]

    def _run(self, parent: str, query: Any) -> Sequence[Any]:
        request = firestore.RunQueryRequest(
            parent=f"{self._root}/{parent}".rstrip("/"), structured_query=query
        )
        with _translated():
            answers = self._api.run_query(request=request, **self._how)
            raw = [type(answer).pb(answer) for answer in answers]
        return [one.document for one in raw if one.HasField("document")]

    def _document(self, raw: Any) -> Document:
        return Document(
            path=self._path(raw.name),
            data={name: decoded(value) for name, value in raw.fields.items()},
            version=precise_time(raw.update_time),
        )

    def _path(self, name: str) -> str:
        return name[len(self._root) + 1 :]


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except exceptions.InvalidArgument as error:
        raise NotAllowed(f"Firestore refuses this: {error.message}") from error
    except FAILED as error:
        raise StoreError(f"Firestore could not do it: {error}") from error
