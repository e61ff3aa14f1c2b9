# The one part that does not grow by itself.

locals {
  database_alerts = {
    connections = {
      title     = "four of five database connections are in use"
      metric    = "cloudsql.googleapis.com/database/postgresql/num_backends"
      more_than = var.database.max_connections * 0.8
      aligner   = "ALIGN_MAX"
      reducer   = "REDUCE_SUM"
      advice    = "Lower max_instances or pool_size, or raise max_connections: Terraform refuses what does not fit, so something else holds connections. `SELECT usename, count(*) FROM pg_stat_activity GROUP BY 1`."
    }
    disk = {
      title     = "the database's disk is four fifths full"
      metric    = "cloudsql.googleapis.com/database/disk/utilization"
      more_than = 0.8
      aligner   = "ALIGN_MAX"
      reducer   = "REDUCE_MAX"
      advice    = "It grows by itself up to disk_limit_gb. At that limit nothing can be sold: raise it."
    }
    processor = {
      title     = "the database's processor is at its limit"
      metric    = "cloudsql.googleapis.com/database/cpu/utilization"
      more_than = 0.9
      aligner   = "ALIGN_MEAN"
      reducer   = "REDUCE_MAX"
      advice    = "Query Insights names the statement. A larger tier takes a restart of a minute."
    }
  }
}

resource "google_monitoring_alert_policy" "database" {
  for_each = local.database_alerts

  display_name          = "Latchkey ${var.environment}: ${each.value.title}"
  combiner              = "OR"
  severity              = "ERROR"
  notification_channels = local.channels
  user_labels           = local.labels

  conditions {
    display_name = each.value.title

    condition_threshold {
      filter          = "metric.type=\"${each.value.metric}\" AND resource.type=\"cloudsql_database\" AND resource.labels.database_id=\"${var.project}:${google_sql_database_instance.shop.name}\""
      comparison      = "COMPARISON_GT"
      threshold_value = each.value.more_than
      duration        = "300s"

      aggregations {
        alignment_period     = "300s"
        per_series_aligner   = each.value.aligner
        cross_series_reducer = each.value.reducer
      }
    }
  }

  documentation {
    mime_type = "text/markdown"
    content   = each.value.advice
  }
}
