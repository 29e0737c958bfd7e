"""Writing: intents first, then one step after the other."""
