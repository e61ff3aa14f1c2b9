# Where secrets lie, and who may read which. Only the places are made here: infra/terraform/secrets puts the versions in,
# because whatever Terraform writes it also keeps in its state.

locals {
  # Known to several functions, because they must agree on it.
  shared_secret_settings = [
    for name, row in local.settings : name
    if try(row.cloud.secret, "") == "shared" && (name != "STORAGE_SIGNER" || var.storage_signer == "hmac")
  ]
  # Another value for each function: its own role in the database, its own restricted key at Stripe.
  own_secret_settings = [for name, row in local.settings : name if try(row.cloud.secret, "") == "of each function"]

  shared_secrets = { for setting in local.shared_secret_settings : setting => replace(lower(setting), "_", "-") }

  # Jobs act as the database's owner and share one key, for a person stands behind each of their runs.
  own_secrets = merge(
    { for pair in setproduct(keys(local.functions), local.own_secret_settings) :
      "${pair[0]} ${pair[1]}" => "${replace(lower(pair[1]), "_", "-")}-${pair[0]}"
      if contains(local.functions[pair[0]].settings, pair[1])
    },
    { for setting in local.own_secret_settings : "jobs ${setting}" => "${replace(lower(setting), "_", "-")}-operator" },
  )

  # Function or job → setting → the secret that holds it.
  secrets_of = merge(
    { for name, row in local.functions : name => {
      for setting in row.settings : setting => try(local.shared_secrets[setting], local.own_secrets["${name} ${setting}"])
      if contains(concat(local.shared_secret_settings, local.own_secret_settings), setting)
    } },
    { for name, row in local.jobs : name => {
      for setting in row.settings : setting => try(local.shared_secrets[setting], local.own_secrets["jobs ${setting}"])
      if contains(concat(local.shared_secret_settings, local.own_secret_settings), setting)
    } },
  )
}

# Without these no key of any buyer can be made again.
resource "google_secret_manager_secret" "shared" {
  for_each = toset(values(local.shared_secrets))

  secret_id = each.key
  labels    = local.labels
  # A version that is destroyed can be had back for a week.
  version_destroy_ttl = "604800s"
  deletion_protection = var.protect

  replication {
    auto {}
  }

  lifecycle {
    prevent_destroy = true
  }

  depends_on = [google_project_service.used]
}

# These go with their function, and can be had again at the database or at Stripe.
resource "google_secret_manager_secret" "own" {
  for_each = toset(values(local.own_secrets))

  secret_id           = each.key
  labels              = local.labels
  version_destroy_ttl = "604800s"

  replication {
    auto {}
  }

  depends_on = [google_project_service.used]
}

resource "google_secret_manager_secret_iam_member" "reader" {
  for_each = {
    for grant in flatten([
      for name, secrets in local.secrets_of : [for setting, secret in secrets : { name = name, secret = secret }]
    ]) : "${grant.name} ${grant.secret}" => grant
  }

  secret_id = merge(google_secret_manager_secret.shared, google_secret_manager_secret.own)[each.value.secret].secret_id
  role      = "roles/secretmanager.secretAccessor"
  member    = local.accounts[each.value.name].member
}

# Who read which secret when, kept where nobody of the shop can change it.
resource "google_project_iam_audit_config" "secrets" {
  project = var.project
  service = "secretmanager.googleapis.com"

  audit_log_config {
    log_type = "DATA_READ"
  }

  audit_log_config {
    log_type = "DATA_WRITE"
  }

  depends_on = [google_project_service.used]
}
