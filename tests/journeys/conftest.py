"""One stand-in for Google for all journeys of a process, emptied before each."""

from tests.standin.conftest import Control, ann, bob, control, google, person, running

__all__ = ["Control", "ann", "bob", "control", "google", "person", "running"]
