# A shop to try releases in, with Stripe's test mode. Small, and it may be thrown away.
environment = "staging"
project     = "example-shop-staging"
region      = "europe-west1"
domain      = "staging.shop.example.com"

mail_from   = "Example Audio (staging) <orders@shop.example.com>"
alert_email = "owner@example.com"
protect     = false

database = {
  tier            = "db-g1-small"
  availability    = "ZONAL"
  max_connections = 60
  backups         = 7
  log_days        = 3
}

default_capacity = {
  min_instances = 0
  max_instances = 2
  pool_size     = 2
  concurrency   = 80
  memory        = "256Mi"
}

monthly_budget = { currency = "EUR", units = 80 }
