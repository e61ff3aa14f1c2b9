# Asks from several continents what a buyer would ask. Not /healthz: Google keeps some paths that end in z for itself and
# answers them before a service does. A function is asked for its own route in a way that it refuses (a route for POST
# with GET: 405, a token or session that cannot be: 404), because only a process that runs refuses politely; where the
# deployment's check gets another answer from GET, that one is right too.

locals {
  uptime_paths = merge(
    { for name, row in local.deployed_public : name => {
      path     = endswith(row.paths[0], "/") ? "${row.paths[0]}uptime" : row.paths[0]
      statuses = distinct(concat([404, 405], try(startswith(row.smoke.request, "GET "), false) ? [row.smoke.status] : []))
    } },
    var.deploy ? { web = { path = "/", statuses = [200] } } : {},
  )
}

resource "google_monitoring_uptime_check_config" "path" {
  for_each = local.uptime_paths

  display_name     = "Latchkey ${var.environment}: ${each.key}"
  period           = each.key == "web" ? "60s" : "300s"
  timeout          = "10s"
  selected_regions = ["EUROPE", "USA_VIRGINIA", "ASIA_PACIFIC"]

  http_check {
    path           = each.value.path
    port           = 443
    use_ssl        = true
    validate_ssl   = true
    request_method = "GET"

    dynamic "accepted_response_status_codes" {
      for_each = each.value.statuses

      content {
        status_value = accepted_response_status_codes.value
      }
    }
  }

  monitored_resource {
    type   = "uptime_url"
    labels = { project_id = var.project, host = var.domain }
  }

  depends_on = [google_project_service.used]
}

resource "google_monitoring_alert_policy" "uptime" {
  for_each = local.uptime_paths

  display_name          = "Latchkey ${var.environment}: ${each.key} cannot be reached"
  combiner              = "OR"
  severity              = "CRITICAL"
  notification_channels = local.channels
  user_labels           = local.labels

  conditions {
    display_name = "From two places or more, for 5 minutes"

    condition_threshold {
      filter          = "metric.type=\"monitoring.googleapis.com/uptime_check/check_passed\" AND resource.type=\"uptime_url\" AND metric.labels.check_id=\"${google_monitoring_uptime_check_config.path[each.key].uptime_check_id}\""
      comparison      = "COMPARISON_GT"
      threshold_value = 1
      duration        = "300s"

      aggregations {
        # Each place asks every five minutes at most; the latest answer counts.
        alignment_period     = "1200s"
        per_series_aligner   = "ALIGN_NEXT_OLDER"
        cross_series_reducer = "REDUCE_COUNT_FALSE"
      }
    }
  }

  documentation {
    mime_type = "text/markdown"
    content   = "Open https://${var.domain}${each.value.path} yourself. If that works, the certificate, the name or a country's network is at fault."
  }
}
