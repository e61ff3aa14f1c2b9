# Cloud Run writes a line for each request, with the whole address. Where that address is as good as a key, the line is
# dropped before it is stored; the function's own line, without the key, stays. The storefront's holds the checkout
# session after a payment, so it goes too. Counts, latencies and errors are metrics and need no line.

resource "google_logging_project_exclusion" "bearer_paths" {
  name        = "latchkey-bearer-paths"
  description = "Requests whose address holds a token or a session"
  filter = join(" AND ", [
    "logName=\"projects/${var.project}/logs/run.googleapis.com%2Frequests\"",
    "resource.type=\"cloud_run_revision\"",
    "resource.labels.service_name=(${join(" OR ", [for name in concat(sort(local.bearer_paths), ["web"]) : jsonencode(name)])})",
  ])

  depends_on = [google_project_service.used]
}
