# Who is told of what.

mock_provider "google" {
  source          = "./tests/mocks"
  override_during = plan
}

run "watch" {
  command = plan

  assert {
    condition     = alltrue([for policy in google_monitoring_alert_policy.event : length(policy.notification_channels) == 1])
    error_message = "An alert tells nobody."
  }

  assert {
    condition     = toset(keys(google_monitoring_alert_policy.event)) == toset(keys(google_logging_metric.event)) && length(google_logging_metric.event) >= 10
    error_message = "An event is counted and raises no alert."
  }

  assert {
    condition     = google_logging_metric.event["webhook_silence"].filter == "resource.type=\"cloud_run_revision\" AND jsonPayload.message=(\"invariant violated\") AND jsonPayload.invariant=\"no_webhook\""
    error_message = "The filter is not what Cloud Logging is to be asked."
  }

  assert {
    condition     = toset(keys(google_monitoring_uptime_check_config.path)) == toset(concat([for name, row in local.functions : name if row.public], ["web"])) && !anytrue([for check in google_monitoring_uptime_check_config.path : endswith(check.http_check[0].path, "z")])
    error_message = "A door is not asked from outside, or by a path that Google keeps."
  }

  assert {
    condition     = length(jsondecode(google_monitoring_dashboard.shop.dashboard_json).mosaicLayout.tiles) == 8 + length(google_logging_metric.event)
    error_message = "The dashboard lacks a panel."
  }
}

run "budget" {
  command = plan

  variables {
    billing_account = "012345-6789AB-CDEF01"
  }

  assert {
    condition     = google_billing_budget.month[0].amount[0].specified_amount[0].units == tostring(var.monthly_budget.units) && length(google_billing_budget.month[0].all_updates_rule[0].monitoring_notification_channels) == 1
    error_message = "What a month costs is told to nobody."
  }
}
