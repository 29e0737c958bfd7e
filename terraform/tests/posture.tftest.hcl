# Who may do what, as a plan of each of envs/ says it: terraform test -var-file=envs/prod.tfvars

mock_provider "google" {
  override_during = plan

  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }
  mock_resource "google_service_account" {
    defaults = {
      id     = "projects/p/serviceAccounts/somebody@p.iam.gserviceaccount.com"
      name   = "projects/p/serviceAccounts/somebody@p.iam.gserviceaccount.com"
      email  = "somebody@p.iam.gserviceaccount.com"
      member = "serviceAccount:somebody@p.iam.gserviceaccount.com"
    }
  }

  override_resource {
    target = google_service_account.tasks
    values = { email = "tasks@p.iam", member = "serviceAccount:tasks@p.iam", name = "tasks" }
  }
  override_resource {
    target = google_service_account.function["api"]
    values = { email = "api@p.iam", member = "serviceAccount:api@p.iam" }
  }
  override_resource {
    target = google_service_account.function["calendar-webhook"]
    values = { email = "calendar-webhook@p.iam", member = "serviceAccount:calendar-webhook@p.iam" }
  }
}

mock_provider "archive" {}

# One run, since each is a plan of its own and takes a second.
run "posture" {
  command = plan

  # --- Who may call what

  assert {
    condition = toset(keys(google_cloud_run_service_iam_member.anybody)) == toset([
      "agenda-webhook", "api", "calendar-webhook", "console", "oauth-callback", "oauth-start",
    ])
    error_message = "Only these six may be called by anybody: each proves its caller itself."
  }
  assert {
    condition     = alltrue([for one in google_cloud_run_service_iam_member.anybody : one.member == "allUsers" && one.role == "roles/run.invoker"])
    error_message = "What anybody may do is call, and no more."
  }
  assert {
    condition = toset(keys(google_cloud_run_service_iam_member.caller)) == toset([
      "tasks renew-channels", "tasks sweep", "tasks sync-connection",
    ])
    error_message = "Tasks are called by the tasks account alone."
  }
  assert {
    condition     = alltrue([for one in google_cloud_run_service_iam_member.caller : one.member == "serviceAccount:tasks@p.iam"])
    error_message = "Tasks are called by the tasks account alone."
  }
  assert {
    condition = alltrue([
      for name, one in google_cloudfunctions2_function.function :
      one.service_config[0].ingress_settings == (
        !local.functions[name].public ? "ALLOW_INTERNAL_ONLY" : var.domain == null ? "ALLOW_ALL" : "ALLOW_INTERNAL_AND_GCLB"
      )
    ])
    error_message = "What is private is reached from within; what is public, by the load balancer where there is one."
  }
  assert {
    condition = alltrue([
      for name, function in local.functions :
      function.public || lookup(jsondecode(local._settings.TANDEM_URLS), function.entry_point, "") == "https://tandem-${name}-123456789012.${var.region}.run.app"
    ])
    error_message = "What does tasks is told to all by Cloud Run's own address, for which its tokens are made."
  }

  assert {
    condition = alltrue([
      for name, one in google_cloudfunctions2_function.function :
      (one.service_config[0].environment_variables["TANDEM_TASKS_PROOF"] == "cloud-run") == !contains(keys(google_cloud_run_service_iam_member.anybody), name)
    ])
    error_message = "A token without its signature is believed only where Cloud Run checked it: where anybody may call, never."
  }

  # --- Who reads which secret

  assert {
    condition     = [for key, one in google_secret_manager_secret_iam_member.reader : key if startswith(key, "calendar-webhook ")] == ["calendar-webhook signing-keys"]
    error_message = "The door for pushes reads the key that proves a push, and no other secret."
  }
  assert {
    condition     = [for key, one in google_secret_manager_secret_iam_member.reader : key if endswith(key, " operator-key")] == ["api operator-key"]
    error_message = "The operator's key is read by the API alone."
  }
  assert {
    condition = toset([for key, one in google_secret_manager_secret_iam_member.reader : split(" ", key)[0] if endswith(key, " sealing-keys")]) == toset([
      "api", "oauth-callback", "oauth-start", "renew-channels", "sweep", "sync-connection",
    ])
    error_message = "The keys that open tokens are read by those that call Google, and by those that begin a consent."
  }
  assert {
    condition     = join(" ", [for key, one in google_secret_manager_secret_iam_member.reader : split(" ", key)[0] if endswith(key, " smtp-password")]) == (var.mail_server == null ? "" : "api sync-connection")
    error_message = "The password for mail is read by those that send mail."
  }
  assert {
    condition     = alltrue([for one in google_secret_manager_secret_iam_member.reader : one.role == "roles/secretmanager.secretAccessor"])
    error_message = "A reader reads."
  }
  assert {
    condition     = toset(keys(google_project_iam_member.customer_reader)) == toset(["oauth-callback", "oauth-start", "renew-channels", "sweep", "sync-connection"])
    error_message = "The secrets of organizations are read by those that call Google or applications for them."
  }
  assert {
    condition     = keys(google_project_iam_member.customer_keeper) == ["api"] && keys(google_project_iam_member.secret_maker) == ["api"]
    error_message = "Only the API keeps the secrets of organizations."
  }
  assert {
    condition     = alltrue([for one in google_secret_manager_secret_iam_member.key_maker : one.member == "serviceAccount:api@p.iam"])
    error_message = "Only the API makes and rotates keys."
  }
  assert {
    condition = alltrue([
      for one in concat(values(google_project_iam_member.customer_reader), values(google_project_iam_member.customer_keeper)) :
      length(one.condition) == 1 && strcontains(one.condition[0].expression, "projects/123456789012/secrets/google-o_")
    ])
    error_message = "Rights on the secrets of organizations hang on how their names begin."
  }
  assert {
    condition = alltrue(flatten([
      for one in google_cloudfunctions2_function.function : [
        for name, value in one.service_config[0].environment_variables :
        name != "TANDEM_OPERATOR_KEY" && (name != "TANDEM_MAIL" || !strcontains(value, "smtp") || strcontains(value, ":vault:smtp-password@"))
      ]
    ]))
    error_message = "No secret stands in a setting."
  }

  # --- What accounts may on the project

  assert {
    condition     = toset(values(google_project_iam_member.function)[*].role) == toset(["roles/datastore.user", "roles/logging.logWriter", "roles/monitoring.metricWriter"])
    error_message = "On the project, functions write logs and metrics and use the database, and no more."
  }
  assert {
    condition     = !contains(keys(google_project_iam_member.function), "calendar-webhook roles/datastore.user")
    error_message = "The door for pushes touches no document."
  }
  assert {
    condition = alltrue([
      for one in google_project_iam_member.function : length(one.condition) == 1 && strcontains(one.condition[0].expression, "/databases/tandem\"")
      if one.role == "roles/datastore.user"
    ])
    error_message = "The database is ours alone, not every database of the project."
  }
  assert {
    condition     = length(google_service_account.function) == length(google_cloudfunctions2_function.function)
    error_message = "Each function is an account of its own."
  }
  assert {
    condition     = google_cloudfunctions2_function.function["api"].service_config[0].service_account_email == "api@p.iam"
    error_message = "A function runs as its own account."
  }

  # --- Who adds tasks

  assert {
    condition     = length(google_cloud_tasks_queue.queue) == 1 + var.backfill_queues
    error_message = "One queue for what people wait for, and some for what takes long."
  }
  assert {
    condition = toset(keys(google_service_account_iam_member.lends_tasks)) == toset([
      "agenda-webhook", "api", "calendar-webhook", "oauth-callback", "renew-channels", "sweep", "sync-connection",
    ])
    error_message = "Only these make tasks, and so lend the account that tasks carry."
  }
  assert {
    condition     = toset([for key, one in google_cloud_tasks_queue_iam_member.enqueuer : split(" ", key)[0]]) == toset(keys(google_service_account_iam_member.lends_tasks))
    error_message = "Who adds to one queue adds to all, and nobody else does."
  }
  assert {
    condition = (
      sum([for one in google_cloud_tasks_queue.queue : one.rate_limits[0].max_dispatches_per_second]) * 2 <= var.google_calls_per_minute / 60
    )
    error_message = "All queues together stay below the pace that Google allows the project, at two calls a run."
  }

  # --- What the clock does

  assert {
    condition     = setsubtract(keys(google_cloud_scheduler_job.job), ["audit"]) == toset(["renew-channels", "sweep"])
    error_message = "Channels are renewed, and the sweep is made."
  }
  assert {
    condition     = contains(keys(google_cloud_scheduler_job.job), "audit") == var.audit_every_night
    error_message = "The nightly audit is a choice."
  }
  assert {
    condition = alltrue([
      for one in google_cloud_scheduler_job.job :
      one.http_target[0].oidc_token[0].service_account_email == "tasks@p.iam" &&
      startswith(one.http_target[0].uri, "${one.http_target[0].oidc_token[0].audience}/tasks/")
    ])
    error_message = "Each job shows a token of the tasks account, made for the function that it calls."
  }

  # --- What is kept

  assert {
    condition     = google_firestore_database.documents.point_in_time_recovery_enablement == "POINT_IN_TIME_RECOVERY_ENABLED"
    error_message = "The database can be had back as it was at any minute of a week."
  }
  assert {
    condition     = (google_firestore_database.documents.delete_protection_state == "DELETE_PROTECTION_ENABLED") == var.deletion_protection
    error_message = "The database is protected where it is to be."
  }
  assert {
    condition     = google_firestore_database.documents.location_id == var.region && alltrue([for one in google_secret_manager_secret.ours : one.replication[0].user_managed[0].replicas[0].location == var.region])
    error_message = "Documents and secrets stay in one region."
  }
  assert {
    condition     = google_storage_bucket.source.public_access_prevention == "enforced" && google_storage_bucket.source.uniform_bucket_level_access
    error_message = "Nobody outside reads the source."
  }
  assert {
    condition     = alltrue([for path in local.secret_paths : strcontains(google_logging_project_exclusion.secret_paths.filter, path)])
    error_message = "Addresses that carry a secret are not kept in request logs."
  }

  # --- What is made only if it is wanted

  assert {
    condition     = length(google_compute_backend_service.function) == (var.domain == null ? 0 : 6)
    error_message = "A domain brings a load balancer before all six public functions, and only a domain does."
  }
  assert {
    condition     = length(google_compute_security_policy.front) == (var.domain == null ? 0 : 1)
    error_message = "The load balancer is behind Cloud Armor."
  }
  assert {
    condition     = length(google_compute_address.egress) == (var.fixed_egress ? 1 : 0)
    error_message = "A fixed address is made where it is wanted."
  }
}
