# The shop. Losing any of it loses money, so nothing here is deleted by a command alone.
environment = "production"
project     = "example-shop"
region      = "europe-west1"
domain      = "shop.example.com"

mail_from   = "Example Audio <orders@shop.example.com>"
alert_email = "owner@example.com"
protect     = true

database = {
  tier            = "db-custom-1-3840"
  availability    = "ZONAL"
  max_connections = 200
}

# An instance answers some thousand requests a second; eight of each are for what nobody foresaw.
default_capacity = {
  min_instances = 0
  max_instances = 8
  pool_size     = 2
  concurrency   = 80
  memory        = "256Mi"
}

# A small function is a task, of which one round at a time is enough, or what few people call.
sizes = {
  standard = {}
  small    = { max_instances = 1, pool_size = 4 }
}

monthly_budget = { currency = "EUR", units = 150 }
