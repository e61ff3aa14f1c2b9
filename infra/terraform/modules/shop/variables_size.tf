# How big the shop is. connections.tf holds these figures against each other.

variable "database" {
  description = "The Postgres instance. reserved_connections are those that Postgres and Google keep, and a person's own."
  type = object({
    tier                 = string
    availability         = string
    version              = optional(string, "POSTGRES_16")
    max_connections      = number
    reserved_connections = optional(number, 10)
    disk_gb              = optional(number, 10)
    disk_limit_gb        = optional(number, 100)
    backups              = optional(number, 30)
    log_days             = optional(number, 7)
  })

  validation {
    condition     = contains(["ZONAL", "REGIONAL"], var.database.availability)
    error_message = "The database is ZONAL (one zone) or REGIONAL (a standby in another zone)."
  }

  validation {
    condition     = can(regex("^POSTGRES_1[5-9]$", var.database.version))
    error_message = "The schema needs PostgreSQL 15 or later."
  }

  validation {
    condition     = var.database.disk_limit_gb >= var.database.disk_gb
    error_message = "A disk cannot be limited to less than it has."
  }
}

variable "capacity" {
  description = "Instances and database connections of the functions named here; the others have those of their size."
  type = map(object({
    min_instances = optional(number)
    max_instances = optional(number)
    pool_size     = optional(number)
    concurrency   = optional(number)
    memory        = optional(string)
  }))
  default = {}
}

variable "sizes" {
  description = "What a function of the size in its row of infra/functions.json has; default_capacity for the rest of it."
  type = map(object({
    min_instances = optional(number)
    max_instances = optional(number)
    pool_size     = optional(number)
    concurrency   = optional(number)
    memory        = optional(string)
  }))
  default = { standard = {}, small = { max_instances = 1 } }
}

variable "default_capacity" {
  description = "What a function has when neither capacity nor its size says otherwise."
  type = object({
    min_instances = number
    max_instances = number
    pool_size     = number
    concurrency   = number
    memory        = string
  })

  validation {
    condition     = var.default_capacity.max_instances >= 1 && var.default_capacity.min_instances <= var.default_capacity.max_instances
    error_message = "A function has at least one instance at most, and no more at least than at most."
  }
}

variable "web_max_instances" {
  description = "Instances of the storefront's server at most; it has no database."
  type        = number
  default     = 4
}
