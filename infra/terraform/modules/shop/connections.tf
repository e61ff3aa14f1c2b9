# How many connections there can be at worst, so that no instance ever waits for one that does not come.
#
# max_instances holds for one revision. While a new one takes over, the old one still serves, so each function counts
# twice; a revision that is being tried without traffic counts as the new one.

locals {
  revisions_at_once = 2
  job_pool_size     = 2

  connections_by_function = {
    for name, row in local.functions : name => (
      local.capacity[name].max_instances * local.capacity[name].pool_size * local.revisions_at_once
    ) if contains(row.settings, "DATABASE_URL")
  }

  connections = {
    by_function = local.connections_by_function
    needed      = sum(concat(values(local.connections_by_function), [length(local.jobs) * local.job_pool_size]))
    available   = var.database.max_connections - var.database.reserved_connections
  }
}
