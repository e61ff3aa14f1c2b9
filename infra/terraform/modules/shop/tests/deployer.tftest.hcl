# What a push does, and what the two accounts that build may do.

mock_provider "google" {
  source          = "./tests/mocks"
  override_during = plan
}

run "tests" {
  command = plan

  variables {
    repository = "projects/p/locations/r/connections/c/repositories/shop"
  }

  assert {
    condition     = toset([for grant in google_project_iam_member.tester : grant.role]) == toset(["roles/logging.logWriter"]) && google_storage_bucket_iam_member.tester.role == "roles/storage.objectViewer"
    error_message = "The build that tests may do more than write logs and read sources."
  }

  assert {
    condition     = google_cloudbuild_trigger.test[0].service_account == google_service_account.tester.id && google_cloudbuild_trigger.test[0].filename == "cloudbuild.test.yaml"
    error_message = "Tests run as somebody who may do more."
  }

  assert {
    condition     = length(google_cloudbuild_trigger.test[0].approval_config) == 0 && google_cloudbuild_trigger.test[0].repository_event_config[0].push[0].branch == "^${var.branch}$"
    error_message = "A push is not tested by itself."
  }
}

run "deployment" {
  command = plan

  variables {
    repository = "projects/p/locations/r/connections/c/repositories/shop"
  }

  assert {
    condition     = google_cloudbuild_trigger.deploy[0].approval_config[0].approval_required == (var.environment == "production")
    error_message = "Production is deployed without a person's word, or staging waits for one."
  }

  assert {
    condition = (
      length(google_cloudbuild_trigger.deploy[0].repository_event_config) == 0
      && google_cloudbuild_trigger.deploy[0].pubsub_config[0].topic == google_pubsub_topic.builds.id
      && google_cloudbuild_trigger.deploy[0].filter == "_STATUS == \"SUCCESS\" && _TRIGGER == \"${google_cloudbuild_trigger.test[0].trigger_id}\""
    )
    error_message = "A deployment begins, or is put before a person, before its tests have succeeded."
  }

  assert {
    condition     = google_cloudbuild_trigger.deploy[0].substitutions["_TEST_TRIGGER"] == google_cloudbuild_trigger.test[0].trigger_id
    error_message = "The deployment takes another build's word for the tests."
  }

  assert {
    condition = alltrue([
      for source in concat(google_cloudbuild_trigger.deploy[0].source_to_build, google_cloudbuild_trigger.deploy[0].git_file_source) :
      source.repository == google_cloudbuild_trigger.test[0].repository_event_config[0].repository
    ]) && google_cloudbuild_trigger.deploy[0].source_to_build[0].ref == "refs/heads/${var.branch}" && google_cloudbuild_trigger.deploy[0].git_file_source[0].revision == "refs/heads/${var.branch}"
    error_message = "What is deployed comes from elsewhere than what is tested."
  }

  assert {
    condition     = google_cloudbuild_trigger.deploy[0].substitutions["_REPOSITORY"] == local.registry && google_cloudbuild_trigger.deploy[0].service_account == google_service_account.deployer.id
    error_message = "Cloud Build works for another shop, or as somebody else."
  }
}

run "the_deployers_rights" {
  command = plan

  assert {
    condition     = toset(keys(google_service_account_iam_member.deployer_as)) == toset(concat(keys(local.functions), ["migrate", "web"]))
    error_message = "Cloud Build cannot hand a service its account, or can hand out another: operator's has every shared secret."
  }

  assert {
    condition     = toset([for grant in google_project_iam_member.deployer : grant.role]) == toset(["roles/logging.logWriter", google_project_iam_custom_role.deployer["sees"].name])
    error_message = "Cloud Build has more rights in the whole project than to see and to write logs."
  }

  assert {
    condition = { for name, role in google_project_iam_custom_role.deployer : name => toset(role.permissions) } == {
      sees     = toset(["cloudbuild.builds.list", "run.executions.get", "run.jobs.get", "run.operations.get", "run.services.get"])
      releases = toset(["run.services.update"])
      migrates = toset(["run.jobs.update", "run.jobs.run"])
      asks     = toset(["run.jobs.run", "run.jobs.runWithOverrides"])
    }
    error_message = "The deployer's roles are not what its scripts use."
  }

  assert {
    condition     = google_cloud_run_v2_job_iam_member.deployer_migrates[0].name == "migrate" && google_cloud_run_v2_job_iam_member.deployer_asks[0].name == "smoke"
    error_message = "Cloud Build can change or start a job that people alone start."
  }

  assert {
    condition     = toset([for grant in google_cloud_run_v2_service_iam_member.deployer : grant.name]) == toset(concat(keys(local.functions), ["web"])) && toset([for grant in google_cloud_run_v2_service_iam_member.deployer : grant.role]) == toset([google_project_iam_custom_role.deployer["releases"].name])
    error_message = "Cloud Build can do something else with a service than to change it, or cannot change one."
  }
}

run "smoke" {
  command = plan

  assert {
    condition     = length(google_cloud_run_v2_job.smoke[0].template[0].template[0].containers[0].env) == 0 && google_cloud_run_v2_job.smoke[0].template[0].template[0].vpc_access[0].egress == "ALL_TRAFFIC"
    error_message = "The job that asks new revisions is told something, or asks from outside."
  }
}
