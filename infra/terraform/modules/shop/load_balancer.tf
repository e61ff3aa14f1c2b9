# The front door: HTTPS on two addresses, and port 80 that only sends people to HTTPS.

locals {
  addresses = var.deploy ? google_compute_global_address.shop : {}
}

resource "google_compute_target_https_proxy" "shop" {
  count = var.deploy ? 1 : 0

  name             = "latchkey"
  url_map          = google_compute_url_map.shop[0].id
  ssl_certificates = [google_compute_managed_ssl_certificate.shop.id]
  ssl_policy       = google_compute_ssl_policy.modern.id
}

resource "google_compute_global_forwarding_rule" "https" {
  for_each = local.addresses

  name                  = "latchkey-https-${lower(each.key)}"
  target                = google_compute_target_https_proxy.shop[0].id
  ip_address            = each.value.id
  port_range            = "443"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  labels                = local.labels
}

resource "google_compute_url_map" "to_https" {
  count = var.deploy ? 1 : 0

  name = "latchkey-to-https"

  default_url_redirect {
    https_redirect         = true
    redirect_response_code = "MOVED_PERMANENTLY_DEFAULT"
    strip_query            = false
  }
}

resource "google_compute_target_http_proxy" "to_https" {
  count = var.deploy ? 1 : 0

  name    = "latchkey-to-https"
  url_map = google_compute_url_map.to_https[0].id
}

resource "google_compute_global_forwarding_rule" "http" {
  for_each = local.addresses

  name                  = "latchkey-http-${lower(each.key)}"
  target                = google_compute_target_http_proxy.to_https[0].id
  ip_address            = each.value.id
  port_range            = "80"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  labels                = local.labels
}
