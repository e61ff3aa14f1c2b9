# What the load balancer can reach: the storefront and the public functions. A task has no backend and so no address
# outside.

resource "google_compute_region_network_endpoint_group" "function" {
  for_each = local.deployed_public

  name                  = "latchkey-${each.key}"
  region                = var.region
  network_endpoint_type = "SERVERLESS"

  cloud_run {
    service = google_cloud_run_v2_service.function[each.key].name
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "google_compute_backend_service" "function" {
  for_each = local.deployed_public

  name                  = "latchkey-${each.key}"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  protocol              = "HTTPS"
  enable_cdn            = false
  security_policy       = contains(local.webhooks, each.key) ? google_compute_security_policy.webhooks.id : google_compute_security_policy.people.id

  backend {
    group = google_compute_region_network_endpoint_group.function[each.key].id
  }

  # The load balancer's line has the whole path in it. The function writes a line of its own, without.
  log_config {
    enable      = !contains(local.bearer_paths, each.key)
    sample_rate = contains(local.bearer_paths, each.key) ? null : 1
  }
}

resource "google_compute_region_network_endpoint_group" "web" {
  count = var.deploy ? 1 : 0

  name                  = "latchkey-web"
  region                = var.region
  network_endpoint_type = "SERVERLESS"

  cloud_run {
    service = google_cloud_run_v2_service.web[0].name
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "google_compute_backend_service" "web" {
  count = var.deploy ? 1 : 0

  name                  = "latchkey-web"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  protocol              = "HTTPS"
  enable_cdn            = true
  compression_mode      = "AUTOMATIC"
  security_policy       = google_compute_security_policy.people.id

  backend {
    group = google_compute_region_network_endpoint_group.web[0].id
  }

  # nginx says what may be kept: styles and pictures for an hour, a page never without asking.
  cdn_policy {
    cache_mode         = "USE_ORIGIN_HEADERS"
    request_coalescing = true
    # A path that does not exist is asked for again and again by machines.
    negative_caching = true

    negative_caching_policy {
      code = 404
      ttl  = 60
    }

    cache_key_policy {
      include_host         = true
      include_protocol     = true
      include_query_string = false
    }
  }

  # The page after paying has the checkout session in its address.
  log_config {
    enable = false
  }
}
