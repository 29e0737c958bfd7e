"""The stand-in for Google, asked by Google's own client libraries."""
