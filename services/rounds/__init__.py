"""Rounds: what is done for all connections, by the scheduler."""
