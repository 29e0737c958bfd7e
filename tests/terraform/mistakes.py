"""Mistakes that people make, and the words by which each is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True, slots=True)
class Mistake:
    """In `file`, `right` has become `wrong`; whoever looks says `told`."""

    name: str
    file: str
    right: str
    wrong: str
    told: str


@contextmanager
def made(mistake: Mistake, folder: Path) -> Iterator[None]:
    """Make a mistake in a copy of `terraform/`, and take it back."""
    path = folder / mistake.file
    before = path.read_text(encoding="utf-8")
    assert mistake.right in before, f"{mistake.file} no longer holds {mistake.right!r}"
    path.write_text(before.replace(mistake.right, mistake.wrong, 1), encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(before, encoding="utf-8")


SHAPES = [
    Mistake(
        name="an argument that does not exist",
        file="tasks.tf",
        right="max_doublings ",
        wrong="max_doublngs ",
        told="max_doublngs",
    ),
    Mistake(
        name="a required argument that is missing",
        file="schedule.tf",
        right='uri         = "${local._internal',
        wrong='headers = {}  # "${local._internal',
        told="uri",
    ),
    Mistake(
        name="a block that does not exist",
        file="database.tf",
        right="daily_recurrence {}",
        wrong="nightly_recurrence {}",
        told="nightly_recurrence",
    ),
    Mistake(
        name="a block that stands there twice",
        file="tasks.tf",
        right="  rate_limits {",
        wrong="  rate_limits {}\n  rate_limits {",
        told="rate_limits",
    ),
    Mistake(
        name="a block that is written as an argument",
        file="tasks.tf",
        right="  stackdriver_logging_config {",
        wrong="  stackdriver_logging_config = {",
        told="stackdriver_logging_config",
    ),
    Mistake(
        name="a value that may not stand there",
        file="functions.tf",
        right='each.value.public ? local._public_ingress : "ALLOW_INTERNAL_ONLY"',
        wrong='"ALLOW_NOBODY"',
        told="ALLOW_NOBODY",
    ),
    Mistake(
        name="a number that is none",
        file="functions.tf",
        right="timeout_seconds                  = each.value.timeout_seconds",
        wrong='timeout_seconds = "a minute"',
        told="a minute",
    ),
    Mistake(
        name="a reference to what nobody declared",
        file="schedule.tf",
        right="google_service_account.tasks.email",
        wrong="google_service_account.task.email",
        told="google_service_account.task",
    ),
    Mistake(
        name="a reference to an attribute that does not exist",
        file="outputs.tf",
        right="google_compute_address.egress[0].address",
        wrong="google_compute_address.egress[0].adress",
        told="adress",
    ),
    Mistake(
        name="a resource that does not exist",
        file="logs.tf",
        right='"google_logging_project_exclusion"',
        wrong='"google_logging_projekt_exclusion"',
        told="google_logging_projekt_exclusion",
    ),
    Mistake(
        name="a variable that nobody declared",
        file="logs.tf",
        right="var.log_days",
        wrong="var.log_weeks",
        told="log_weeks",
    ),
    Mistake(
        name="a setting of what only the provider can say",
        file="functions.tf",
        right="  location = var.region\n\n  public_access",
        wrong='  location = var.region\n  self_link = "x"\n\n  public_access',
        told="self_link",
    ),
]

PROMISES = [
    Mistake(
        name="an entry point that main.py lacks",
        file="main.tf",
        right='"calendar_webhook"',
        wrong='"calender_webhook"',
        told="calender_webhook",
    ),
    Mistake(
        name="a function that nobody deploys",
        file="main.tf",
        right="    console = {",
        wrong="    consoles = {",
        told="consoles",
    ),
    Mistake(
        name="a path that lies behind another door",
        file="main.tf",
        right='["/push/google"]',
        wrong='["/push/goggle"]',
        told="/push/goggle",
    ),
    Mistake(
        name="an index that is missing",
        file="tables/indexes.json",
        right='"ical_uid"',
        wrong='"title"',
        told="make tables",
    ),
    Mistake(
        name="a setting that nobody reads",
        file="functions.tf",
        right="TANDEM_PRIVATE_ADDRESSES",
        wrong="TANDEM_PRIVATE_ADRESSES",
        told="TANDEM_PRIVATE_ADRESSES",
    ),
    Mistake(
        name="a variable that does not teach",
        file="variables.tf",
        right='  description = "Who is told when the service needs a person."\n',
        wrong="",
        told="alert_emails has no description",
    ),
    Mistake(
        name="anybody let in where nobody looks",
        file="identity.tf",
        right="  member   = each.value.member\n",
        wrong='  member   = "allUsers"\n',
        told="google_cloud_run_service_iam_member.caller",
    ),
    Mistake(
        name="an alert without a page",
        file="alerts.tf",
        right="    sweep-silent = {",
        wrong="    sweep-quiet = {",
        told="sweep-quiet has no page",
    ),
    Mistake(
        name="a figure that nobody measures",
        file="alerts.tf",
        right='local.figure["faults"]',
        wrong='local.figure["folts"]',
        told="nobody measures folts",
    ),
    Mistake(
        name="a secret in the state",
        file="secrets.tf",
        right='resource "google_secret_manager_secret_iam_member" "reader"',
        wrong='resource "google_secret_manager_secret_version" "reader"',
        told="puts a secret into the state",
    ),
]

RIGHTS = [
    Mistake(
        name="a door for strangers that reads more than it needs",
        file="main.tf",
        right='secrets         = ["signing-keys"]\n      customers       = "nothing"\n'
        "      enqueues        = true\n      mails           = false\n"
        "      outward         = false\n      warm            = true",
        wrong='secrets         = ["signing-keys", "sealing-keys"]\n'
        '      customers       = "nothing"\n'
        "      enqueues        = true\n      mails           = false\n"
        "      outward         = false\n      warm            = true",
        told="The door for pushes reads the key that proves a push",
    ),
    Mistake(
        name="a right on the project that is too wide",
        file="identity.tf",
        right='"roles/monitoring.metricWriter"',
        wrong='"roles/editor"',
        told="On the project, functions write logs and metrics",
    ),
    Mistake(
        name="a job that calls without a token for its function",
        file="schedule.tf",
        right="audience              = local._internal[each.value.function]",
        wrong="audience              = local.base_url",
        told="Each job shows a token of the tasks account",
    ),
]
