# Who may read which secret, held against the table; each account is told apart by its name.

mock_provider "google" {
  source          = "./tests/mocks"
  override_during = plan
}

run "only_those_who_name_it" {
  command = plan

  assert {
    condition = toset(keys(google_secret_manager_secret_iam_member.reader)) == toset(flatten(concat(
      [for row in jsondecode(file("../../../functions.json")).functions : concat(
        [for setting in row.settings : "${row.name} ${replace(lower(setting), "_", "-")}" if contains(local.shared_secret_settings, setting)],
        [for setting in row.settings : "${row.name} ${replace(lower(setting), "_", "-")}-${row.name}" if contains(local.own_secret_settings, setting)],
      )],
      ["migrate database-url-operator", "catalog-apply database-url-operator"],
      [for setting in local.shared_secret_settings : "operator ${replace(lower(setting), "_", "-")}"],
      [for setting in local.own_secret_settings : "operator ${replace(lower(setting), "_", "-")}-operator"],
    )))
    error_message = "A secret can be read by somebody whose row does not name it, or not by somebody whose row does."
  }

  assert {
    condition = alltrue([
      for name, grant in google_secret_manager_secret_iam_member.reader :
      grant.role == "roles/secretmanager.secretAccessor"
      && grant.secret_id == split(" ", name)[1]
      && grant.member == local.accounts[split(" ", name)[0]].member
    ])
    error_message = "A grant is not for the account and the secret that it is named after."
  }

  assert {
    condition     = length(distinct([for name, account in local.accounts : account.member])) == length(local.accounts)
    error_message = "Two functions share an account."
  }

  assert {
    condition     = length(distinct([for name, row in local.functions : local.secrets_of[name]["DATABASE_URL"]])) == length(local.functions)
    error_message = "Two functions share a role in the database."
  }

  assert {
    condition = alltrue([
      for name, service in google_cloud_run_v2_service.function : alltrue([
        for given in service.template[0].containers[0].env :
        contains(keys(google_secret_manager_secret_iam_member.reader), "${name} ${given.value_source[0].secret_key_ref[0].secret}")
        if length(given.value_source) == 1
      ])
    ])
    error_message = "A function is given a secret that it may not read."
  }

  assert {
    condition = alltrue([
      for service in google_cloud_run_v2_service.function : alltrue([
        for given in service.template[0].containers[0].env : length(given.value_source) == 1
        if contains(["DATABASE_URL", "STRIPE_API_KEY", "KEY_PEPPER", "LICENSE_SECRETS", "SMTP_URL", "STRIPE_WEBHOOK_SECRETS", "TOKEN_SECRETS"], given.name)
      ])
    ])
    error_message = "A secret stands among the plain values, and so in the state."
  }
}

run "builds_read_none" {
  command = plan

  assert {
    condition = length(setintersection(
      [for grant in google_secret_manager_secret_iam_member.reader : grant.member],
      [google_service_account.deployer.member, google_service_account.tester.member],
    )) == 0
    error_message = "Cloud Build can read a secret."
  }

  assert {
    condition = alltrue([
      for grant in concat(values(google_project_iam_member.deployer), values(google_project_iam_member.tester)) :
      grant.role == "roles/logging.logWriter" || startswith(grant.role, google_project_iam_custom_role.deployer["sees"].name)
    ])
    error_message = "Cloud Build has a role in the whole project that may read a secret, or open a service to everybody."
  }
}

run "with_a_key_for_storage" {
  command = plan

  variables {
    storage_signer = "hmac"
  }

  assert {
    condition     = toset([for name in keys(google_secret_manager_secret_iam_member.reader) : split(" ", name)[0] if endswith(name, " storage-signer")]) == toset(concat([for name, row in local.functions : name if contains(row.settings, "STORAGE_SIGNER")], ["operator"]))
    error_message = "The storage's key can be read by somebody whose row does not name it."
  }

  assert {
    condition     = length(google_service_account_iam_member.signs_as_itself) == 0
    error_message = "An account may sign that holds a key already."
  }
}

run "without_a_key_for_storage" {
  command = plan

  assert {
    condition     = toset(keys(google_service_account_iam_member.signs_as_itself)) == toset(concat([for name, row in local.functions : name if contains(row.settings, "STORAGE_SIGNER")], ["operator"]))
    error_message = "Somebody may sign storage links whose row does not say so."
  }

  assert {
    condition     = one([for given in google_cloud_run_v2_service.function["download"].template[0].containers[0].env : given.value if given.name == "STORAGE_SIGNER"]) == "iam:${google_service_account.function["download"].email}"
    error_message = "download does not sign as itself."
  }
}
