# Each setting that a row names is a secret (secrets.tf), a value of infra/settings.json, one of these values, or nothing
# that the module knows: then the plan stops with its name.

locals {
  plain_settings = merge({ for name, row in local.settings : name => row.cloud.value if can(row.cloud.value) }, var.settings, {
    MAIL_FROM            = var.mail_from
    MAIL_TEMPLATES       = var.mail_templates
    PUBLIC_URL           = local.public_url
    QUIET_HOURS          = tostring(var.quiet_hours)
    RATE_LIMITS          = var.rate_limits
    STORAGE_BUCKET       = google_storage_bucket.artifacts.name
    STRIPE_CHECKOUT_BASE = var.stripe_checkout_base
    # The load balancer puts two addresses at the right of X-Forwarded-For, «caller, its own», whatever a caller wrote
    # before them; Cloud Run behind it adds none. So the second from the right is the last one that no stranger wrote.
    # That nothing but the load balancer can reach a public function is in functions_run.tf (ingress).
    # https://cloud.google.com/load-balancing/docs/https#x-forwarded-for_header
    TRUSTED_PROXY_HOPS = "2"
  })

  # What is each account's own without being secret.
  own_settings = {
    for name, account in local.accounts : name => merge(
      var.storage_signer == "iam" ? { STORAGE_SIGNER = "iam:${account.email}" } : {},
      { TASKS_AUTH = contains(local.checks_callers, name) ? (
        "oidc:${local.task_audiences[name]},${google_service_account.scheduler.email}"
      ) : "iam" },
    )
  }

  # What every process is told. Cloud Run sets PORT itself.
  common_settings = {
    GOOGLE_CLOUD_PROJECT = var.project
    LOG_LEVEL            = var.log_level
  }

  # Whom a scheduler's token is for. A name of our own, because a service cannot be told its address before it has one.
  task_audiences = {
    for name, row in local.functions : name => "${local.public_url}${row.schedule.path}" if can(row.schedule)
  }

  # Whose tasks check the scheduler's token themselves: Cloud Run lets everybody through to a public function.
  checks_callers = [for name, row in local.functions : name if can(row.schedule) && (var.tasks_auth == "oidc" || row.public)]

  # What there is to give to each; a setting that is empty is left out, which is how the functions read it too.
  given_settings = { for name, own in local.own_settings : name => merge(local.plain_settings, own) }

  environment_of = {
    for name, account in local.accounts : name => merge(local.common_settings, {
      for setting in account.settings : setting => local.given_settings[name][setting]
      if !can(local.secrets_of[name][setting]) && try(local.given_settings[name][setting] != "", false)
    })
  }

  unknown_settings = {
    for name, account in local.accounts : name => [
      for setting in account.settings : setting
      if !can(local.given_settings[name][setting]) && !can(local.secrets_of[name][setting])
    ]
  }
}
