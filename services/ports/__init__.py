"""The outside world as protocols that we own; adapters live in infra/ and local/."""
