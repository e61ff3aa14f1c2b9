# One alert for each kind of event in events.json.

resource "google_monitoring_alert_policy" "event" {
  for_each = local.events

  display_name          = "Latchkey ${var.environment}: ${each.value.title}"
  combiner              = "OR"
  severity              = each.value.severity
  notification_channels = local.channels
  user_labels           = local.labels

  conditions {
    display_name = "More than ${each.value.more_than} in ${each.value.window_seconds / 60} minutes"

    condition_threshold {
      filter          = "metric.type=\"logging.googleapis.com/user/${google_logging_metric.event[each.key].name}\" AND resource.type=\"cloud_run_revision\""
      comparison      = "COMPARISON_GT"
      threshold_value = each.value.more_than
      duration        = "0s"

      aggregations {
        alignment_period     = "${each.value.window_seconds}s"
        per_series_aligner   = "ALIGN_DELTA"
        cross_series_reducer = "REDUCE_SUM"
        group_by_fields      = ["metric.label.function"]
      }
    }
  }

  documentation {
    mime_type = "text/markdown"
    content   = "${each.value.advice}\n\nLogs: `${local.event_filters[each.key]}`"
  }

  alert_strategy {
    auto_close = "86400s"
  }
}
