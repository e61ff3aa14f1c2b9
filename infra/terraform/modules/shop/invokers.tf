# Who may call a service. A public function answers everybody whom its ingress lets through, the load balancer; a task
# answers the scheduler. (With tasks_auth = "oidc" the task decides itself and Cloud Run does not ask.)

resource "google_cloud_run_v2_service_iam_member" "everybody" {
  for_each = local.deployed_public

  name     = google_cloud_run_v2_service.function[each.key].name
  location = var.region
  role     = "roles/run.invoker"
  member   = "allUsers"
}

resource "google_cloud_run_v2_service_iam_member" "web" {
  count = var.deploy ? 1 : 0

  name     = google_cloud_run_v2_service.web[0].name
  location = var.region
  role     = "roles/run.invoker"
  member   = "allUsers"
}

resource "google_cloud_run_v2_service_iam_member" "scheduler" {
  for_each = local.deployed_tasks

  name     = google_cloud_run_v2_service.function[each.key].name
  location = var.region
  role     = "roles/run.invoker"
  member   = google_service_account.scheduler.member
}
