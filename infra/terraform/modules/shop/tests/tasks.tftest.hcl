# What the scheduler calls.

mock_provider "google" {
  source          = "./tests/mocks"
  override_during = plan
}

run "tasks" {
  command = plan

  assert {
    condition     = toset(keys(google_cloud_scheduler_job.task)) == toset([for name, row in local.functions : name if can(row.schedule)])
    error_message = "A task of the table has no schedule."
  }

  assert {
    condition     = google_cloud_scheduler_job.task["email-retry"].schedule == "*/1 * * * *" && google_cloud_scheduler_job.task["reconcile"].schedule == "*/15 * * * *"
    error_message = "A task is not called as often as its row says."
  }

  assert {
    condition = alltrue([
      for name, job in google_cloud_scheduler_job.task :
      contains(google_cloud_run_v2_service.function[name].custom_audiences, job.http_target[0].oidc_token[0].audience)
      && job.http_target[0].oidc_token[0].service_account_email == google_service_account.scheduler.email
      && endswith(job.http_target[0].uri, local.functions[name].schedule.path)
    ])
    error_message = "The scheduler's token is not for the task that it calls."
  }
}
