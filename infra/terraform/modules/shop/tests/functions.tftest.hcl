# Each function of the table is a service that is told what its row names.

mock_provider "google" {
  source          = "./tests/mocks"
  override_during = plan
}

run "every_function_runs" {
  command = plan

  assert {
    condition     = toset(keys(google_cloud_run_v2_service.function)) == toset([for row in jsondecode(file("../../../functions.json")).functions : row.name])
    error_message = "A function of the table has no service, or the other way round."
  }

  assert {
    condition     = alltrue([for name in keys(local.functions) : length(local.unknown_settings[name]) == 0])
    error_message = "A function names a setting that it is not given."
  }

  assert {
    condition = alltrue([
      for name, row in local.functions : alltrue([
        for setting in row.settings : setting == "RATE_LIMITS" || length([
          for given in google_cloud_run_v2_service.function[name].template[0].containers[0].env : given
          if given.name == setting && (length(given.value_source) == 1 || try(length(given.value), 0) > 0)
        ]) == 1
      ])
    ])
    error_message = "A setting of the table does not reach its function, or comes twice."
  }

  assert {
    condition = alltrue([
      for service in google_cloud_run_v2_service.function : alltrue([
        for setting in service.template[0].containers[0].env : contains(
          concat(local.functions[service.name].settings, ["DATABASE_POOL_SIZE", "GOOGLE_CLOUD_PROJECT", "LOG_LEVEL"]), setting.name,
        )
      ])
    ])
    error_message = "A function is told what its row does not name."
  }

  assert {
    condition = alltrue([
      for service in google_cloud_run_v2_service.function :
      service.template[0].containers[0].startup_probe[0].http_get[0].path == "/healthz"
      && service.template[0].containers[0].liveness_probe[0].http_get[0].path == "/healthz"
      && service.template[0].containers[0].resources[0].startup_cpu_boost
    ])
    error_message = "A function lacks a probe, or its processor's boost at the start."
  }
}
