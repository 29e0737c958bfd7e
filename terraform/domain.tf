# With a domain: one address for everything that people, applications and Google call,
# behind a load balancer with Cloud Armor. Without one, nothing on this page is made.

locals {
  _front = var.domain == null ? {} : { for name, function in local.functions : name => function if function.public }

  # The function whose path is everything else.
  _rest = "console"
}

resource "google_compute_global_address" "front" {
  count = var.domain == null ? 0 : 1

  name = local.prefix

  depends_on = [google_project_service.needed]
}

resource "google_compute_managed_ssl_certificate" "front" {
  count = var.domain == null ? 0 : 1

  # A certificate cannot be changed: another domain gets another one, and then replaces it.
  name = "${local.prefix}-${substr(sha256(var.domain), 0, 8)}"

  managed {
    domains = [var.domain]
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "google_compute_ssl_policy" "front" {
  count = var.domain == null ? 0 : 1

  name            = local.prefix
  profile         = "MODERN"
  min_tls_version = "TLS_1_2"
}

resource "google_compute_region_network_endpoint_group" "function" {
  for_each = local._front

  name                  = "${local.prefix}-${each.key}"
  region                = var.region
  network_endpoint_type = "SERVERLESS"

  cloud_run {
    service = google_cloudfunctions2_function.function[each.key].name
  }
}

resource "google_compute_backend_service" "function" {
  for_each = local._front

  name                  = "${local.prefix}-${each.key}"
  protocol              = "HTTPS"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  security_policy       = google_compute_security_policy.front[0].id

  backend {
    group = google_compute_region_network_endpoint_group.function[each.key].id
  }

  log_config {
    enable      = true
    sample_rate = 1
  }
}

resource "google_compute_url_map" "front" {
  count = var.domain == null ? 0 : 1

  name            = local.prefix
  default_service = google_compute_backend_service.function[local._rest].id

  host_rule {
    hosts        = [var.domain]
    path_matcher = "functions"
  }

  path_matcher {
    name            = "functions"
    default_service = google_compute_backend_service.function[local._rest].id

    dynamic "path_rule" {
      for_each = { for name, function in local._front : name => function if name != local._rest }
      content {
        paths   = path_rule.value.paths
        service = google_compute_backend_service.function[path_rule.key].id
      }
    }
  }
}

resource "google_compute_target_https_proxy" "front" {
  count = var.domain == null ? 0 : 1

  name             = local.prefix
  url_map          = google_compute_url_map.front[0].id
  ssl_certificates = [google_compute_managed_ssl_certificate.front[0].id]
  ssl_policy       = google_compute_ssl_policy.front[0].id
}

resource "google_compute_global_forwarding_rule" "front" {
  count = var.domain == null ? 0 : 1

  name                  = local.prefix
  load_balancing_scheme = "EXTERNAL_MANAGED"
  ip_address            = google_compute_global_address.front[0].id
  port_range            = "443"
  target                = google_compute_target_https_proxy.front[0].id
}

# --- Whoever types http:// -------------------------------------------------------------

resource "google_compute_url_map" "to_https" {
  count = var.domain == null ? 0 : 1

  name = "${local.prefix}-to-https"

  default_url_redirect {
    https_redirect         = true
    redirect_response_code = "MOVED_PERMANENTLY_DEFAULT"
    strip_query            = true
  }
}

resource "google_compute_target_http_proxy" "to_https" {
  count = var.domain == null ? 0 : 1

  name    = "${local.prefix}-to-https"
  url_map = google_compute_url_map.to_https[0].id
}

resource "google_compute_global_forwarding_rule" "to_https" {
  count = var.domain == null ? 0 : 1

  name                  = "${local.prefix}-to-https"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  ip_address            = google_compute_global_address.front[0].id
  port_range            = "80"
  target                = google_compute_target_http_proxy.to_https[0].id
}

# --- Cloud Armor -----------------------------------------------------------------------

resource "google_compute_security_policy" "front" {
  count = var.domain == null ? 0 : 1

  name        = local.prefix
  description = "Keeps single addresses from asking too much, and known attacks out."
  type        = "CLOUD_ARMOR"

  adaptive_protection_config {
    layer_7_ddos_defense_config {
      enable = true
    }
  }

  rule {
    description = "Known holes in logging libraries (CVE-2021-44228 and its kin)."
    action      = "deny(403)"
    priority    = 100
    match {
      expr {
        expression = "evaluatePreconfiguredWaf('cve-canary')"
      }
    }
  }

  rule {
    description = "Google pushes for all calendars from few addresses."
    action      = "throttle"
    priority    = 200
    match {
      expr {
        expression = "request.path == '/push/google'"
      }
    }
    rate_limit_options {
      conform_action = "allow"
      exceed_action  = "deny(429)"
      enforce_on_key = "IP"
      rate_limit_threshold {
        count        = 20000
        interval_sec = 60
      }
    }
  }

  rule {
    description = "Links are typed by people: guessing is slow."
    action      = "throttle"
    priority    = 300
    match {
      expr {
        expression = "request.path.startsWith('/connect/') || request.path.startsWith('/status/')"
      }
    }
    rate_limit_options {
      conform_action = "allow"
      exceed_action  = "deny(429)"
      enforce_on_key = "IP"
      rate_limit_threshold {
        count        = 120
        interval_sec = 60
      }
    }
  }

  rule {
    description = "Everybody else: plenty for an application, too little for a flood."
    action      = "throttle"
    priority    = 1000
    match {
      versioned_expr = "SRC_IPS_V1"
      config {
        src_ip_ranges = ["*"]
      }
    }
    rate_limit_options {
      conform_action = "allow"
      exceed_action  = "deny(429)"
      enforce_on_key = "IP"
      rate_limit_threshold {
        count        = 6000
        interval_sec = 60
      }
    }
  }

  rule {
    description = "Who asks no more than that comes in."
    action      = "allow"
    priority    = 2147483647
    match {
      versioned_expr = "SRC_IPS_V1"
      config {
        src_ip_ranges = ["*"]
      }
    }
  }
}
