# One page to look at, from left to right and from top to bottom: is the promise kept, does
# anything wait, does anything fail, does anybody have to be helped.

locals {
  _rate = {
    for name, metric in local.figure : name => "sum(rate(${metric}${local._on}[5m])) * 60"
  }
  _quantile = {
    for name, metric in local.figure : name => {
      for share in ["0.5", "0.95", "0.99"] : share =>
      "histogram_quantile(${share}, sum by (le) (rate(${metric}_bucket${local._on}[5m])))"
    }
  }

  charts = [
    { title = "From our receipt to written, s: the promise is 10 s for 99 %", queries = values(local._quantile["freshness"]) },
    { title = "From a change at Google to our receipt, s: not ours", queries = values(local._quantile["platform_delay"]) },
    { title = "How long tasks were due before they began, s", queries = values(local._quantile["queue_age"]) },
    { title = "Runs a minute, by what they came to", queries = ["sum by (outcome) (rate(${local.figure["runs"]}${local._on}[5m])) * 60"] },
    { title = "How long a run takes, s", queries = values(local._quantile["run_seconds"]) },
    { title = "Changes read and writes done a minute", queries = [for name in ["reads", "writes"] : "sum(rate(${local.figure[name]}_sum${local._on}[5m])) * 60"] },
    { title = "Faults of ours a minute, by door", queries = ["sum by (door) (rate(${local.figure["faults"]}${local._on}[5m])) * 60"] },
    { title = "Times that Google said to slow down, a minute", queries = ["sum by (limit) (rate(${local.figure["quota"]}${local._on}[5m])) * 60"] },
    { title = "How late the connection is that waits longest, s", queries = [local._level["overdue_seconds"]] },
    { title = "Connections by state", queries = ["sum by (state) (increase(${local.figure["connections"]}_sum${local._on}[1h])) / sum by (state) (increase(${local.figure["connections"]}_count${local._on}[1h]))"] },
    { title = "Tokens dead and dying", queries = [local._level["tokens_dead"], local._level["tokens_dying"]] },
    { title = "Channels silent and missing", queries = [local._level["channels_silent"], local._level["channels_missing"]] },
    { title = "Appointments: left to carry, and parked", queries = [local._level["dirty"], local._level["parked"]] },
    { title = "Sweeps and renewals a minute", queries = [local._rate["sweeps"], local._rate["renewals"]] },
    { title = "Tasks in the queues", queries = ["sum by (queue_id) (cloudtasks_googleapis_com:queue_depth{monitored_resource=\"cloud_tasks_queue\",queue_id=~\"${local.prefix}.*\"})"] },
    { title = "Pushes without one of our tokens, a minute", queries = [local._rate["pushes_ignored"]] },
  ]
}

resource "google_monitoring_dashboard" "tandem" {
  dashboard_json = jsonencode({
    displayName = "Tandem (${var.environment})"
    mosaicLayout = {
      columns = 48
      tiles = [
        for place, chart in local.charts : {
          xPos   = (place % 3) * 16
          yPos   = floor(place / 3) * 14
          width  = 16
          height = 14
          widget = {
            title = chart.title
            xyChart = {
              dataSets = [
                for query in chart.queries : {
                  plotType        = "LINE"
                  timeSeriesQuery = { prometheusQuery = query }
                }
              ]
            }
          }
        }
      ]
    }
  })

  depends_on = [google_logging_metric.figure]
}
