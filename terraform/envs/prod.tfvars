# For thousands of calendars, behind a domain, with applications behind firewalls.
project     = "tandem-prod-example"
environment = "prod"

domain           = "tandem.example.com"
alert_emails     = ["on-call@example.com", "operator@example.com"]
operators        = ["operator@example.com"]
google_client    = true
mail_server      = "smtps://tandem@smtp.example.com:465?from=tandem@example.com"
fixed_egress     = true
warm_instances   = 1
max_instances    = 100
billing_account  = "012345-6789AB-CDEF01"
budget_per_month = 400

labels = {
  cost_centre = "calendars"
}
