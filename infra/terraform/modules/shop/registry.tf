# Images, by digest. Old ones go, those of the last releases stay so that a rollback finds them.

locals {
  repository_id = "latchkey"
}

resource "google_artifact_registry_repository" "images" {
  repository_id = local.repository_id
  location      = var.region
  format        = "DOCKER"
  description   = "One image for each function"
  labels        = local.labels

  vulnerability_scanning_config {
    enablement_config = "INHERITED"
  }

  cleanup_policies {
    id     = "keep-recent"
    action = "KEEP"

    most_recent_versions {
      keep_count = 20
    }
  }

  cleanup_policies {
    id     = "delete-old"
    action = "DELETE"

    condition {
      older_than = "7776000s"
    }
  }

  depends_on = [google_project_service.used]
}
