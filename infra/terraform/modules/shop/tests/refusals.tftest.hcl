# What the plan refuses before anything is made.

mock_provider "google" {
  source          = "./tests/mocks"
  override_during = plan
}

run "more_instances_than_connections" {
  command = plan

  variables {
    capacity = { webhook = { max_instances = 100 } }
  }

  expect_failures = [google_sql_database_instance.shop]
}

run "bigger_pools_than_connections" {
  command = plan

  variables {
    capacity = { checkout = { pool_size = 60 } }
  }

  expect_failures = [google_sql_database_instance.shop]
}

run "fewer_connections_than_instances" {
  command = plan

  variables {
    database = { tier = "db-g1-small", availability = "ZONAL", max_connections = 40 }
  }

  expect_failures = [google_sql_database_instance.shop]
}

run "more_sessions_looked_up_than_stripe_answers" {
  command = plan

  variables {
    capacity = { orders = { max_instances = 11, pool_size = 1 } }
  }

  expect_failures = [google_sql_database_instance.shop]
}

run "capacity_for_what_is_no_function" {
  command = plan

  variables {
    capacity = { webhooks = { max_instances = 1 } }
  }

  expect_failures = [google_sql_database_instance.shop]
}

run "a_size_that_there_is_not" {
  command = plan

  variables {
    sizes = { standard = {} }
  }

  expect_failures = [google_sql_database_instance.shop]
}

run "a_setting_that_nothing_provides" {
  command = plan

  variables {
    functions_file = "tests/unknown-setting.json"
    capacity       = {}
  }

  expect_failures = [google_cloud_run_v2_service.function]
}

run "a_schedule_that_cannot_be_said" {
  command = plan

  variables {
    functions_file = "tests/odd-schedule.json"
    capacity       = {}
  }

  expect_failures = [google_cloud_scheduler_job.task]
}

run "a_domain_with_a_scheme" {
  command = plan

  variables {
    domain = "https://shop.example.com"
  }

  expect_failures = [var.domain]
}

run "an_old_postgres" {
  command = plan

  variables {
    database = { tier = "db-g1-small", availability = "ZONAL", max_connections = 400, version = "POSTGRES_14" }
  }

  expect_failures = [var.database]
}

run "a_log_without_what_alerts_count" {
  command = plan

  variables {
    log_level = "warning"
  }

  expect_failures = [var.log_level]
}
