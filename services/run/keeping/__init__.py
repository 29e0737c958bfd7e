"""Keeping: what a run leaves behind for the next one and for people."""
