# Files: what is sold, and the catalog that says so.

resource "google_storage_bucket" "artifacts" {
  name                        = "${var.project}-artifacts"
  location                    = var.region
  storage_class               = "STANDARD"
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = false
  labels                      = local.labels

  # A published version is never overwritten; should a person do so, the old file is still there.
  versioning {
    enabled = true
  }

  soft_delete_policy {
    retention_duration_seconds = 2592000
  }

  # Pieces of uploads that were given up.
  lifecycle_rule {
    action {
      type = "AbortIncompleteMultipartUpload"
    }

    condition {
      age = 7
    }
  }

  lifecycle {
    prevent_destroy = true
  }

  depends_on = [google_project_service.used]
}

resource "google_storage_bucket" "catalog" {
  name                        = "${var.project}-catalog"
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = false
  labels                      = local.labels

  versioning {
    enabled = true
  }

  depends_on = [google_project_service.used]
}

# The function whose signature a buyer's link carries must itself be able to read the file.
resource "google_storage_bucket_iam_member" "readers" {
  for_each = { for name, row in local.functions : name => row if contains(row.settings, "STORAGE_BUCKET") }

  bucket = google_storage_bucket.artifacts.name
  role   = "roles/storage.objectViewer"
  member = google_service_account.function[each.key].member
}

# To publish is to create: the role can neither replace nor delete an object.
resource "google_storage_bucket_iam_member" "publishers" {
  for_each = {
    for pair in setproduct(var.publishers, ["roles/storage.objectCreator", "roles/storage.objectViewer"]) :
    "${pair[0]} ${pair[1]}" => { member = pair[0], role = pair[1] }
  }

  bucket = google_storage_bucket.artifacts.name
  role   = each.value.role
  member = each.value.member
}

resource "google_storage_bucket_iam_member" "catalog_reader" {
  bucket = google_storage_bucket.catalog.name
  role   = "roles/storage.objectViewer"
  member = google_service_account.job["catalog-apply"].member
}
