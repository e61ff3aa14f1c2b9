# Who can read and write files.

mock_provider "google" {
  source          = "./tests/mocks"
  override_during = plan
}

run "files" {
  command = plan

  assert {
    condition = alltrue([
      for bucket in [google_storage_bucket.artifacts, google_storage_bucket.catalog] :
      bucket.public_access_prevention == "enforced" && bucket.uniform_bucket_level_access && bucket.versioning[0].enabled && !bucket.force_destroy
    ]) && google_storage_bucket.builds.public_access_prevention == "enforced"
    error_message = "A bucket can be public, or forgets what was overwritten."
  }

  assert {
    condition     = toset(keys(google_storage_bucket_iam_member.readers)) == toset(["download"])
    error_message = "Somebody else than download reads the released files."
  }

  assert {
    condition     = !anytrue([for grant in google_storage_bucket_iam_member.publishers : contains(["roles/storage.admin", "roles/storage.objectAdmin", "roles/storage.objectUser"], grant.role)])
    error_message = "A publisher can replace a published file."
  }
}
