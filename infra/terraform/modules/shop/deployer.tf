# Who Cloud Build is while it builds and deploys. It has no right to read a secret or a row, to make a service or a job, or
# to say who may call one. But what it deploys has: the code of the functions and of `migrate`, which owns the database, is
# what this account says it is. So nothing runs as this account but infra/deploy and the Dockerfile, at a commit that was
# tested before (tester.tf). It can neither act as `operator` or `catalog-apply` nor change or start them: people do
# (infra/deploy/job).

resource "google_service_account" "deployer" {
  account_id   = "latchkey-deployer"
  display_name = "Latchkey: builds and deploys"

  depends_on = [google_project_service.used]
}

locals {
  # What the gcloud commands of infra/deploy ask for, and nothing else. Each permission is listed in
  # https://cloud.google.com/run/docs/reference/iam/permissions or https://cloud.google.com/build/docs/iam-roles-permissions.
  deployer_roles = {
    # Was the commit tested; how are services and jobs; has a change, has a job's run ended.
    sees = [
      "cloudbuild.builds.list",
      "run.executions.get",
      "run.jobs.get",
      "run.operations.get",
      "run.services.get",
    ]
    # `services update`, `services update-traffic`: on each service.
    releases = ["run.services.update"]
    # `jobs update`, `jobs execute`: on the job `migrate`.
    migrates = ["run.jobs.update", "run.jobs.run"]
    # `jobs execute --args`: on the job `smoke`, whose account may call the tasks and nothing else.
    asks = ["run.jobs.run", "run.jobs.runWithOverrides"]
  }
}

resource "google_project_iam_custom_role" "deployer" {
  for_each = local.deployer_roles

  role_id     = "latchkeyDeployer${title(each.key)}"
  title       = "Latchkey: the deployer ${each.key}"
  permissions = each.value

  depends_on = [google_project_service.used]
}

resource "google_project_iam_member" "deployer" {
  for_each = {
    logs = "roles/logging.logWriter"
    sees = google_project_iam_custom_role.deployer["sees"].name
  }

  project = var.project
  role    = each.value
  member  = google_service_account.deployer.member
}

resource "google_cloud_run_v2_service_iam_member" "deployer" {
  for_each = var.deploy ? merge(
    { for name, service in google_cloud_run_v2_service.function : name => service.name },
    { web = google_cloud_run_v2_service.web[0].name },
  ) : {}

  name     = each.value
  location = var.region
  role     = google_project_iam_custom_role.deployer["releases"].name
  member   = google_service_account.deployer.member
}

resource "google_cloud_run_v2_job_iam_member" "deployer_migrates" {
  count = var.deploy ? 1 : 0

  name     = google_cloud_run_v2_job.operator["migrate"].name
  location = var.region
  role     = google_project_iam_custom_role.deployer["migrates"].name
  member   = google_service_account.deployer.member
}

resource "google_cloud_run_v2_job_iam_member" "deployer_asks" {
  count = var.deploy ? 1 : 0

  name     = google_cloud_run_v2_job.smoke[0].name
  location = var.region
  role     = google_project_iam_custom_role.deployer["asks"].name
  member   = google_service_account.deployer.member
}

resource "google_artifact_registry_repository_iam_member" "deployer" {
  repository = google_artifact_registry_repository.images.name
  location   = var.region
  role       = "roles/artifactregistry.writer"
  member     = google_service_account.deployer.member
}

# Whoever changes a service or a job must be allowed to act as its account.
resource "google_service_account_iam_member" "deployer_as" {
  for_each = merge(
    { for name, account in local.accounts : name => account.id if contains(concat(keys(local.functions), ["migrate"]), name) },
    { web = google_service_account.web.name },
  )

  service_account_id = each.value
  role               = "roles/iam.serviceAccountUser"
  member             = google_service_account.deployer.member
}

# Where `gcloud builds submit` puts the source of a build that a person starts.
resource "google_storage_bucket" "builds" {
  name                        = "${var.project}-builds"
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = true
  labels                      = local.labels

  lifecycle_rule {
    action {
      type = "Delete"
    }

    condition {
      age = 30
    }
  }

  depends_on = [google_project_service.used]
}

resource "google_storage_bucket_iam_member" "builds" {
  bucket = google_storage_bucket.builds.name
  role   = "roles/storage.objectViewer"
  member = google_service_account.deployer.member
}

# A build of the test trigger that succeeded begins this one: staging goes on by itself, production waits for a person's
# word, who then knows the tests' result. The message only begins it. What is deployed is the branch's newest commit, and the
# first step asks Cloud Build whether that very commit was tested (infra/deploy/tested).
resource "google_cloudbuild_trigger" "deploy" {
  count = var.repository == null ? 0 : 1

  name            = "latchkey-${var.environment}"
  location        = var.region
  service_account = google_service_account.deployer.id
  filter          = "_STATUS == \"SUCCESS\" && _TRIGGER == \"${google_cloudbuild_trigger.test[0].trigger_id}\""

  pubsub_config {
    topic = google_pubsub_topic.builds.id
  }

  source_to_build {
    repository = var.repository
    ref        = "refs/heads/${var.branch}"
    # The repository says what it is.
    repo_type = "UNKNOWN"
  }

  git_file_source {
    repository = var.repository
    revision   = "refs/heads/${var.branch}"
    path       = "cloudbuild.yaml"
    repo_type  = "UNKNOWN"
  }

  approval_config {
    approval_required = var.environment == "production"
  }

  substitutions = {
    _ENVIRONMENT  = var.environment
    _REGION       = var.region
    _REPOSITORY   = local.registry
    _TEST_TRIGGER = google_cloudbuild_trigger.test[0].trigger_id
    # Out of the message: https://cloud.google.com/build/docs/subscribe-build-notifications
    _STATUS  = "$(body.message.attributes.status)"
    _TRIGGER = "$(body.message.data.buildTriggerId)"
  }

  depends_on = [google_project_service.used]
}
