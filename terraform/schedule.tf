# What happens by the clock. Each job calls a function of the table with a token of the
# tasks account; a call that fails is tried again, and each may always be repeated.

locals {
  # silence_minutes: after how long without a sign somebody is told (see alerts.tf).
  jobs = merge(
    {
      sweep = {
        function        = "sweep"
        path            = "/tasks/sweep"
        body            = {}
        schedule        = "* * * * *"
        silence_minutes = 15
      }
      renew-channels = {
        function        = "renew-channels"
        path            = "/tasks/renew-channels"
        body            = {}
        schedule        = "7,22,37,52 * * * *"
        silence_minutes = 60
      }
    },
    !var.audit_every_night ? {} : {
      audit = {
        function        = "sweep"
        path            = "/tasks/audit"
        body            = { all = "nightly" }
        schedule        = "23 2 * * *"
        silence_minutes = null # Where there is no connection, there is nothing to audit.
      }
    },
  )
}

resource "google_cloud_scheduler_job" "job" {
  for_each = local.jobs

  name             = "${local.prefix}-${each.key}"
  description      = "Calls ${each.value.path}."
  region           = var.region
  schedule         = each.value.schedule
  time_zone        = "Etc/UTC"
  attempt_deadline = "${local.functions[each.value.function].timeout_seconds + 30}s"

  retry_config {
    retry_count          = 3
    min_backoff_duration = "5s"
    max_backoff_duration = "60s"
  }

  http_target {
    http_method = "POST"
    uri         = "${local._internal[each.value.function]}${each.value.path}"
    body        = base64encode(jsonencode(each.value.body))
    headers     = { "Content-Type" = "application/json" }

    oidc_token {
      service_account_email = google_service_account.tasks.email
      audience              = local._internal[each.value.function]
    }
  }

  depends_on = [google_cloud_run_service_iam_member.caller]
}
