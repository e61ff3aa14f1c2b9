# Staging and production are this one module with two files of values: staging.tfvars, production.tfvars. The variables
# here are the module's own (links to its files), so that neither list can fall behind the other.

module "shop" {
  source = "./modules/shop"

  project        = var.project
  environment    = var.environment
  region         = var.region
  domain         = var.domain
  aliases        = var.aliases
  protect        = var.protect
  deploy         = var.deploy
  image_tag      = var.image_tag
  functions_file = var.functions_file

  mail_from            = var.mail_from
  mail_templates       = var.mail_templates
  stripe_checkout_base = var.stripe_checkout_base
  quiet_hours          = var.quiet_hours
  rate_limits          = var.rate_limits
  log_level            = var.log_level
  settings             = var.settings
  storage_signer       = var.storage_signer
  tasks_auth           = var.tasks_auth
  publishers           = var.publishers

  database          = var.database
  capacity          = var.capacity
  default_capacity  = var.default_capacity
  sizes             = var.sizes
  web_max_instances = var.web_max_instances

  alert_email         = var.alert_email
  billing_account     = var.billing_account
  monthly_budget      = var.monthly_budget
  adaptive_protection = var.adaptive_protection
  repository          = var.repository
  branch              = var.branch
}

output "addresses" {
  description = "For the domain's A and AAAA records."
  value       = module.shop.addresses
}

output "registry" {
  description = "Where images go."
  value       = module.shop.registry
}

output "database" {
  description = "The instance's connection name, for the Cloud SQL Auth Proxy and for ?host=/cloudsql/…"
  value       = module.shop.database
}

output "connections" {
  description = "Database connections at worst, by function, and what there is."
  value       = module.shop.connections
}

output "secrets" {
  description = "Which secret holds which setting of which function or job: what infra/terraform/secrets fills."
  value       = module.shop.secrets
}

output "roles" {
  description = "The database role of each function."
  value       = module.shop.roles
}

output "webhook_endpoint" {
  description = "The endpoint to add in Stripe's dashboard."
  value       = module.shop.webhook_endpoint
}

output "buckets" {
  description = "Where released files and the catalog go."
  value       = module.shop.buckets
}
