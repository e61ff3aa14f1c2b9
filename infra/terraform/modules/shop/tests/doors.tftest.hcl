# Who can reach what.

mock_provider "google" {
  source          = "./tests/mocks"
  override_during = plan
}

run "doors" {
  command = plan

  assert {
    condition     = toset(keys(google_cloud_run_v2_service_iam_member.everybody)) == toset([for name, row in local.functions : name if row.public])
    error_message = "allUsers may call a function that is not public, or not one that is."
  }

  assert {
    condition = alltrue([
      for grant in concat(values(google_cloud_run_v2_service_iam_member.scheduler), values(google_cloud_run_v2_service_iam_member.smoke)) :
      contains([google_service_account.scheduler.member, google_service_account.smoke.member], grant.member)
    ])
    error_message = "Anybody may call a task."
  }

  assert {
    condition = alltrue([
      for name, service in google_cloud_run_v2_service.function :
      service.ingress == (local.functions[name].public ? "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER" : "INGRESS_TRAFFIC_INTERNAL_ONLY")
      && !service.invoker_iam_disabled
    ])
    error_message = "A function can be reached past the load balancer, or is called without a question."
  }

  assert {
    condition = alltrue([
      for name, row in local.functions : alltrue([
        for given in google_cloud_run_v2_service.function[name].template[0].containers[0].env : given.value == "2"
        if given.name == "TRUSTED_PROXY_HOPS"
      ])
    ])
    error_message = "Behind the load balancer the caller is the second address from the right."
  }

  assert {
    condition     = google_compute_ssl_policy.modern.min_tls_version == "TLS_1_2" && google_compute_target_https_proxy.shop[0].ssl_policy == google_compute_ssl_policy.modern.id
    error_message = "Old TLS is spoken."
  }

  assert {
    condition     = google_compute_url_map.to_https[0].default_url_redirect[0].https_redirect
    error_message = "Port 80 does not lead to HTTPS."
  }

  assert {
    condition = alltrue([
      for name, service in google_cloud_run_v2_service.function : alltrue([
        for given in service.template[0].containers[0].env : given.value == "iam" if given.name == "TASKS_AUTH"
      ])
    ])
    error_message = "Cloud Run checks the scheduler's token and takes its signature off, so a task cannot check it again."
  }
}
