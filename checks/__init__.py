"""What `make check` looks at besides the linters; nothing of it is deployed."""
