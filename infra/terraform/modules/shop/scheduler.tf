# Calls each task as often as its row says, with a token for that task alone.

locals {
  task_minutes = { for name, row in local.deployed_tasks : name => row.schedule.every_seconds / 60 }
}

resource "google_cloud_scheduler_job" "task" {
  for_each = local.deployed_tasks

  name             = each.key
  region           = var.region
  description      = "Calls ${each.value.schedule.path}"
  schedule         = local.task_minutes[each.key] < 60 ? "*/${local.task_minutes[each.key]} * * * *" : "0 */${local.task_minutes[each.key] / 60} * * *"
  time_zone        = "Etc/UTC"
  attempt_deadline = "120s"

  retry_config {
    # The next round comes by itself; only what is seldom is tried again before.
    retry_count          = local.task_minutes[each.key] > 5 ? 2 : 0
    min_backoff_duration = "30s"
    max_backoff_duration = "120s"
  }

  http_target {
    http_method = "POST"
    uri         = "${google_cloud_run_v2_service.function[each.key].uri}${each.value.schedule.path}"

    oidc_token {
      service_account_email = google_service_account.scheduler.email
      audience              = local.task_audiences[each.key]
    }
  }

  lifecycle {
    precondition {
      condition = contains(
        concat([for minutes in [1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30] : minutes], [for hours in [1, 2, 3, 4, 6, 8, 12] : hours * 60]),
        local.task_minutes[each.key],
      )
      error_message = "infra/functions.json: ${each.key} is called every ${each.value.schedule.every_seconds} s, which no schedule can say: take minutes that divide an hour, or hours that divide a day."
    }
  }

  depends_on = [google_cloud_run_v2_service_iam_member.scheduler]
}
