# What is seen from outside the functions: errors, slowness, a task that no longer runs.

locals {
  public_services = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=one_of(${join(", ", [for name in concat(keys(local.deployed_public), ["web"]) : jsonencode(name)])})"
  all_services    = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=one_of(${join(", ", [for name in concat(keys(local.deployed), ["web"]) : jsonencode(name)])})"
}

resource "google_monitoring_alert_policy" "server_errors" {
  count = var.deploy ? 1 : 0

  display_name          = "Latchkey ${var.environment}: requests fail"
  combiner              = "AND_WITH_MATCHING_RESOURCE"
  severity              = "CRITICAL"
  notification_channels = local.channels
  user_labels           = local.labels

  conditions {
    display_name = "More than 2 % of the requests"

    condition_threshold {
      filter             = "metric.type=\"run.googleapis.com/request_count\" AND ${local.all_services} AND metric.labels.response_code_class=\"5xx\""
      denominator_filter = "metric.type=\"run.googleapis.com/request_count\" AND ${local.all_services}"
      comparison         = "COMPARISON_GT"
      threshold_value    = 0.02
      duration           = "0s"

      aggregations {
        alignment_period     = "300s"
        per_series_aligner   = "ALIGN_DELTA"
        cross_series_reducer = "REDUCE_SUM"
        group_by_fields      = ["resource.label.service_name"]
      }

      denominator_aggregations {
        alignment_period     = "300s"
        per_series_aligner   = "ALIGN_DELTA"
        cross_series_reducer = "REDUCE_SUM"
        group_by_fields      = ["resource.label.service_name"]
      }
    }
  }

  # One failure of three requests in the night is a line to read, not a reason to wake up.
  conditions {
    display_name = "And more than three"

    condition_threshold {
      filter          = "metric.type=\"run.googleapis.com/request_count\" AND ${local.all_services} AND metric.labels.response_code_class=\"5xx\""
      comparison      = "COMPARISON_GT"
      threshold_value = 3
      duration        = "0s"

      aggregations {
        alignment_period     = "300s"
        per_series_aligner   = "ALIGN_DELTA"
        cross_series_reducer = "REDUCE_SUM"
        group_by_fields      = ["resource.label.service_name"]
      }
    }
  }

  documentation {
    mime_type = "text/markdown"
    content   = "If a release went out just now, send the traffic back to the revision before it. Else read the errors in Error Reporting."
  }

  depends_on = [google_cloud_run_v2_service.function]
}

resource "google_monitoring_alert_policy" "latency" {
  count = var.deploy ? 1 : 0

  display_name          = "Latchkey ${var.environment}: answers are slow"
  combiner              = "OR"
  severity              = "WARNING"
  notification_channels = local.channels
  user_labels           = local.labels

  conditions {
    display_name = "One request of a hundred takes longer than 3 s, for 10 minutes"

    condition_threshold {
      filter          = "metric.type=\"run.googleapis.com/request_latencies\" AND ${local.public_services}"
      comparison      = "COMPARISON_GT"
      threshold_value = 3000
      duration        = "600s"

      aggregations {
        alignment_period     = "300s"
        per_series_aligner   = "ALIGN_DELTA"
        cross_series_reducer = "REDUCE_PERCENTILE_99"
        group_by_fields      = ["resource.label.service_name"]
      }
    }
  }

  documentation {
    mime_type = "text/markdown"
    content   = "Stripe, the mail server or the database answer slowly, or the instances are at their limit: compare the dashboard's panels."
  }

  depends_on = [google_cloud_run_v2_service.function]
}

resource "google_monitoring_alert_policy" "task_silence" {
  for_each = local.deployed_tasks

  display_name          = "Latchkey ${var.environment}: ${each.key} does not run"
  combiner              = "OR"
  severity              = "CRITICAL"
  notification_channels = local.channels
  user_labels           = local.labels

  conditions {
    display_name = "No round succeeded"

    condition_absent {
      filter   = "metric.type=\"run.googleapis.com/request_count\" AND resource.type=\"cloud_run_revision\" AND resource.labels.service_name=\"${each.key}\" AND metric.labels.response_code_class=\"2xx\""
      duration = "${max(900, each.value.schedule.every_seconds * 4)}s"

      aggregations {
        alignment_period     = "300s"
        per_series_aligner   = "ALIGN_DELTA"
        cross_series_reducer = "REDUCE_SUM"
      }
    }
  }

  documentation {
    mime_type = "text/markdown"
    content   = "Is the schedule paused, may its account call the service, does the service start? `gcloud scheduler jobs describe ${each.key} --location ${var.region}`"
  }

  depends_on = [google_cloud_run_v2_service.function]
}
