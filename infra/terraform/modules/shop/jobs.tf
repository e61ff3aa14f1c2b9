# The `latchkey` command as Cloud Run jobs. They run as the database's owner, so only people start them; the deployer may
# change and start `migrate`.

locals {
  operator_settings = distinct(flatten([for row in values(local.functions) : row.settings]))

  jobs = {
    # Before traffic moves to a new revision.
    migrate = { arguments = ["migrate"], settings = ["DATABASE_URL"] }
    # After catalog.json was put into the catalog's bucket.
    catalog-apply = { arguments = ["catalog", "apply", "/catalog/catalog.json"], settings = ["DATABASE_URL"] }
    # Any other command: infra/deploy/job operator order list
    operator = { arguments = ["doctor"], settings = local.operator_settings }
  }
}

resource "google_cloud_run_v2_job" "operator" {
  for_each = { for name, row in local.jobs : name => row if var.deploy }

  name                = each.key
  location            = var.region
  labels              = local.labels
  deletion_protection = var.protect

  template {
    parallelism = 1
    task_count  = 1

    template {
      service_account       = google_service_account.job[each.key].email
      execution_environment = "EXECUTION_ENVIRONMENT_GEN2"
      timeout               = "900s"
      # What failed is looked at before it runs again.
      max_retries = 0

      containers {
        image = "${local.registry}/latchkey:${var.image_tag}"
        args  = each.value.arguments

        resources {
          limits = { cpu = "1", memory = "512Mi" }
        }

        dynamic "env" {
          for_each = merge(local.environment_of[each.key], {
            DATABASE_POOL_SIZE = tostring(local.job_pool_size)
            # Whom the audit log names; give your own name with --update-env-vars.
            LATCHKEY_OPERATOR = "job-${each.key}"
          })

          content {
            name  = env.key
            value = env.value
          }
        }

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

        volume_mounts {
          name       = "cloudsql"
          mount_path = "/cloudsql"
        }

        dynamic "volume_mounts" {
          for_each = each.key == "catalog-apply" ? [1] : []

          content {
            name       = "catalog"
            mount_path = "/catalog"
          }
        }
      }

      volumes {
        name = "cloudsql"

        cloud_sql_instance {
          instances = [google_sql_database_instance.shop.connection_name]
        }
      }

      dynamic "volumes" {
        for_each = each.key == "catalog-apply" ? [1] : []

        content {
          name = "catalog"

          gcs {
            bucket    = google_storage_bucket.catalog.name
            read_only = true
          }
        }
      }
    }
  }

  lifecycle {
    ignore_changes = [client, client_version, template[0].template[0].containers[0].image]
  }

  depends_on = [google_secret_manager_secret_iam_member.reader, google_project_iam_member.job_database]
}
