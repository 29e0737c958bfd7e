# The one table from which everything else follows: accounts, roles, secrets, callers,
# and the deployment. A reviewer reads who may do what on this page.
#
# entry_point:   its name in main.py; TANDEM_URLS speaks of it by that name.
# public:        anybody may call it; it proves its caller itself, and `proof` says by what.
# callers:       which of our own accounts may call it; they come with a token of Google's.
# paths:         where it lies behind the load balancer.
# firestore:     whether it may read and write documents.
# secrets:       the only secrets of ours that it can read.
# customers:     what it does with the secrets of organizations (their Google clients and
#                service accounts, keys of applications): nothing, "read", or "keep".
# enqueues:      whether it may add tasks to the queues.
# mails:         whether it sends mail.
# outward:       whether it calls business applications (by the fixed address, if any).
# warm:          whether warm_instances of it are kept.
# at_once:       how many requests one instance serves at the same time.

locals {
  prefix = "tandem"

  functions = {
    oauth-start = {
      entry_point     = "oauth_start"
      public          = true
      proof           = "the invitation in the link, 256 bits and hashed at rest"
      callers         = []
      paths           = ["/connect/*"]
      firestore       = true
      secrets         = setunion(local._keysets, local._google_client)
      customers       = "read"
      enqueues        = false
      mails           = false
      outward         = false
      warm            = false
      memory          = "512Mi"
      cpu             = 1
      at_once         = 16
      timeout_seconds = 30
    }

    oauth-callback = {
      entry_point     = "oauth_callback"
      public          = true
      proof           = "the signed state, used once, and the browser's cookie"
      callers         = []
      paths           = ["/oauth/callback"]
      firestore       = true
      secrets         = setunion(local._keysets, local._google_client)
      customers       = "read"
      enqueues        = true
      mails           = false
      outward         = false
      warm            = false
      memory          = "512Mi"
      cpu             = 1
      at_once         = 16
      timeout_seconds = 60
    }

    # The whole internet can call it: no document, no secret but the key that proves.
    calendar-webhook = {
      entry_point     = "calendar_webhook"
      public          = true
      proof           = "the channel's token, a MAC"
      callers         = []
      paths           = ["/push/google"]
      firestore       = false
      secrets         = ["signing-keys"]
      customers       = "nothing"
      enqueues        = true
      mails           = false
      outward         = false
      warm            = true
      memory          = "256Mi"
      cpu             = 1
      at_once         = 32
      timeout_seconds = 30
    }

    agenda-webhook = {
      entry_point     = "agenda_webhook"
      public          = true
      proof           = "the MAC in the address"
      callers         = []
      paths           = ["/push/agenda/*"]
      firestore       = true
      secrets         = ["signing-keys"]
      customers       = "nothing"
      enqueues        = true
      mails           = false
      outward         = false
      warm            = false
      memory          = "512Mi"
      cpu             = 1
      at_once         = 16
      timeout_seconds = 30
    }

    sync-connection = {
      entry_point     = "sync_connection"
      public          = false
      proof           = "a token of Google's for the tasks account"
      callers         = ["tasks"]
      paths           = []
      firestore       = true
      secrets         = setunion(local._keysets, local._google_client, local._mail)
      customers       = "read"
      enqueues        = true
      mails           = true
      outward         = true
      warm            = true
      memory          = "1Gi"
      cpu             = 1
      at_once         = 8
      timeout_seconds = 150 # A slice is a minute at most, and the lease lasts this long.
    }

    renew-channels = {
      entry_point     = "renew_channels"
      public          = false
      proof           = "a token of Google's for the tasks account"
      callers         = ["tasks"]
      paths           = []
      firestore       = true
      secrets         = setunion(local._keysets, local._google_client)
      customers       = "read"
      enqueues        = true
      mails           = false
      outward         = false
      warm            = false
      memory          = "512Mi"
      cpu             = 1
      at_once         = 4
      timeout_seconds = 300
    }

    # Also delivers messages to applications' webhooks, and audits.
    sweep = {
      entry_point     = "sweep"
      public          = false
      proof           = "a token of Google's for the tasks account"
      callers         = ["tasks"]
      paths           = []
      firestore       = true
      secrets         = setunion(local._keysets, local._google_client)
      customers       = "read"
      enqueues        = true
      mails           = false
      outward         = true
      warm            = false
      memory          = "1Gi"
      cpu             = 1
      at_once         = 8
      timeout_seconds = 300
    }

    # The one that keeps secrets: organizations bring their Google clients here.
    api = {
      entry_point     = "api"
      public          = true
      proof           = "an API key, hashed at rest"
      callers         = []
      paths           = ["/v1/*"]
      firestore       = true
      secrets         = setunion(local._keysets, local._google_client, local._mail, ["operator-key"])
      customers       = "keep"
      enqueues        = true
      mails           = true
      outward         = true
      warm            = false
      memory          = "1Gi"
      cpu             = 1
      at_once         = 16
      timeout_seconds = 60
    }

    console = {
      entry_point     = "console"
      public          = true
      proof           = "the signature in the link; the front page tells nothing"
      callers         = []
      paths           = ["/*"]
      firestore       = true
      secrets         = ["signing-keys"]
      customers       = "nothing"
      enqueues        = false
      mails           = false
      outward         = false
      warm            = false
      memory          = "512Mi"
      cpu             = 1
      at_once         = 16
      timeout_seconds = 30
    }
  }

  _keysets       = toset(["sealing-keys", "signing-keys"])
  _google_client = toset(var.google_client ? ["google-client"] : [])
  _mail          = toset(var.mail_server == null ? [] : ["smtp-password"])
}

# --- What Google Cloud has to switch on ------------------------------------------------

resource "google_project_service" "needed" {
  for_each = toset([
    "artifactregistry.googleapis.com",
    "billingbudgets.googleapis.com",
    "calendar-json.googleapis.com",
    "cloudbuild.googleapis.com",
    "cloudfunctions.googleapis.com",
    "cloudresourcemanager.googleapis.com",
    "cloudscheduler.googleapis.com",
    "cloudtasks.googleapis.com",
    "compute.googleapis.com",
    "firestore.googleapis.com",
    "iam.googleapis.com",
    "logging.googleapis.com",
    "monitoring.googleapis.com",
    "run.googleapis.com",
    "secretmanager.googleapis.com",
    "storage.googleapis.com",
    "vpcaccess.googleapis.com",
  ])

  service = each.key

  # Others in the project may use it too.
  disable_on_destroy = false
}

data "google_project" "this" {
  project_id = var.project
}
