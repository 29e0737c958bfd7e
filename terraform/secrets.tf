# The secrets, without their values: those come from the one function that may make keys,
# or from a person (see the output `secrets_to_fill`), and never enter Terraform's state.

locals {
  # Made by `api` at its first use, and rotated there.
  _made_by_api = local._keysets

  # Given by a person.
  _given = setunion(["operator-key"], local._google_client, local._mail)

  _reads = merge([
    for name, function in local.functions : {
      for secret in function.secrets : "${name} ${secret}" => { function = name, secret = secret }
    }
  ]...)
}

resource "google_secret_manager_secret" "ours" {
  for_each = setunion(local._made_by_api, local._given)

  secret_id = each.key

  # What was destroyed by mistake can be had back for a week.
  version_destroy_ttl = "604800s"

  replication {
    user_managed {
      replicas {
        location = var.region
      }
    }
  }

  # Without these, no token opens and no link is known again.
  lifecycle {
    prevent_destroy = true
  }

  depends_on = [google_project_service.needed]
}

resource "google_secret_manager_secret_iam_member" "reader" {
  for_each = local._reads

  secret_id = google_secret_manager_secret.ours[each.value.secret].secret_id
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.function[each.value.function].member
}

# --- The keys that the installation makes for itself -----------------------------------

resource "google_project_iam_custom_role" "key_maker" {
  role_id     = "tandemKeyMaker"
  title       = "Tandem: makes and rotates keys"
  description = "Adds versions to a secret, and marks it so that only one process makes the first."
  permissions = [
    "secretmanager.secrets.get",
    "secretmanager.secrets.update",
    "secretmanager.versions.add",
    "secretmanager.versions.list",
  ]
}

resource "google_secret_manager_secret_iam_member" "key_maker" {
  for_each = local._made_by_api

  secret_id = google_secret_manager_secret.ours[each.key].secret_id
  role      = google_project_iam_custom_role.key_maker.id
  member    = google_service_account.function["api"].member
}

# --- The secrets of organizations, which come and go as organizations do ---------------
#
# They do not exist when this is applied, so their rights hang on how their names begin.

locals {
  customer_secrets = ["application-a_", "google-o_", "hook-a_"]

  _customer_condition = join(" || ", [
    for beginning in local.customer_secrets :
    "resource.name.startsWith(\"projects/${data.google_project.this.number}/secrets/${beginning}\")"
  ])
}

resource "google_project_iam_custom_role" "customer_keeper" {
  role_id     = "tandemCustomerKeeper"
  title       = "Tandem: keeps the secrets of organizations"
  description = "Writes, reads and deletes secrets; granted only for names that begin as those of organizations do."
  permissions = [
    "secretmanager.secrets.delete",
    "secretmanager.secrets.get",
    "secretmanager.secrets.update",
    "secretmanager.versions.access",
    "secretmanager.versions.add",
    "secretmanager.versions.list",
  ]
}

# Making a secret is a right on the project, for which no name can be required.
resource "google_project_iam_custom_role" "secret_maker" {
  role_id     = "tandemSecretMaker"
  title       = "Tandem: makes empty secrets"
  description = "Makes secrets; what is in them is another right."
  permissions = ["secretmanager.secrets.create"]
}

resource "google_project_iam_member" "customer_reader" {
  for_each = { for name, function in local.functions : name => function if function.customers == "read" }

  project = var.project
  role    = "roles/secretmanager.secretAccessor"
  member  = google_service_account.function[each.key].member

  condition {
    title      = "secrets-of-organizations-only"
    expression = local._customer_condition
  }
}

resource "google_project_iam_member" "customer_keeper" {
  for_each = { for name, function in local.functions : name => function if function.customers == "keep" }

  project = var.project
  role    = google_project_iam_custom_role.customer_keeper.id
  member  = google_service_account.function[each.key].member

  condition {
    title      = "secrets-of-organizations-only"
    expression = local._customer_condition
  }
}

resource "google_project_iam_member" "secret_maker" {
  for_each = { for name, function in local.functions : name => function if function.customers == "keep" }

  project = var.project
  role    = google_project_iam_custom_role.secret_maker.id
  member  = google_service_account.function[each.key].member
}
