"""A run: one sync of one connection."""

from services.run.hint import Hint, Outcome
from services.run.run import sync

__all__ = ["Hint", "Outcome", "sync"]
