output "addresses" {
  description = "For the domain's A and AAAA records."
  value       = { for version, address in google_compute_global_address.shop : version => address.address }
}

output "registry" {
  description = "Where images go."
  value       = local.registry
}

output "database" {
  description = "The instance's connection name, for the Cloud SQL Auth Proxy and for ?host=/cloudsql/…"
  value       = google_sql_database_instance.shop.connection_name
}

output "connections" {
  description = "Database connections at worst, by function, and what there is."
  value       = local.connections
}

output "secrets" {
  description = "Which secret holds which setting of which function or job: what infra/terraform/secrets fills."
  value       = local.secrets_of
}

output "roles" {
  description = "The database role of each function."
  value       = { for name, row in local.functions : name => row.role if contains(row.settings, "DATABASE_URL") }
}

output "webhook_endpoint" {
  description = "The endpoint to add in Stripe's dashboard."
  value       = [for name in sort(local.webhooks) : "${local.public_url}${local.functions[name].paths[0]}"]
}

output "buckets" {
  description = "Where released files and the catalog go."
  value       = { artifacts = google_storage_bucket.artifacts.name, catalog = google_storage_bucket.catalog.name }
}
