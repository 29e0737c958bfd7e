"""People: what is kept of an owner, how it is shown and erased, and who looked."""
