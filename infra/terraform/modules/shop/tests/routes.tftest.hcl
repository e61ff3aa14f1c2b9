# What the load balancer sends where, and what it writes down.

mock_provider "google" {
  source          = "./tests/mocks"
  override_during = plan
}

run "routes" {
  command = plan

  assert {
    condition = alltrue([
      for route in flatten([for row in local.functions : row.routes if row.public]) : length([
        for rule in google_compute_url_map.shop[0].path_matcher[0].path_rule : rule if anytrue([
          for path in rule.paths : endswith(path, "*") ? strcontains(route, " ${trimsuffix(path, "*")}") : endswith(route, " ${path}")
        ])
      ]) == 1
    ])
    error_message = "The load balancer's routes are not the table's."
  }

  assert {
    condition     = !anytrue([for path in flatten([for rule in google_compute_url_map.shop[0].path_matcher[0].path_rule : rule.paths]) : startswith(path, "/tasks")])
    error_message = "A task has a route from outside."
  }

  assert {
    condition     = alltrue([for name, backend in google_compute_backend_service.function : !backend.enable_cdn]) && google_compute_backend_service.web[0].enable_cdn
    error_message = "A function's answer is kept by the cache, or the storefront's is not."
  }

  assert {
    condition     = alltrue([for name, backend in google_compute_backend_service.function : backend.log_config[0].enable == !anytrue([for route in local.functions[name].routes : strcontains(route, "{")])])
    error_message = "The load balancer's log keeps addresses with a token in them."
  }

  assert {
    condition     = alltrue([for word in ["\"download\"", "\"orders\"", "\"web\""] : strcontains(google_logging_project_exclusion.bearer_paths.filter, word)])
    error_message = "Cloud Run's log keeps addresses with a token or a session in them."
  }
}
