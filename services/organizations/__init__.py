"""Organizations: one customer each, with its keys and its Google credentials."""
