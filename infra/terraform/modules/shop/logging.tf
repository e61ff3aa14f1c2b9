# Cloud Run writes a line for each request, with the whole address. Where that address is as good as a key, the line is
# dropped before it is stored; the function's own line, without the key, stays. The storefront's holds the checkout
# session after a payment, so it goes too. Counts, latencies and errors are metrics and need no line.
#
# Cloud Run also makes a trace of some requests, at most one in ten seconds for each instance
# (https://cloud.google.com/run/docs/trace). Such a span may hold the whole address (`/http/url`:
# https://cloud.google.com/trace/docs/trace-labels), is kept for 30 days, and has neither a filter nor a rate that could be
# set. Nothing of ours reads or writes traces, so Cloud Trace is not turned on here, and infra/runbooks/first-deployment.md
# turns it off where a new project came with it. What is left of that: R18 of infra/security/threats.md.

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
