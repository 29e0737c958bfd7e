"""The routes of the API, and how a call finds its own."""
