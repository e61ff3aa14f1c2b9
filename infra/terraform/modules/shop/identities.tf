# One account for each thing that runs. None has a key that could be copied: Google lends each its identity.

resource "google_service_account" "function" {
  for_each = local.functions

  account_id   = "fn-${each.key}"
  display_name = "Latchkey: ${each.key}"

  depends_on = [google_project_service.used]
}

resource "google_service_account" "job" {
  for_each = local.jobs

  account_id   = "job-${each.key}"
  display_name = "Latchkey: the job ${each.key}"

  depends_on = [google_project_service.used]
}

# The storefront's server needs nothing, and so it is somebody who may do nothing.
resource "google_service_account" "web" {
  account_id   = "latchkey-web"
  display_name = "Latchkey: the storefront"

  depends_on = [google_project_service.used]
}

resource "google_service_account" "scheduler" {
  account_id   = "latchkey-scheduler"
  display_name = "Latchkey: calls the tasks"

  depends_on = [google_project_service.used]
}

# The way to the database's socket; what can be done there is up to the role and its password.
resource "google_project_iam_member" "function_database" {
  for_each = { for name, row in local.functions : name => row if contains(row.settings, "DATABASE_URL") }

  project = var.project
  role    = "roles/cloudsql.client"
  member  = google_service_account.function[each.key].member
}

resource "google_project_iam_member" "job_database" {
  for_each = local.jobs

  project = var.project
  role    = "roles/cloudsql.client"
  member  = google_service_account.job[each.key].member
}

# Signing a storage link without a key: the account may sign as itself, and as nobody else.
resource "google_service_account_iam_member" "signs_as_itself" {
  for_each = var.storage_signer == "iam" ? {
    for name, account in local.accounts : name => account if contains(account.settings, "STORAGE_SIGNER")
  } : {}

  service_account_id = each.value.id
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = each.value.member
}

locals {
  # Everything that runs with settings, functions and jobs alike; a name is unique among both.
  accounts = merge(
    { for name, row in local.functions : name => {
      settings = row.settings
      id       = google_service_account.function[name].name
      email    = google_service_account.function[name].email
      member   = google_service_account.function[name].member
    } },
    { for name, row in local.jobs : name => {
      settings = row.settings
      id       = google_service_account.job[name].name
      email    = google_service_account.job[name].email
      member   = google_service_account.job[name].member
    } },
  )
}
