# The table of functions is what the local stack, nginx and the gates read too: a row there is a service here.

locals {
  functions_file = coalesce(var.functions_file, "${path.module}/../../../functions.json")
  functions      = { for row in jsondecode(file(local.functions_file)).functions : row.name => row }

  # What exists once secrets and images do.
  deployed        = { for name, row in local.functions : name => row if var.deploy }
  deployed_public = { for name, row in local.deployed : name => row if row.public }
  deployed_tasks  = { for name, row in local.deployed : name => row if can(row.schedule) }

  # A route that ends in a slash has something of the buyer's behind it: a token, a session. Such a path is as good as a
  # key and stands in no log.
  bearer_paths = toset([for name, row in local.functions : name if anytrue([for route in row.routes : endswith(route, "/")])])

  # Those that other services call, which no browser's rule may stop.
  webhooks = toset([for name, row in local.functions : name if anytrue([for route in row.routes : startswith(route, "/webhooks/")])])

  capacity = {
    for name, row in local.functions : name => {
      for figure, usual in var.default_capacity : figure => try(coalesce(var.capacity[name][figure], usual), usual)
    }
  }

  registry   = "${var.region}-docker.pkg.dev/${var.project}/${local.repository_id}"
  public_url = "https://${var.domain}"
  labels     = { application = "latchkey", environment = var.environment }
}
