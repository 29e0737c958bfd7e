"""Links: one event tied to one item, and how that is kept and explained."""
