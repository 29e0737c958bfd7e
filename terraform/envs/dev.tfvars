# Something to try things out with, which can be thrown away.
project     = "tandem-dev-example"
environment = "dev"

alert_emails        = ["developers@example.com"]
deletion_protection = false
audit_every_night   = false
backfill_queues     = 1
max_instances       = 3
log_days            = 7
