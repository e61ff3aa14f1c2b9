# One Cloud Run service for each function.

resource "google_cloud_run_v2_service" "function" {
  for_each = local.deployed

  name                = each.key
  location            = var.region
  labels              = local.labels
  deletion_protection = var.protect

  # A public function is reached through the load balancer alone, so nobody passes by its rules or writes the addresses
  # that it counts callers by. A task is reached by Cloud Scheduler, which counts as internal.
  ingress = each.value.public ? "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER" : "INGRESS_TRAFFIC_INTERNAL_ONLY"

  custom_audiences = can(each.value.schedule) ? [local.task_audiences[each.key]] : null
  # Where a task checks the token itself, Cloud Run must not: it would take the signature off. (variables_shop.tf)
  invoker_iam_disabled = contains(local.checks_callers, each.key)

  template {
    service_account                  = google_service_account.function[each.key].email
    execution_environment            = "EXECUTION_ENVIRONMENT_GEN1"
    max_instance_request_concurrency = local.capacity[each.key].concurrency
    # Longer than any deadline of ours: a task's round takes a minute at most.
    timeout = each.value.public ? "60s" : "120s"

    scaling {
      min_instance_count = local.capacity[each.key].min_instances
      max_instance_count = local.capacity[each.key].max_instances
    }

    containers {
      image = "${local.registry}/${each.key}:${var.image_tag}"

      ports {
        container_port = 8080
      }

      resources {
        limits            = { cpu = "1", memory = local.capacity[each.key].memory }
        cpu_idle          = true
        startup_cpu_boost = true
      }

      dynamic "env" {
        for_each = merge(
          local.environment_of[each.key],
          contains(each.value.settings, "DATABASE_URL") ? { DATABASE_POOL_SIZE = tostring(local.capacity[each.key].pool_size) } : {},
        )

        content {
          name  = env.key
          value = env.value
        }
      }

      # «latest» is read when an instance starts; rotating a secret ends with a new revision.
      dynamic "env" {
        for_each = local.secrets_of[each.key]

        content {
          name = env.key

          value_source {
            secret_key_ref {
              secret  = env.value
              version = "latest"
            }
          }
        }
      }

      # A function answers within milliseconds of its start. Google keeps some paths that end in z for itself, but a probe
      # does not pass Google's front end.
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

      dynamic "volume_mounts" {
        for_each = contains(each.value.settings, "DATABASE_URL") ? [1] : []

        content {
          name       = "cloudsql"
          mount_path = "/cloudsql"
        }
      }
    }

    dynamic "volumes" {
      for_each = contains(each.value.settings, "DATABASE_URL") ? [1] : []

      content {
        name = "cloudsql"

        cloud_sql_instance {
          instances = [google_sql_database_instance.shop.connection_name]
        }
      }
    }
  }

  lifecycle {
    # Cloud Build deploys images and shifts traffic; what it did last is no fault to be mended here.
    ignore_changes = [client, client_version, template[0].containers[0].image, template[0].revision, traffic]

    precondition {
      condition     = length(local.unknown_settings[each.key]) == 0
      error_message = "infra/functions.json: ${each.key} names ${join(", ", local.unknown_settings[each.key])}, which is no secret and no value of this module: see settings.tf and secrets.tf."
    }
  }

  # Without these an instance starts and cannot read what it needs.
  depends_on = [google_secret_manager_secret_iam_member.reader, google_project_iam_member.function_database]
}
