"""The entry points that Terraform deploys; re-exports, nothing else."""

from functions.agenda_webhook import agenda_webhook
from functions.api import api
from functions.bootstrap import started
from functions.calendar_webhook import calendar_webhook
from functions.console import console
from functions.oauth_callback import oauth_callback
from functions.oauth_start import oauth_start
from functions.renew_channels import renew_channels
from functions.sweep import sweep
from functions.sync_connection import sync_connection

__all__ = [
    "agenda_webhook",
    "api",
    "calendar_webhook",
    "console",
    "oauth_callback",
    "oauth_start",
    "renew_channels",
    "sweep",
    "sync_connection",
]

# Here a process begins: a wrong setting ends it now, not at the first request.
SETTINGS = started()
