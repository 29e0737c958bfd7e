# What is measured: figures that the cloud reads from our log (docs/metrics.md). Which they
# are stands in tables/metrics.json, which is made from the code (make tables).

locals {
  _measured = jsondecode(file("${path.module}/tables/metrics.json"))
  metrics   = { for metric in local._measured.metrics : metric.name => metric }

  # How PromQL calls them: local.figure["freshness"].
  figure = { for name in keys(local.metrics) : trimprefix(name, "tandem.") => "logging_googleapis_com:user_${replace(name, ".", "_")}" }

  _ours = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=~\"^${local.prefix}-\""
}

resource "google_logging_metric" "figure" {
  for_each = local.metrics

  name        = each.key
  description = each.value.means

  # A value that is null says nothing.
  filter = join(" AND ", concat(
    [local._ours, "jsonPayload.event=\"${each.value.event}\""],
    each.value.value == "" ? [] : ["jsonPayload.${each.value.value}>=0"],
  ))

  value_extractor  = each.value.value == "" ? null : "EXTRACT(jsonPayload.${each.value.value})"
  label_extractors = { for label in each.value.labels : label => "EXTRACT(jsonPayload.${label})" }

  metric_descriptor {
    display_name = each.value.means
    metric_kind  = "DELTA"
    value_type   = each.value.value == "" ? "INT64" : "DISTRIBUTION"
    unit         = each.value.unit

    dynamic "labels" {
      for_each = each.value.labels
      content {
        key        = labels.value
        value_type = "STRING"
      }
    }
  }

  dynamic "bucket_options" {
    for_each = each.value.reading == "spread" ? [local._measured.bounds] : []
    content {
      explicit_buckets {
        bounds = bucket_options.value
      }
    }
  }

  depends_on = [google_project_service.needed]
}

# --- The promise -----------------------------------------------------------------------

locals {
  # All but one in so many within seconds of our receipt, and all within one sweep.
  promises = {
    soon  = { seconds = 10, goal = 0.99, says = "99 % of all changes are written within 10 s of our receipt" }
    sweep = { seconds = 1800, goal = 0.999, says = "All changes are written within one sweep, half an hour" }
  }
}

resource "google_monitoring_custom_service" "tandem" {
  service_id   = local.prefix
  display_name = "Tandem, from our receipt of a change on"

  depends_on = [google_project_service.needed]
}

resource "google_monitoring_slo" "promise" {
  for_each = local.promises

  service             = google_monitoring_custom_service.tandem.service_id
  slo_id              = each.key
  display_name        = each.value.says
  goal                = each.value.goal
  rolling_period_days = 28

  request_based_sli {
    distribution_cut {
      distribution_filter = "metric.type=\"logging.googleapis.com/user/tandem.freshness\" resource.type=\"cloud_run_revision\""
      range {
        min = 0
        max = each.value.seconds
      }
    }
  }

  depends_on = [google_logging_metric.figure]
}

# --- From outside ----------------------------------------------------------------------

# Everybody may ask for the health, so the check needs no key.
resource "google_monitoring_uptime_check_config" "health" {
  display_name = "Tandem answers, and finds its store, queue and vault"
  period       = "300s"
  timeout      = "30s"

  http_check {
    path         = "${local._health[1]}/v1/health"
    port         = 443
    use_ssl      = true
    validate_ssl = true
  }

  monitored_resource {
    type = "uptime_url"
    labels = {
      project_id = var.project
      host       = local._health[0]
    }
  }

  content_matchers {
    content = "\"status\":\"ok\""
    matcher = "CONTAINS_STRING"
  }
}

locals {
  _health = regex("^https://([^/]+)(.*)$", local.address["api"])
}
