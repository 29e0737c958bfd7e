"""What the API shows of each thing."""
