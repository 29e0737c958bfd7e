"""A stand-in for Google: consent, Calendar API, push; it knows nothing of ours."""

from local.google.app import create_app
from local.google.server import GoogleStandIn

__all__ = ["GoogleStandIn", "create_app"]
