"""Secrets: keys in the vault, what is sealed with them, and what is signed."""
