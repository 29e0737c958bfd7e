# Who is told what, and when. Each alert opens its page in docs/alerts/, which says what it
# means, where to look, and what to do.
#
# says:     what has happened, in the words of the mail.
# query:    in PromQL, over what tables/metrics.json measures; it fires where there is an
#           answer.
# minutes:  for how long, before anybody is told.
# severity: CRITICAL wakes people; ERROR is for today, WARNING for this week.

locals {
  _on = "{monitored_resource=\"cloud_run_revision\"}"

  # Of a figure that is told every half hour: its mean over the last one.
  _level = {
    for name, metric in local.figure : name =>
    "sum(increase(${metric}_sum${local._on}[1h])) / sum(increase(${metric}_count${local._on}[1h]))"
  }

  alerts = {
    sweep-silent = {
      says     = "The sweep has not run for ${local.jobs.sweep.silence_minutes} minutes"
      query    = "(sum(increase(${local.figure["sweeps"]}${local._on}[${local.jobs.sweep.silence_minutes}m])) or vector(0)) < 1"
      minutes  = 5
      severity = "CRITICAL"
    }
    renewals-silent = {
      says     = "Channels have not been renewed for ${local.jobs["renew-channels"].silence_minutes} minutes"
      query    = "(sum(increase(${local.figure["renewals"]}${local._on}[${local.jobs["renew-channels"].silence_minutes}m])) or vector(0)) < 1"
      minutes  = 5
      severity = "CRITICAL"
    }
    changes-late = {
      says     = "One change in a hundred takes longer than 10 seconds"
      query    = "histogram_quantile(0.99, sum by (le) (rate(${local.figure["freshness"]}_bucket${local._on}[1h]))) > 10"
      minutes  = 15
      severity = "ERROR"
    }
    queue-waiting = {
      says     = "What people wait for waits in the queue"
      query    = "histogram_quantile(0.95, sum by (le) (rate(${local.figure["queue_age"]}_bucket{monitored_resource=\"cloud_run_revision\",lane=\"live\"}[10m]))) > 30"
      minutes  = 10
      severity = "CRITICAL"
    }
    connections-overdue = {
      says     = "A connection has waited for its look longer than a sweep takes"
      query    = "${local._level["overdue_seconds"]} > 1800"
      minutes  = 30
      severity = "ERROR"
    }
    functions-failing = {
      says     = "Requests fail by a fault of ours"
      query    = "sum(increase(${local.figure["faults"]}${local._on}[10m])) > 5"
      minutes  = 0
      severity = "CRITICAL"
    }
    google-slows-us-down = {
      says     = "Google says that our project is too fast"
      query    = "sum(increase(${local.figure["quota"]}{monitored_resource=\"cloud_run_revision\",limit=~\"project|day\"}[1h])) > 10"
      minutes  = 0
      severity = "ERROR"
    }
    tokens-dying = {
      says     = "Accounts could not be renewed for a day"
      query    = "${local._level["tokens_dying"]} > 0"
      minutes  = 60
      severity = "WARNING"
    }
    connections-stopping = {
      says     = "Many connections stopped at once"
      query    = "sum(increase(${local.figure["connections_stopped"]}${local._on}[1h])) > 20"
      minutes  = 0
      severity = "ERROR"
    }
    channels-silent = {
      says     = "Google's pushes do not reach us"
      query    = "sum(increase(${local.figure["channels_lost"]}${local._on}[1h])) > 20 or ${local._level["channels_missing"]} > 20"
      minutes  = 30
      severity = "ERROR"
    }
    appointments-parked = {
      says     = "Appointments are set aside until somebody helps"
      query    = "${local._level["parked"]} > 50"
      minutes  = 60
      severity = "WARNING"
    }
    drift-found = {
      says     = "Audits find appointments that had drifted apart"
      query    = "sum(increase(${local.figure["drifted"]}${local._on}[1d])) > 10"
      minutes  = 0
      severity = "WARNING"
    }
    hooks-given-up = {
      says     = "An application has not taken our messages for a day"
      query    = "sum(increase(${local.figure["hooks_given_up"]}${local._on}[1d])) > 0"
      minutes  = 0
      severity = "WARNING"
    }
  }
}

