"""Deciding: what is to be done with a link, and what has to wait."""
