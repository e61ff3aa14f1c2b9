# The address that the domain's A and AAAA records point to, and the certificate that Google makes once they do.

resource "google_compute_global_address" "shop" {
  for_each = toset(["IPV4", "IPV6"])

  name       = "latchkey-${lower(each.key)}"
  ip_version = each.key

  # Buyers' links and Stripe's endpoint lead here.
  lifecycle {
    prevent_destroy = true
  }

  depends_on = [google_project_service.used]
}

resource "google_compute_managed_ssl_certificate" "shop" {
  # Its domains cannot be changed, so another set of them is another certificate.
  name = "latchkey-${substr(sha256(join(" ", concat([var.domain], var.aliases))), 0, 8)}"

  managed {
    domains = concat([var.domain], var.aliases)
  }

  lifecycle {
    create_before_destroy = true
  }

  depends_on = [google_project_service.used]
}

resource "google_compute_ssl_policy" "modern" {
  name            = "latchkey"
  profile         = "MODERN"
  min_tls_version = "TLS_1_2"

  depends_on = [google_project_service.used]
}
