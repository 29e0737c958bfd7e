output "address" {
  description = "Where Tandem is reached."
  value       = local.base_url
}

output "api" {
  description = "Where applications find the API: append /v1/..."
  value       = local.address["api"]
}

output "oauth_redirect" {
  description = "The redirect address to enter at each OAuth client."
  value       = "${local.address["oauth-callback"]}/oauth/callback"
}

output "dns" {
  description = "The DNS record to make for the domain; the certificate comes within an hour of it."
  value       = var.domain == null ? null : "${var.domain}. A ${google_compute_global_address.front[0].address}"
}

output "egress_address" {
  description = "From where business applications are called, for their firewalls."
  value       = var.fixed_egress ? google_compute_address.egress[0].address : null
}

output "secrets_to_fill" {
  description = "What a person gives, once: each command waits for the value on its input."
  value = {
    for secret in sort(local._given) : secret =>
    "gcloud secrets versions add ${secret} --project=${var.project} --data-file=-"
  }
}
