# Where each function is reached. All of it is known before anything is made: functions
# are told each other's addresses, and their own.

locals {
  # One host for what people and Google call: a consent begins and ends on one host.
  _cloudfunctions = "https://${var.region}-${var.project}.cloudfunctions.net"

  base_url = var.domain == null ? local._cloudfunctions : "https://${var.domain}"

  # Cloud Run's own address, by which Cloud Tasks and Cloud Scheduler count as internal.
  _internal = {
    for name, function in local.functions : name =>
    "https://${local.prefix}-${name}-${data.google_project.this.number}.${var.region}.run.app"
  }

  _public = {
    for name, function in local.functions : name =>
    var.domain == null ? "${local._cloudfunctions}/${local.prefix}-${name}" : local.base_url
  }

  address = {
    for name, function in local.functions : name =>
    function.public ? local._public[name] : local._internal[name]
  }
}
