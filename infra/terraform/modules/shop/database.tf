# The one Postgres. No network reaches it: it has an address, no network is authorised on it, and only the connector of
# Cloud Run (the socket below /cloudsql) or the Cloud SQL Auth Proxy gets through, by IAM. That costs no VPC, and libpq
# sees a Unix socket, on which no certificate needs to be checked.
#
# The users are not made here. A user that the API makes is a member of cloudsqlsuperuser and could take every other
# role; a migration makes each function's role with its few rights, and infra/terraform/secrets lets it log in. So no
# password is in Terraform's state either.

resource "google_sql_database_instance" "shop" {
  name                = "latchkey"
  database_version    = var.database.version
  region              = var.region
  deletion_protection = var.protect

  settings {
    tier                        = var.database.tier
    edition                     = "ENTERPRISE"
    availability_type           = var.database.availability
    deletion_protection_enabled = var.protect
    retain_backups_on_delete    = true
    connector_enforcement       = "REQUIRED"
    disk_type                   = "PD_SSD"
    disk_size                   = var.database.disk_gb
    disk_autoresize             = true
    disk_autoresize_limit       = var.database.disk_limit_gb
    user_labels                 = local.labels

    ip_configuration {
      ipv4_enabled = true
      ssl_mode     = "TRUSTED_CLIENT_CERTIFICATE_REQUIRED"
    }

    backup_configuration {
      enabled                        = true
      start_time                     = "02:00"
      point_in_time_recovery_enabled = true
      transaction_log_retention_days = var.database.log_days

      backup_retention_settings {
        retained_backups = var.database.backups
        retention_unit   = "COUNT"
      }
    }

    maintenance_window {
      day          = 2
      hour         = 4
      update_track = "stable"
    }

    insights_config {
      query_insights_enabled = true
      # Statements are literal text with bound values, so nothing of a buyer's is in them.
      record_client_address   = false
      record_application_tags = false
    }

    database_flags {
      name  = "max_connections"
      value = tostring(var.database.max_connections)
    }

    # A function that dies in a transaction must not hold its locks; statements have their own, shorter limit.
    database_flags {
      name  = "idle_in_transaction_session_timeout"
      value = "60000"
    }

    # A refused row's values are a buyer's: the log names the statement's fault and not its values.
    database_flags {
      name  = "log_error_verbosity"
      value = "terse"
    }
  }

  lifecycle {
    prevent_destroy = true
    # The disk grows by itself; a smaller size here would mean a new database.
    ignore_changes = [settings[0].disk_size]

    precondition {
      condition     = local.connections.needed <= local.connections.available
      error_message = "The functions could open ${local.connections.needed} connections and the database has ${local.connections.available} for them: lower max_instances or pool_size, or raise max_connections and the tier."
    }

    # Stripe allows an account 100 calls a second; checkout and reconcile need their part. An instance of `orders` looks up
    # seven sessions a second at most: SessionLookupCache.swift.
    precondition {
      condition     = 7 * try(local.capacity["orders"].max_instances, 0) <= 70
      error_message = "orders may have 10 instances at most: each asks Stripe for 7 sessions a second, and Stripe allows an account 100 calls."
    }

    precondition {
      condition     = length(setsubtract(keys(var.capacity), keys(local.functions))) == 0
      error_message = "capacity names what is no function: ${join(", ", setsubtract(keys(var.capacity), keys(local.functions)))}."
    }

    precondition {
      condition     = alltrue([for row in local.functions : can(var.sizes[row.size])])
      error_message = "infra/functions.json names a size that sizes does not have: ${join(", ", distinct([for row in local.functions : row.size]))}."
    }
  }

  depends_on = [google_project_service.used]
}

resource "google_sql_database" "shop" {
  name     = "latchkey"
  instance = google_sql_database_instance.shop.name
  # Taken out of the state, never dropped.
  deletion_policy = "ABANDON"
}
