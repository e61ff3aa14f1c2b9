# What Google would answer, where an assertion or another resource looks at it. Empty defaults mean made-up values, another
# for each resource.

mock_resource "google_cloud_run_v2_service" {
  defaults = { uri = "https://function.example.run.app" }
}

mock_resource "google_cloudbuild_trigger" {
  defaults = {}
}

mock_resource "google_compute_backend_service" {
  defaults = {}
}

mock_resource "google_compute_security_policy" {
  defaults = {}
}

mock_resource "google_compute_ssl_policy" {
  defaults = {}
}

mock_resource "google_project_iam_custom_role" {
  defaults = {}
}

mock_resource "google_pubsub_topic" {
  defaults = {}
}

mock_resource "google_secret_manager_secret" {
  defaults = {}
}

mock_resource "google_service_account" {
  defaults = {}
}

mock_resource "google_sql_database_instance" {
  defaults = {}
}

mock_resource "google_storage_bucket" {
  defaults = {}
}

mock_resource "google_monitoring_notification_channel" {
  defaults = {}
}

mock_resource "google_monitoring_uptime_check_config" {
  defaults = {}
}
