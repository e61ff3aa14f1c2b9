# How many database connections there can be.

mock_provider "google" {
  source          = "./tests/mocks"
  override_during = plan
}

run "connections_fit" {
  command = plan

  assert {
    condition     = output.connections.needed <= output.connections.available
    error_message = "More connections are needed than there are."
  }

  assert {
    condition = output.connections.needed == length(local.jobs) * local.job_pool_size + sum([
      for service in google_cloud_run_v2_service.function :
      2 * service.template[0].scaling[0].max_instance_count * tonumber(one([
        for setting in service.template[0].containers[0].env : setting.value if setting.name == "DATABASE_POOL_SIZE"
      ]))
    ])
    error_message = "The sum is not what the services are told: two revisions of max_instances times DATABASE_POOL_SIZE each, and the jobs."
  }
}
