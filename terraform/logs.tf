# Logs. Ours hold ids and no contents; Google's own request logs hold addresses, and some
# of our addresses carry a secret.

locals {
  # Each begins a path that carries a one-time secret, a code, a signature or an address.
  secret_paths = ["/connect/", "/oauth/callback", "/push/agenda/", "/status/", "/people/"]
}

resource "google_logging_project_exclusion" "secret_paths" {
  name        = "${local.prefix}-secret-paths"
  description = "Request logs of paths that carry secrets are not kept."

  # Both the functions' own request logs and those of the load balancer.
  filter = join(" AND ", [
    "(log_id(\"run.googleapis.com/requests\") OR log_id(\"requests\"))",
    "httpRequest.requestUrl=~\"(${join("|", local.secret_paths)})\"",
  ])

  depends_on = [google_project_service.needed]
}

resource "google_logging_project_bucket_config" "default" {
  project        = var.project
  location       = "global"
  bucket_id      = "_Default"
  retention_days = var.log_days
}
