variable "alert_emails" {
  description = "Who is told when the service needs a person."
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.alert_emails) > 0
    error_message = "Give at least one address: an alert that reaches nobody is no alert."
  }
  validation {
    condition     = alltrue([for email in var.alert_emails : can(regex("^[^@\\s]+@[^@\\s]+$", email))])
    error_message = "Each of alert_emails is a mail address, such as on-call@example.com."
  }
}

variable "audit_every_night" {
  description = "Whether all connections are audited every night, beside the audit that each has once a week by itself. Costs reading every link once a night."
  type        = bool
  default     = true
  nullable    = false
}

variable "backfill_queues" {
  description = "Over how many queues long work (first syncs, rounds) is spread, by organization. More queues: less waiting behind somebody else's first sync. Their names stay blocked for days once deleted, so rather add than remove."
  type        = number
  default     = 4
  nullable    = false

  validation {
    condition     = var.backfill_queues == floor(var.backfill_queues) && var.backfill_queues >= 1 && var.backfill_queues <= 64
    error_message = "backfill_queues is a whole number from 1 to 64."
  }
}

variable "billing_account" {
  description = "The billing account on which the budget is kept, such as 012345-6789AB-CDEF01. Without it there is no budget alert."
  type        = string
  default     = null

  validation {
    condition     = var.billing_account == null || can(regex("^[0-9A-F]{6}-[0-9A-F]{6}-[0-9A-F]{6}$", var.billing_account))
    error_message = "billing_account has the form 012345-6789AB-CDEF01."
  }
}

variable "budget_per_month" {
  description = "How much the project may cost in a month, in the billing account's currency, before alert_emails are told (at half of it, at nine tenths, at all of it, and when all of it is to be expected)."
  type        = number
  default     = 100
  nullable    = false

  validation {
    condition     = var.budget_per_month >= 1
    error_message = "budget_per_month is at least 1."
  }
}

variable "deletion_protection" {
  description = "Whether the database refuses to be deleted. Only an environment that can be thrown away says false."
  type        = bool
  default     = true
  nullable    = false
}

variable "domain" {
  description = "The name under which Tandem is reached, such as tandem.example.com, by a load balancer with Cloud Armor; its DNS record is made by you (see the output `dns`). Without it, each function is reached under its own address at cloudfunctions.net."
  type        = string
  default     = null

  validation {
    condition     = var.domain == null || can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.domain))
    error_message = "domain is a host name such as tandem.example.com, without https:// and without a path."
  }
}

variable "environment" {
  description = "The mark of this installation. The database keeps it too: a copy of the database under another mark writes to no calendar."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9_-]{1,63}$", var.environment))
    error_message = "environment is up to 63 lower-case letters, digits, _ and -, such as prod."
  }
}

variable "fixed_egress" {
  description = "Whether calls to business applications leave from one fixed address (see the output `egress_address`), for applications that sit behind a firewall. Costs a VPC connector and a NAT."
  type        = bool
  default     = false
  nullable    = false
}

variable "google_calls_per_minute" {
  description = "How many calls a minute Google allows your project (console: APIs and services, Google Calendar API, Quotas). The queues' pace follows from it."
  type        = number
  default     = 10000
  nullable    = false

  validation {
    condition     = var.google_calls_per_minute >= 600
    error_message = "google_calls_per_minute is at least 600: what Google allows one person."
  }
}

variable "google_client" {
  description = "Whether the operator has an OAuth client of his own, kept in the secret google-client: for organizations without one of their own, and for signing in."
  type        = bool
  default     = false
  nullable    = false
}

variable "labels" {
  description = "Labels for everything that can carry them, for instance your cost centre."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for name, value in var.labels : can(regex("^[a-z][a-z0-9_-]{0,62}$", name)) && can(regex("^[a-z0-9_-]{0,63}$", value))])
    error_message = "Labels hold lower-case letters, digits, _ and -, and their names begin with a letter."
  }
}

variable "log_days" {
  description = "For how many days logs are kept. They hold ids, never contents."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.log_days >= 1 && var.log_days <= 3650
    error_message = "log_days is from 1 to 3650."
  }
}

variable "mail_server" {
  description = "Where invitations go out, such as smtps://tandem@smtp.example.com:465?from=tandem@example.com; the password lies in the secret smtp-password. Without it, links are shown by the API and mailed by nobody."
  type        = string
  default     = null

  validation {
    condition     = var.mail_server == null || can(regex("^smtps?://[^\\s:@/?]+@[A-Za-z0-9.-]+(:[0-9]+)?([?]from=[^\\s@&?]+@[^\\s@&?]+)?$", var.mail_server))
    error_message = "mail_server has the form smtps://user@host:465 or smtp://user@host:587, with ?from=address behind it where the user is no address, and without a password: that one is a secret."
  }
}

variable "max_instances" {
  description = "How many instances each function may have at once: a lid on costs."
  type        = number
  default     = 20
  nullable    = false

  validation {
    condition     = var.max_instances >= 1 && var.max_instances <= 1000
    error_message = "max_instances is from 1 to 1000."
  }
}

variable "operators" {
  description = "The mail addresses that may sign in to the console as operator."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for email in var.operators : can(regex("^[^@\\s,]+@[^@\\s,]+$", email))])
    error_message = "Each of operators is a mail address."
  }
}

variable "private_addresses" {
  description = "Whether applications and webhooks may lie at private addresses: only with fixed_egress and a network of yours behind it."
  type        = bool
  default     = false
  nullable    = false

  validation {
    condition     = !var.private_addresses || var.fixed_egress
    error_message = "private_addresses needs fixed_egress: without a network there are no private addresses to reach but Google's own."
  }
}

variable "project" {
  description = "The id of the Google Cloud project: one for each environment."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project))
    error_message = "project is a project id: 6 to 30 lower-case letters, digits and hyphens."
  }
}

variable "region" {
  description = "Where everything runs and is stored. It is fixed once the database exists; moving is told in docs/deploy.md."
  type        = string
  default     = "europe-west4"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+$", var.region))
    error_message = "region is a single region such as europe-west4."
  }
}

variable "warm_instances" {
  description = "How many instances of the door for pushes and of the worker are kept warm. 0 costs nothing and lets the first push after a quiet time wait a second."
  type        = number
  default     = 0
  nullable    = false

  validation {
    condition     = var.warm_instances >= 0 && var.warm_instances <= 10
    error_message = "warm_instances is from 0 to 10."
  }
}
