"""`terraform/` held against the provider's schema, and planned without a cloud."""
