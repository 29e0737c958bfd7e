"""JSON, as the store keeps it and Google writes it."""

from typing import Any

Json = Any
"""A JSON value. Documents may also hold `bytes` and `datetime` (with a zone)."""
