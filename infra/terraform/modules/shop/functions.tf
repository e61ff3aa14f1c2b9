# The table of functions is what the local stack, nginx and the gates read too: a row there is a service here.

locals {
  functions_file = coalesce(var.functions_file, "${path.module}/../../../functions.json")
  rows           = jsondecode(file(local.functions_file)).functions

  # A route is «METHOD /path/{part}». What the load balancer sends to a function is the path up to its first part, and
  # everything below when that is where it ends in a slash; a task is reached by the scheduler alone.
  paths = {
    for row in local.rows : row.name => distinct([
      for route in row.routes : split("{", split(" ", route)[1])[0] if !strcontains(route, " /tasks/")
    ])
  }
  functions = {
    for row in local.rows : row.name => merge(row, {
      paths = local.paths[row.name], public = length(local.paths[row.name]) > 0
    })
  }
  settings = { for row in jsondecode(file("${path.module}/../../../settings.json")).settings : row.name => row }

  # What exists once secrets and images do.
  deployed        = { for name, row in local.functions : name => row if var.deploy }
  deployed_public = { for name, row in local.deployed : name => row if row.public }
  deployed_tasks  = { for name, row in local.deployed : name => row if can(row.schedule) }

  # A path that ends in a slash has something of the buyer's behind it: a token, a session. Such a path is as good as a
  # key and stands in no log.
  bearer_paths = toset([for name, row in local.functions : name if anytrue([for path in row.paths : endswith(path, "/")])])

  # Those that other services call, which no browser's rule may stop.
  webhooks = toset([for name, row in local.functions : name if anytrue([for path in row.paths : startswith(path, "/webhooks/")])])

  # By name where it is named, else by its row's size, else the standard.
  capacity = {
    for name, row in local.functions : name => {
      for figure, usual in var.default_capacity : figure => try(
        coalesce(try(var.capacity[name][figure], null), try(var.sizes[row.size][figure], null), usual), usual,
      )
    }
  }

  registry   = "${var.region}-docker.pkg.dev/${var.project}/${local.repository_id}"
  public_url = "https://${var.domain}"
  labels     = { application = "latchkey", environment = var.environment }
}
