# One page: what is sold and what goes wrong above, who is busy below.

locals {
  run_metric = "resource.type=\"cloud_run_revision\" AND metric.type=\"run.googleapis.com"
  database   = "resource.type=\"cloudsql_database\" AND metric.type=\"cloudsql.googleapis.com/database"

  panels = [
    { title = "Requests by function", filter = "${local.run_metric}/request_count\"", aligner = "ALIGN_RATE", reducer = "REDUCE_SUM", by = ["resource.label.service_name"] },
    { title = "Failures (5xx) by function", filter = "${local.run_metric}/request_count\" AND metric.label.response_code_class=\"5xx\"", aligner = "ALIGN_RATE", reducer = "REDUCE_SUM", by = ["resource.label.service_name"] },
    { title = "Latency, 99th percentile, ms", filter = "${local.run_metric}/request_latencies\"", aligner = "ALIGN_DELTA", reducer = "REDUCE_PERCENTILE_99", by = ["resource.label.service_name"] },
    { title = "Instances by function", filter = "${local.run_metric}/container/instance_count\"", aligner = "ALIGN_MAX", reducer = "REDUCE_SUM", by = ["resource.label.service_name"] },
    { title = "Start of an instance, 99th percentile, ms", filter = "${local.run_metric}/container/startup_latencies\"", aligner = "ALIGN_DELTA", reducer = "REDUCE_PERCENTILE_99", by = ["resource.label.service_name"] },
    { title = "Database connections (of ${var.database.max_connections})", filter = "${local.database}/postgresql/num_backends\"", aligner = "ALIGN_MAX", reducer = "REDUCE_SUM", by = [] },
    { title = "Database processor", filter = "${local.database}/cpu/utilization\"", aligner = "ALIGN_MEAN", reducer = "REDUCE_MAX", by = [] },
    { title = "Database disk", filter = "${local.database}/disk/utilization\"", aligner = "ALIGN_MAX", reducer = "REDUCE_MAX", by = [] },
  ]

  event_panels = [
    for name, event in local.events : {
      title   = event.title
      filter  = "resource.type=\"cloud_run_revision\" AND metric.type=\"logging.googleapis.com/user/${google_logging_metric.event[name].name}\""
      aligner = "ALIGN_DELTA"
      reducer = "REDUCE_SUM"
      by      = ["metric.label.function"]
    }
  ]

  tiles = concat(local.panels, local.event_panels)
}

resource "google_monitoring_dashboard" "shop" {
  dashboard_json = jsonencode({
    displayName = "Latchkey ${var.environment}"
    mosaicLayout = {
      columns = 12
      tiles = [
        for place, tile in local.tiles : {
          xPos   = (place % 3) * 4
          yPos   = floor(place / 3) * 4
          width  = 4
          height = 4
          widget = {
            title = tile.title
            xyChart = {
              dataSets = [{
                plotType = "LINE"
                timeSeriesQuery = {
                  timeSeriesFilter = {
                    filter = tile.filter
                    aggregation = {
                      alignmentPeriod    = "300s"
                      perSeriesAligner   = tile.aligner
                      crossSeriesReducer = tile.reducer
                      groupByFields      = tile.by
                    }
                  }
                }
              }]
            }
          }
        }
      ]
    }
  })

  depends_on = [google_project_service.used]
}
