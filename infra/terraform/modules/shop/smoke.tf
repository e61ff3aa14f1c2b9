# The job that asks a new revision whether it does its work, before traffic goes there. The services are closed to the
# Internet, so it asks from inside: through a network of the project's own, whose one subnet reaches Google and nothing
# else. What it runs and asks is infra/deploy/check's; nothing of the shop's is in it, no secret and no way to the database.

resource "google_compute_network" "inside" {
  name                    = "latchkey"
  auto_create_subnetworks = false

  depends_on = [google_project_service.used]
}

resource "google_compute_subnetwork" "inside" {
  name                     = "latchkey"
  region                   = var.region
  network                  = google_compute_network.inside.id
  ip_cidr_range            = "10.90.0.0/26"
  private_ip_google_access = true
}

resource "google_service_account" "smoke" {
  account_id   = "job-smoke"
  display_name = "Latchkey: asks new revisions"

  depends_on = [google_project_service.used]
}

# A task asks for a caller whom it knows. What this one sends is refused by the task for its method.
resource "google_cloud_run_v2_service_iam_member" "smoke" {
  for_each = local.deployed_tasks

  name     = google_cloud_run_v2_service.function[each.key].name
  location = var.region
  role     = "roles/run.invoker"
  member   = google_service_account.smoke.member
}

resource "google_cloud_run_v2_job" "smoke" {
  count = var.deploy ? 1 : 0

  name                = "smoke"
  location            = var.region
  labels              = local.labels
  deletion_protection = false

  template {
    template {
      service_account = google_service_account.smoke.email
      timeout         = "600s"
      max_retries     = 0

      containers {
        # Bash and curl.
        image   = "gcr.io/google.com/cloudsdktool/google-cloud-cli:slim"
        command = ["bash"]
        args    = ["-c", "echo 'Started by infra/deploy/check, which says what to ask.' >&2; exit 1"]

        resources {
          limits = { cpu = "1", memory = "512Mi" }
        }
      }

      vpc_access {
        egress = "ALL_TRAFFIC"

        network_interfaces {
          network    = google_compute_network.inside.id
          subnetwork = google_compute_subnetwork.inside.id
        }
      }
    }
  }

  lifecycle {
    ignore_changes = [client, client_version]
  }
}
