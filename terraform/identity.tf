# Who may do what. Each function is an account of its own. On the project it may write
# logs and metrics and, where the table says so, use our database; everything else is
# granted on the one thing that it is about.

resource "google_service_account" "function" {
  for_each = local.functions

  account_id   = "${local.prefix}-${each.key}"
  display_name = "Tandem: ${each.value.entry_point}"

  lifecycle {
    precondition {
      condition     = length("${local.prefix}-${each.key}") <= 30
      error_message = "An account's id has 30 characters at most: ${local.prefix}-${each.key} is too long."
    }
  }

  depends_on = [google_project_service.needed]
}

# Whose tokens Cloud Tasks and Cloud Scheduler show.
resource "google_service_account" "tasks" {
  account_id   = "${local.prefix}-tasks"
  display_name = "Tandem: calls the functions that do tasks"

  depends_on = [google_project_service.needed]
}

resource "google_service_account" "builder" {
  account_id   = "${local.prefix}-builder"
  display_name = "Tandem: builds the functions"

  depends_on = [google_project_service.needed]
}

# --- On the project --------------------------------------------------------------------

locals {
  _project_roles = merge([
    for name, function in local.functions : {
      for role in concat(
        ["roles/logging.logWriter", "roles/monitoring.metricWriter"],
        function.firestore ? ["roles/datastore.user"] : [],
      ) : "${name} ${role}" => { function = name, role = role }
    }
  ]...)
}

resource "google_project_iam_member" "function" {
  for_each = local._project_roles

  project = var.project
  role    = each.value.role
  member  = google_service_account.function[each.value.function].member

  dynamic "condition" {
    for_each = each.value.role == "roles/datastore.user" ? [google_firestore_database.documents.name] : []
    content {
      title      = "our-database-only"
      expression = "resource.name == \"projects/${var.project}/databases/${condition.value}\" || resource.name.startsWith(\"projects/${var.project}/databases/${condition.value}/\")"
    }
  }
}

# What the build does; so the default account of the project needs no right at all.
resource "google_project_iam_member" "builder" {
  for_each = {
    "roles/logging.logWriter"    = null
    "roles/storage.objectViewer" = "resource.name.startsWith(\"projects/_/buckets/gcf-v2-sources-\") || resource.name.startsWith(\"projects/_/buckets/${var.project}-${local.prefix}-source\")"
  }

  project = var.project
  role    = each.key
  member  = google_service_account.builder.member

  dynamic "condition" {
    for_each = each.value == null ? [] : [each.value]
    content {
      title      = "our-source-only"
      expression = condition.value
    }
  }
}

resource "google_artifact_registry_repository_iam_member" "builder" {
  location   = google_artifact_registry_repository.images.location
  repository = google_artifact_registry_repository.images.name
  role       = "roles/artifactregistry.writer"
  member     = google_service_account.builder.member
}

# --- Who may call what -----------------------------------------------------------------

locals {
  _calls = merge([
    for name, function in local.functions : {
      for caller in function.callers : "${caller} ${name}" => {
        function = name
        member   = { tasks = google_service_account.tasks.member }[caller]
      }
    }
  ]...)
}

# A function is a service of Cloud Run: the role is Run's.
resource "google_cloud_run_service_iam_member" "caller" {
  for_each = local._calls

  location = var.region
  service  = google_cloudfunctions2_function.function[each.value.function].name
  role     = "roles/run.invoker"
  member   = each.value.member
}

# The only place that says allUsers: for those that prove their caller themselves.
resource "google_cloud_run_service_iam_member" "anybody" {
  #checkov:skip=CKV_GCP_102:Google, browsers and applications bring no account of this project; each of these functions proves its caller itself, by what stands under proof.
  for_each = { for name, function in local.functions : name => function if function.public }

  location = var.region
  service  = google_cloudfunctions2_function.function[each.key].name
  role     = "roles/run.invoker"
  member   = "allUsers"
}
