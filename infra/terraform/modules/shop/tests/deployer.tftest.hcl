# What a push does.

mock_provider "google" {
  source          = "./tests/mocks"
  override_during = plan
}

run "trigger" {
  command = plan

  variables {
    repository = "projects/p/locations/r/connections/c/repositories/shop"
  }

  assert {
    condition     = google_cloudbuild_trigger.push[0].approval_config[0].approval_required == (var.environment == "production")
    error_message = "Production is deployed without a person's word, or staging waits for one."
  }

  assert {
    condition     = google_cloudbuild_trigger.push[0].substitutions["_REPOSITORY"] == local.registry && google_cloudbuild_trigger.push[0].service_account == google_service_account.deployer.id
    error_message = "Cloud Build works for another shop, or as somebody else."
  }

  assert {
    condition     = toset(keys(google_service_account_iam_member.deployer_as)) == toset(concat(keys(local.functions), keys(local.jobs), ["web", "smoke"]))
    error_message = "Cloud Build cannot hand a service its account, or can hand out another."
  }
}

run "smoke" {
  command = plan

  assert {
    condition     = length(google_cloud_run_v2_job.smoke[0].template[0].template[0].containers[0].env) == 0 && google_cloud_run_v2_job.smoke[0].template[0].template[0].vpc_access[0].egress == "ALL_TRAFFIC"
    error_message = "The job that asks new revisions is told something, or asks from outside."
  }
}
