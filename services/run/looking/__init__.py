"""Looking: what both sides show is read, and staged on the links."""
