"""Previews: what would be done, shown, and answered by a person."""
