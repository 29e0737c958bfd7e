"""Consent: from an invitation to an open connection."""
