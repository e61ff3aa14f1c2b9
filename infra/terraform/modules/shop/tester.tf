# Who Cloud Build is while it tests. Tests run other people's code (the Python packages of Tests/requirements.txt), so they
# are a build of their own: all steps of one build share its folder and its account. This account may write logs and read
# the source; it can neither deploy, push an image, read a secret, start a build nor act as another account.

resource "google_service_account" "tester" {
  account_id   = "latchkey-tester"
  display_name = "Latchkey: tests"

  depends_on = [google_project_service.used]
}

resource "google_project_iam_member" "tester" {
  for_each = toset(["roles/logging.logWriter"])

  project = var.project
  role    = each.key
  member  = google_service_account.tester.member
}

# The source of a build that a person starts. A trigger's source is fetched by Cloud Build itself.
resource "google_storage_bucket_iam_member" "tester" {
  bucket = google_storage_bucket.builds.name
  role   = "roles/storage.objectViewer"
  member = google_service_account.tester.member
}

resource "google_cloudbuild_trigger" "test" {
  count = var.repository == null ? 0 : 1

  name            = "latchkey-${var.environment}-test"
  location        = var.region
  filename        = "cloudbuild.test.yaml"
  service_account = google_service_account.tester.id

  repository_event_config {
    repository = var.repository

    push {
      branch = "^${var.branch}$"
    }
  }

  depends_on = [google_project_service.used]
}

# Where Cloud Build tells what became of a build, if a topic of this name exists. Nobody is given the right to publish
# here: Cloud Build's own agent has it.
resource "google_pubsub_topic" "builds" {
  name   = "cloud-builds"
  labels = local.labels

  depends_on = [google_project_service.used]
}
