# The URL map is nginx's, line for line: a path that ends in a slash is everything below it, any other is that one path,
# and every other path is the storefront's.

locals {
  routes = {
    for name, row in local.deployed_public : name => [
      for path in row.paths : endswith(path, "/") ? "${path}*" : path
      if !anytrue([for other in row.paths : endswith(other, "/") && path != other && startswith(path, other)])
    ]
  }
}

resource "google_compute_url_map" "shop" {
  count = var.deploy ? 1 : 0

  name = "latchkey"

  # Another host name, or the bare address: to the shop's own name.
  default_url_redirect {
    host_redirect          = var.domain
    https_redirect         = true
    redirect_response_code = "FOUND"
    strip_query            = false
  }

  host_rule {
    hosts        = [var.domain]
    path_matcher = "shop"
  }

  path_matcher {
    name            = "shop"
    default_service = google_compute_backend_service.web[0].id

    dynamic "path_rule" {
      for_each = local.routes

      content {
        paths   = path_rule.value
        service = google_compute_backend_service.function[path_rule.key].id
      }
    }
  }
}
