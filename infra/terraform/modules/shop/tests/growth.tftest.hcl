# A new row in the table is a new function here, with nothing else to write; and the two ways of the first days.

mock_provider "google" {
  source          = "./tests/mocks"
  override_during = plan
}

run "a_new_row" {
  command = plan

  variables {
    functions_file = "tests/new-function.json"
    capacity       = {}
  }

  assert {
    condition     = google_cloud_run_v2_service.function["license"].ingress == "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"
    error_message = "The new function has no service."
  }

  assert {
    condition     = toset(flatten([for rule in google_compute_url_map.shop[0].path_matcher[0].path_rule : rule.paths])) == toset(["/licenses/*"])
    error_message = "The new function has no route."
  }

  assert {
    condition     = contains(keys(google_secret_manager_secret_iam_member.reader), "license key-pepper") && contains(keys(google_secret_manager_secret_iam_member.reader), "license database-url-license")
    error_message = "The new function cannot read its secrets."
  }

  assert {
    condition     = google_compute_backend_service.function["license"].log_config[0].enable == false
    error_message = "The load balancer's log keeps the new function's addresses."
  }

  assert {
    condition = google_cloud_run_v2_service.function["license"].invoker_iam_disabled && startswith(one([
      for given in google_cloud_run_v2_service.function["license"].template[0].containers[0].env : given.value if given.name == "TASKS_AUTH"
    ]), "oidc:")
    error_message = "Anybody may call the task of a public function."
  }
}

run "before_the_first_image" {
  command = plan

  variables {
    deploy = false
  }

  assert {
    condition     = length(google_cloud_run_v2_service.function) == 0 && length(google_cloud_run_v2_service.web) == 0 && length(google_cloud_run_v2_job.operator) == 0 && length(google_compute_url_map.shop) == 0 && length(google_cloud_scheduler_job.task) == 0
    error_message = "Something is made that needs an image or a secret's version."
  }

  assert {
    condition     = length(google_secret_manager_secret.own) > 0 && length(google_service_account.function) == length(local.functions) && length(google_compute_global_address.shop) == 2
    error_message = "What the first images and secrets need is not made."
  }
}

run "tasks_that_check_for_themselves" {
  command = plan

  variables {
    tasks_auth = "oidc"
  }

  assert {
    condition = alltrue([
      for name, job in google_cloud_scheduler_job.task : one([
        for given in google_cloud_run_v2_service.function[name].template[0].containers[0].env : given.value if given.name == "TASKS_AUTH"
      ]) == "oidc:${job.http_target[0].oidc_token[0].audience},${job.http_target[0].oidc_token[0].service_account_email}"
    ])
    error_message = "The task expects another token than the scheduler sends."
  }

  assert {
    condition     = alltrue([for name, service in google_cloud_run_v2_service.function : service.invoker_iam_disabled == can(local.functions[name].schedule)])
    error_message = "Cloud Run takes the signature off the token that the task is to check, or asks nobody where it should."
  }

  assert {
    condition     = alltrue([for name in keys(google_cloud_scheduler_job.task) : google_cloud_run_v2_service.function[name].ingress == "INGRESS_TRAFFIC_INTERNAL_ONLY"])
    error_message = "A task that Cloud Run does not guard can be reached from outside."
  }
}
