# Counts lines of the functions' log by the words that each kind of event always has. A gate sees to it that these words
# stand in the source: Tests/Gates/test_terraform.py.

locals {
  events = { for event in jsondecode(file("${path.module}/events.json")) : event.name => event }

  event_filters = {
    for name, event in local.events : name => join(" AND ", concat(
      ["resource.type=\"cloud_run_revision\""],
      length(event.messages) > 0 ? ["jsonPayload.message=(${join(" OR ", [for message in event.messages : jsonencode(message)])})"] : [],
      can(event.severity_at_least) ? ["severity>=${event.severity_at_least}", "jsonPayload.function:*"] : [],
      [for field, value in try(event.only, {}) : "jsonPayload.${field}=${jsonencode(value)}"],
      [for field, value in try(event.unless, {}) : "NOT jsonPayload.${field}=${jsonencode(value)}"],
    ))
  }
}

resource "google_logging_metric" "event" {
  for_each = local.events

  name        = "latchkey_${each.key}"
  description = each.value.title
  filter      = local.event_filters[each.key]

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
    unit        = "1"

    labels {
      key         = "function"
      value_type  = "STRING"
      description = "Which function wrote the line"
    }
  }

  label_extractors = { function = "EXTRACT(jsonPayload.function)" }

  depends_on = [google_project_service.used]
}
