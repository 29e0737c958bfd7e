# With fixed_egress: what calls business applications leaves by one address, which their
# firewall can let in. Otherwise nothing on this page is made.

locals {
  _egress = var.fixed_egress ? 1 : 0
}

resource "google_compute_network" "egress" {
  count = local._egress

  name                    = "${local.prefix}-egress"
  auto_create_subnetworks = false

  depends_on = [google_project_service.needed]
}

# Nobody calls in by this network; Google's own connector is let in by rules of its own.
resource "google_compute_firewall" "egress" {
  count = local._egress

  name          = "${local.prefix}-egress-nobody-in"
  network       = google_compute_network.egress[0].id
  direction     = "INGRESS"
  priority      = 65000
  source_ranges = ["0.0.0.0/0"]

  deny {
    protocol = "all"
  }
}

resource "google_compute_subnetwork" "egress" {
  count = local._egress

  name                     = "${local.prefix}-egress"
  network                  = google_compute_network.egress[0].id
  region                   = var.region
  ip_cidr_range            = "10.8.0.0/28" # As small as a connector takes.
  private_ip_google_access = true

  log_config {
    aggregation_interval = "INTERVAL_10_MIN"
    flow_sampling        = 0.1
    metadata             = "EXCLUDE_ALL_METADATA"
  }
}

resource "google_vpc_access_connector" "egress" {
  count = local._egress

  name          = "${local.prefix}-egress"
  region        = var.region
  min_instances = 2
  max_instances = 3

  subnet {
    name = google_compute_subnetwork.egress[0].name
  }
}

resource "google_compute_address" "egress" {
  count = local._egress

  name   = "${local.prefix}-egress"
  region = var.region

  # Firewalls of others name it.
  lifecycle {
    prevent_destroy = true
  }
}

resource "google_compute_router" "egress" {
  count = local._egress

  name    = "${local.prefix}-egress"
  network = google_compute_network.egress[0].id
  region  = var.region
}

resource "google_compute_router_nat" "egress" {
  count = local._egress

  name                               = "${local.prefix}-egress"
  router                             = google_compute_router.egress[0].name
  region                             = var.region
  nat_ip_allocate_option             = "MANUAL_ONLY"
  nat_ips                            = [google_compute_address.egress[0].self_link]
  source_subnetwork_ip_ranges_to_nat = "ALL_SUBNETWORKS_ALL_IP_RANGES"

  log_config {
    enable = true
    filter = "ERRORS_ONLY"
  }
}
