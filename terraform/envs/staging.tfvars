# As prod, with a copy of its data: the mark `staging` keeps that copy from writing to any
# real calendar.
project     = "tandem-staging-example"
environment = "staging"

alert_emails     = ["developers@example.com"]
backfill_queues  = 2
max_instances    = 5
mail_server      = "smtps://tandem@smtp.example.com:465?from=tandem@example.com"
google_client    = true
operators        = ["operator@example.com"]
billing_account  = "012345-6789AB-CDEF01"
budget_per_month = 50
