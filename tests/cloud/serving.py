"""Serves a fake of one of Google's services over gRPC, without its `.proto` files.

The messages are those inside Google's own client libraries, so what passes here has
passed the unmodified client.
"""

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf.empty_pb2 import Empty

Code = grpc.StatusCode


class Refusal(Exception):
    """What Google answers instead."""

    def __init__(self, code: grpc.StatusCode, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, kw_only=True, slots=True)
class Method:
    """One call of a service; without `answers` it answers with nothing."""

    takes: Any
    answers: Any = None
    does: Callable[[Any], Any]


class Faults:
    """What goes wrong: for calls of a method, or for all that names something."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._left: list[tuple[str, str, grpc.StatusCode, int]] = []

    def add(
        self, method: str, code: grpc.StatusCode, *, about: str = "", times: int = 10**6
    ) -> None:
        """Refuse the next calls of a method whose request holds `about`."""
        with self._lock:
            self._left.append((method, about, code, times))

    def clear(self) -> None:
        with self._lock:
            self._left.clear()

    def strike(self, method: str, request: object) -> None:
        """Raise the fault that this call meets, if any."""
        with self._lock:
            for number, (name, about, code, times) in enumerate(self._left):
                if name == method and about in str(request):
                    left = (name, about, code, times - 1)
                    self._left[number : number + 1] = [left] if times > 1 else []
                    raise Refusal(code, f"{method} was told to fail with {code.name}.")


class Served:
    """A service that is being served at `address` until `stop`."""

    def __init__(
        self, service: str, methods: Mapping[str, Method], faults: Faults
    ) -> None:
        self.calls: list[str] = []
        handlers = {
            name: self._handler(name, method, faults)
            for name, method in methods.items()
        }
        generic = grpc.method_handlers_generic_handler(service, handlers)
        options = [("grpc.so_reuseport", 0)]
        self._server = grpc.server(ThreadPoolExecutor(16), options=options)
        self._server.add_generic_rpc_handlers([generic])
        self.address = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        self._server.start()

    def stop(self) -> None:
        self._server.stop(grace=None).wait()

    def _handler(self, name: str, method: Method, faults: Faults) -> Any:
        def call(request: Any, context: Any) -> Any:
            self.calls.append(name)
            try:
                faults.strike(name, request)
                answer = method.does(request)
            except Refusal as refusal:
                context.abort(refusal.code, str(refusal))
            return Empty() if method.answers is None else answer

        serialize = method.answers.serialize if method.answers else _nothing
        return grpc.unary_unary_rpc_method_handler(
            call,
            request_deserializer=method.takes.deserialize,
            response_serializer=serialize,
        )


def _nothing(empty: Empty) -> bytes:
    return empty.SerializeToString()
