# Who Cloud Build is while it builds and deploys: it may push images, roll out revisions, run the jobs, and hand each
# service its own account. It can read no secret and no row.

resource "google_service_account" "deployer" {
  account_id   = "latchkey-deployer"
  display_name = "Latchkey: builds and deploys"

  depends_on = [google_project_service.used]
}

resource "google_project_iam_member" "deployer" {
  for_each = toset([
    # Revisions, traffic, jobs; not who may call a service.
    "roles/run.developer",
    "roles/logging.logWriter",
  ])

  project = var.project
  role    = each.key
  member  = google_service_account.deployer.member
}

resource "google_artifact_registry_repository_iam_member" "deployer" {
  repository = google_artifact_registry_repository.images.name
  location   = var.region
  role       = "roles/artifactregistry.writer"
  member     = google_service_account.deployer.member
}

resource "google_service_account_iam_member" "deployer_as" {
  for_each = merge(
    { for name, account in local.accounts : name => account.id },
    { web = google_service_account.web.name, smoke = google_service_account.smoke.name },
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

# Staging follows the branch; production waits for a person's word.
resource "google_cloudbuild_trigger" "push" {
  count = var.repository == null ? 0 : 1

  name            = "latchkey-${var.environment}"
  location        = var.region
  filename        = "cloudbuild.yaml"
  service_account = google_service_account.deployer.id

  repository_event_config {
    repository = var.repository

    push {
      branch = "^${var.branch}$"
    }
  }

  approval_config {
    approval_required = var.environment == "production"
  }

  substitutions = {
    _ENVIRONMENT = var.environment
    _REGION      = var.region
    _REPOSITORY  = local.registry
  }

  depends_on = [google_project_service.used]
}
