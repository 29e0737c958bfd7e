# The queues: one for what people wait for, and some for what takes long, by organization
# (docs/decisions/2026-11-20-lanes-and-shards.md). How fast they hand out tasks is the pace
# of the project at Google.

locals {
  queue = "projects/${var.project}/locations/${var.region}/queues/${local.prefix}"

  # A quiet run is one call and a usual one two; half of what Google allows is for what
  # people wait for, and the other half is spread over the rest.
  _live_per_second     = floor(var.google_calls_per_minute / 60 / 2 / 2)
  _backfill_per_second = max(1, floor(local._live_per_second / var.backfill_queues))

  # A slice of a first sync makes up to nine calls a second (540 a minute).
  _backfill_at_once = max(1, floor(var.google_calls_per_minute / 60 / 2 / 9 / var.backfill_queues))

  queues = merge(
    { (local.prefix) = { per_second = local._live_per_second, at_once = 200 } },
    {
      for shard in range(var.backfill_queues) : "${local.prefix}-backfill-${shard}" => {
        per_second = local._backfill_per_second
        at_once    = local._backfill_at_once
      }
    },
  )
}

resource "google_cloud_tasks_queue" "queue" {
  for_each = local.queues

  name     = each.key
  location = var.region

  rate_limits {
    max_dispatches_per_second = each.value.per_second
    max_concurrent_dispatches = each.value.at_once
  }

  # From half a second up to five minutes between tries, for a day; after that the sweep
  # is the one that tries again.
  retry_config {
    max_attempts       = -1
    max_retry_duration = "86400s"
    min_backoff        = "0.500s"
    max_backoff        = "300s"
    max_doublings      = 9
  }

  # Failures only, and those without the task's body.
  stackdriver_logging_config {
    sampling_ratio = 0.01
  }

  # The name of a deleted queue is blocked for days.
  lifecycle {
    prevent_destroy = true
  }

  depends_on = [google_project_service.needed]
}

locals {
  _enqueues = merge([
    for name, function in local.functions : {
      for queue in keys(local.queues) : "${name} ${queue}" => { function = name, queue = queue }
    } if function.enqueues
  ]...)
}

resource "google_cloud_tasks_queue_iam_member" "enqueuer" {
  for_each = local._enqueues

  location = var.region
  name     = google_cloud_tasks_queue.queue[each.value.queue].name
  role     = "roles/cloudtasks.enqueuer"
  member   = google_service_account.function[each.value.function].member
}

# A task carries a token of the tasks account: who makes tasks must be allowed to lend it.
resource "google_service_account_iam_member" "lends_tasks" {
  for_each = { for name, function in local.functions : name => function if function.enqueues }

  service_account_id = google_service_account.tasks.name
  role               = "roles/iam.serviceAccountUser"
  member             = google_service_account.function[each.key].member
}

# The API says at /v1/health whether somebody paused a queue.
resource "google_cloud_tasks_queue_iam_member" "viewer" {
  for_each = google_cloud_tasks_queue.queue

  location = var.region
  name     = each.value.name
  role     = "roles/cloudtasks.viewer"
  member   = google_service_account.function["api"].member
}
