"""Orders: what a person asked to be done, and the runs that work it off."""
