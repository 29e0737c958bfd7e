"""Adapters that are made when they are first used, so that doors open fast."""

import threading
from collections.abc import Callable
from typing import Any, TypeVar, cast

Adapter = TypeVar("Adapter")


def lazily(make: Callable[[], Adapter]) -> Adapter:
    """Return something that behaves as what `make` returns, made once, when needed.

    A function that touches no document thus never imports Firestore.
    """
    return cast(Adapter, _Lazy(make))


class _Lazy:
    """Stands in for an adapter; keeps each method of it at hand after its first use."""

    def __init__(self, make: Callable[[], object]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._made: object | None = None

    def __getattr__(self, name: str) -> Any:
        with self._lock:
            if self._made is None:
                self._made = self._make()
        found = getattr(self._made, name)
        self.__dict__[name] = found
        return found