resource "google_monitoring_notification_channel" "mail" {
  for_each = var.alert_emails

  display_name = "Tandem: ${each.key}"
  type         = "email"
  labels       = { email_address = each.key }

  depends_on = [google_project_service.needed]
}

resource "google_monitoring_alert_policy" "alert" {
  for_each = local.alerts

  display_name          = "Tandem (${var.environment}): ${each.value.says}"
  combiner              = "OR"
  severity              = each.value.severity
  notification_channels = [for channel in google_monitoring_notification_channel.mail : channel.id]

  conditions {
    display_name = each.value.says

    condition_prometheus_query_language {
      query               = each.value.query
      duration            = "${each.value.minutes * 60}s"
      evaluation_interval = "60s"
      rule_group          = local.prefix
      alert_rule          = replace(each.key, "-", "_")

      # Before the first event nobody has measured anything.
      disable_metric_validation = true
    }
  }

  documentation {
    subject   = "Tandem (${var.environment}): ${each.value.says}"
    mime_type = "text/markdown"
    content   = file("${local._root}/docs/alerts/${each.key}.md")
  }

  alert_strategy {
    auto_close = "86400s"
  }

  depends_on = [google_logging_metric.figure]
}

# The promise itself: told when it is being used up ten times too fast.
resource "google_monitoring_alert_policy" "promise" {
  for_each = google_monitoring_slo.promise

  display_name          = "Tandem (${var.environment}): the promise is being broken: ${each.value.display_name}"
  combiner              = "OR"
  severity              = "CRITICAL"
  notification_channels = [for channel in google_monitoring_notification_channel.mail : channel.id]

  conditions {
    display_name = each.value.display_name

    condition_threshold {
      filter          = "select_slo_burn_rate(\"${each.value.name}\", \"3600s\")"
      comparison      = "COMPARISON_GT"
      threshold_value = 10
      duration        = "300s"
    }
  }

  documentation {
    mime_type = "text/markdown"
    content   = file("${local._root}/docs/alerts/changes-late.md")
  }
}

# From outside: two of Google's places in the world do not get the answer that they should.
resource "google_monitoring_alert_policy" "unreachable" {
  display_name          = "Tandem (${var.environment}): it does not answer, or does not find its store, queue or vault"
  combiner              = "OR"
  severity              = "CRITICAL"
  notification_channels = [for channel in google_monitoring_notification_channel.mail : channel.id]

  conditions {
    display_name = google_monitoring_uptime_check_config.health.display_name

    condition_threshold {
      filter          = "metric.type=\"monitoring.googleapis.com/uptime_check/check_passed\" AND resource.type=\"uptime_url\" AND metric.labels.check_id=\"${google_monitoring_uptime_check_config.health.uptime_check_id}\""
      comparison      = "COMPARISON_GT"
      threshold_value = 1
      duration        = "300s"

      aggregations {
        alignment_period     = "600s"
        per_series_aligner   = "ALIGN_NEXT_OLDER"
        cross_series_reducer = "REDUCE_COUNT_FALSE"
        group_by_fields      = ["resource.label.host"]
      }
      trigger {
        count = 1
      }
    }
  }

  documentation {
    mime_type = "text/markdown"
    content   = file("${local._root}/docs/alerts/unreachable.md")
  }
}

# --- What it costs ---------------------------------------------------------------------

resource "google_billing_budget" "month" {
  count = var.billing_account == null ? 0 : 1

  billing_account = var.billing_account
  display_name    = "Tandem (${var.environment})"

  budget_filter {
    projects = ["projects/${data.google_project.this.number}"]
  }

  amount {
    specified_amount {
      units = tostring(floor(var.budget_per_month))
    }
  }

  dynamic "threshold_rules" {
    for_each = [0.5, 0.9, 1.0]
    content {
      threshold_percent = threshold_rules.value
    }
  }
  threshold_rules {
    threshold_percent = 1.0
    spend_basis       = "FORECASTED_SPEND"
  }

  # Google takes five channels at most.
  all_updates_rule {
    monitoring_notification_channels = slice(
      [for channel in google_monitoring_notification_channel.mail : channel.id],
      0, min(5, length(var.alert_emails))
    )
    disable_default_iam_recipients = false
  }

  depends_on = [google_project_service.needed]
}
