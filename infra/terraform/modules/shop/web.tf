# The storefront: the nginx that serves it locally, with the same pages, headers and error pages, behind the load
# balancer's cache. A bucket would be cheaper by cents and would need all of that again in another language.

resource "google_cloud_run_v2_service" "web" {
  count = var.deploy ? 1 : 0

  name                = "web"
  location            = var.region
  labels              = local.labels
  deletion_protection = var.protect
  ingress             = "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"

  template {
    service_account                  = google_service_account.web.email
    execution_environment            = "EXECUTION_ENVIRONMENT_GEN1"
    max_instance_request_concurrency = 250
    timeout                          = "30s"

    scaling {
      min_instance_count = 0
      max_instance_count = var.web_max_instances
    }

    containers {
      image = "${local.registry}/web:${var.image_tag}"

      ports {
        container_port = 8080
      }

      # Where a page may send a buyer to pay.
      env {
        name  = "PAYMENT_PAGES"
        value = var.stripe_checkout_base
      }

      resources {
        limits            = { cpu = "1", memory = "128Mi" }
        cpu_idle          = true
        startup_cpu_boost = true
      }

      startup_probe {
        period_seconds    = 1
        timeout_seconds   = 1
        failure_threshold = 20

        http_get {
          path = "/healthz"
        }
      }

      liveness_probe {
        period_seconds    = 30
        timeout_seconds   = 5
        failure_threshold = 3

        http_get {
          path = "/healthz"
        }
      }
    }
  }

  lifecycle {
    ignore_changes = [client, client_version, template[0].containers[0].image, template[0].revision, traffic]
  }

  depends_on = [google_project_service.used]
}
