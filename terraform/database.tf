# The database. Which indexes it has, and what it forgets by itself, stands in
# tables/indexes.json, which is made from the code that asks (make tables).

locals {
  _tables    = jsondecode(file("${path.module}/tables/indexes.json"))
  composites = { for index in local._tables.composites : "${index.collection} ${join(" ", index.members)}" => index }
  fields     = { for field in local._tables.fields : "${field.collection} ${field.member}" => field }
}

resource "google_firestore_database" "documents" {
  name        = local.prefix
  location_id = var.region
  type        = "FIRESTORE_NATIVE"

  # What somebody deletes or overwrites by mistake can be had back as it was at any
  # minute of the last seven days.
  point_in_time_recovery_enablement = "POINT_IN_TIME_RECOVERY_ENABLED"

  delete_protection_state = var.deletion_protection ? "DELETE_PROTECTION_ENABLED" : "DELETE_PROTECTION_DISABLED"
  deletion_policy         = var.deletion_protection ? "ABANDON" : "DELETE"

  depends_on = [google_project_service.needed]
}

resource "google_firestore_backup_schedule" "daily" {
  database  = google_firestore_database.documents.name
  retention = "604800s" # Seven days.

  daily_recurrence {}
}

resource "google_firestore_backup_schedule" "weekly" {
  database  = google_firestore_database.documents.name
  retention = "4838400s" # Eight weeks.

  weekly_recurrence {
    day = "SUNDAY"
  }
}

resource "google_firestore_index" "composite" {
  for_each = local.composites

  database    = google_firestore_database.documents.name
  collection  = each.value.collection
  query_scope = each.value.everywhere ? "COLLECTION_GROUP" : "COLLECTION"

  dynamic "fields" {
    for_each = each.value.members
    content {
      field_path = fields.value
      order      = each.value.descending && fields.key == length(each.value.members) - 1 ? "DESCENDING" : "ASCENDING"
    }
  }
}

# Members that are not indexed as all others are: asked for everywhere, large and never
# asked for, or telling when a document may go. Going by that takes Google about a day, so
# the code compares the time itself.
resource "google_firestore_field" "special" {
  for_each = local.fields

  database   = google_firestore_database.documents.name
  collection = each.value.collection
  field      = each.value.member

  dynamic "index_config" {
    for_each = each.value.index == "usual" ? [] : [each.value.index]
    content {
      dynamic "indexes" {
        for_each = index_config.value == "everywhere" ? ["COLLECTION", "COLLECTION_GROUP"] : []
        content {
          order       = "ASCENDING"
          query_scope = indexes.value
        }
      }
    }
  }

  dynamic "ttl_config" {
    for_each = each.value.expires ? [true] : []
    content {}
  }
}
