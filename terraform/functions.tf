# The functions, all from one zip that is named by what is in it: changed code is a new
# deployment, and nothing else is. A deployment is a new revision; requests go to it once
# it has started, and the old one finishes what it has.

locals {
  _root = "${path.module}/.."

  # All that runs, and nothing else: no tests, nothing of one machine, no secrets.
  source_files = setunion(
    fileset(local._root, "{main.py,requirements.txt}"),
    fileset(local._root, "{connectors,functions,infra,services,sync,web}/**/*.py"),
    fileset(local._root, "web/**/*.{css,html}"),
  )

  # What all functions are told.
  _settings = {
    TANDEM_BASE_URL          = local.base_url
    TANDEM_ENVIRONMENT       = var.environment
    TANDEM_GOOGLE_CLIENT     = var.google_client ? "google-client" : ""
    TANDEM_MAIL              = local._mail_setting
    TANDEM_OPERATORS         = join(",", sort(var.operators))
    TANDEM_PRIVATE_ADDRESSES = var.private_addresses ? "allow" : "refuse"
    TANDEM_QUEUE             = "cloudtasks:${local.queue}?backfill=${var.backfill_queues}"
    # Whose tokens open /tasks/*, each made for the address of the function that it opens.
    TANDEM_TASKS_ACCOUNT = google_service_account.tasks.email
    TANDEM_STORE         = "firestore:${var.project}/${google_firestore_database.documents.name}"
    TANDEM_VAULT         = "secretmanager:${var.project}/${var.region}"
    TANDEM_URLS = jsonencode({
      for name, function in local.functions : function.entry_point => local.address[name]
      if local.address[name] != local.base_url
    })
  }

  # The password is behind the name of a secret. Without a server, links are shown by the
  # API and mailed by nobody.
  _mail_setting = (
    var.mail_server == null
    ? "none"
    : replace(var.mail_server, "/^([a-z]+:[^@]*)@/", "$1:vault:smtp-password@")
  )
}

data "archive_file" "source" {
  type             = "zip"
  output_path      = "${path.module}/.terraform/source.zip"
  output_file_mode = "0644"

  dynamic "source" {
    for_each = { for name in local.source_files : name => file("${local._root}/${name}") }
    content {
      filename = source.key
      content  = source.value
    }
  }
}

resource "google_storage_bucket" "source" {
  #checkov:skip=CKV_GCP_62:It holds what is public anyway, our source; who changed it stands in the audit log of the project.
  name     = "${var.project}-${local.prefix}-source"
  location = var.region

  public_access_prevention    = "enforced"
  uniform_bucket_level_access = true

  versioning {
    enabled = true
  }

  # A function keeps what it was built from; ninety days are for looking back.
  lifecycle_rule {
    condition {
      days_since_noncurrent_time = 90
    }
    action {
      type = "Delete"
    }
  }

  depends_on = [google_project_service.needed]
}

resource "google_storage_bucket_object" "source" {
  name   = "source-${data.archive_file.source.output_sha256}.zip"
  bucket = google_storage_bucket.source.name
  source = data.archive_file.source.output_path

  lifecycle {
    create_before_destroy = true
  }
}

resource "google_artifact_registry_repository" "images" {
  #checkov:skip=CKV_GCP_84:It holds images of public source and public packages; a key of our own would be one more thing to lose.
  repository_id = local.prefix
  description   = "What Cloud Build makes of the functions' source."
  location      = var.region
  format        = "DOCKER"

  cleanup_policies {
    id     = "keep-some-to-go-back-to"
    action = "KEEP"
    most_recent_versions {
      keep_count = 5
    }
  }
  cleanup_policies {
    id     = "forget-the-rest"
    action = "DELETE"
    condition {
      older_than = "2592000s"
    }
  }

  depends_on = [google_project_service.needed]
}

resource "google_cloudfunctions2_function" "function" {
  for_each = local.functions

  name        = "${local.prefix}-${each.key}"
  description = each.value.public ? "Proves its caller by ${each.value.proof}." : "Called by ${join(", ", each.value.callers)} only."
  location    = var.region

  build_config {
    runtime           = "python311"
    entry_point       = each.value.entry_point
    service_account   = google_service_account.builder.id
    docker_repository = google_artifact_registry_repository.images.id

    source {
      storage_source {
        bucket = google_storage_bucket.source.name
        object = google_storage_bucket_object.source.name
      }
    }
  }

  service_config {
    service_account_email = google_service_account.function[each.key].email
    ingress_settings      = each.value.public ? local._public_ingress : "ALLOW_INTERNAL_ONLY"

    available_memory                 = each.value.memory
    available_cpu                    = tostring(each.value.cpu)
    timeout_seconds                  = each.value.timeout_seconds
    max_instance_request_concurrency = each.value.at_once
    min_instance_count               = each.value.warm ? var.warm_instances : 0
    max_instance_count               = var.max_instances
    all_traffic_on_latest_revision   = true

    environment_variables = merge(local._settings, {
      THREADS = tostring(each.value.at_once)
      # Before private functions Cloud Run checks the token, and takes its signature out.
      TANDEM_TASKS_PROOF = each.value.public ? "signature" : "cloud-run"
    })

    vpc_connector                 = each.value.outward && var.fixed_egress ? google_vpc_access_connector.egress[0].id : null
    vpc_connector_egress_settings = each.value.outward && var.fixed_egress ? "ALL_TRAFFIC" : null
  }

  lifecycle {
    precondition {
      condition     = contains(local.source_files, "main.py")
      error_message = "The source is not where it should be: apply from within a whole copy of the project."
    }
    precondition {
      condition     = each.value.public != (length(each.value.callers) > 0)
      error_message = "A function is either public, and proves its caller itself, or has callers."
    }
  }

  # No function starts before it may read what it needs.
  depends_on = [
    google_artifact_registry_repository_iam_member.builder,
    google_project_iam_member.builder,
    google_project_iam_member.function,
    google_secret_manager_secret_iam_member.reader,
  ]
}

locals {
  # With a domain, only the load balancer reaches them, so that nobody goes around it.
  _public_ingress = var.domain == null ? "ALLOW_ALL" : "ALLOW_INTERNAL_AND_GCLB"
}
