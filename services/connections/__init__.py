"""Connections: one calendar joined with one agenda, and what is told of it."""
