# What differs between one shop and another, and between staging and production.

variable "project" {
  description = "The Google Cloud project that this shop alone lives in."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project))
    error_message = "A project's ID has 6 to 30 lower-case letters, digits and hyphens."
  }
}

variable "environment" {
  description = "staging or production: a label on everything, and what the alerts call the shop."
  type        = string

  validation {
    condition     = contains(["staging", "production"], var.environment)
    error_message = "The environment is staging or production."
  }
}

variable "region" {
  description = "Where functions, database and files are."
  type        = string
}

variable "domain" {
  description = "The shop's host name, as buyers see it; every link that is sent out begins with it."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.domain))
    error_message = "The domain is a host name such as shop.example.com, without https:// and without a path."
  }
}

variable "aliases" {
  description = "Other host names that lead to the shop, such as the one with www. in front."
  type        = list(string)
  default     = []
}

variable "protect" {
  description = "Whether the database, its backups and the services refuse to be deleted by Terraform and by the API."
  type        = bool
}

variable "deploy" {
  description = "Whether services, jobs, schedules and the load balancer are made. False for the first run, which makes what they need: Cloud Run refuses a service whose secrets have no version or whose image does not exist."
  type        = bool
  default     = true
}

variable "image_tag" {
  description = "The tag that a service starts with when Terraform makes it; from then on Cloud Build deploys by digest."
  type        = string
  default     = "latest"
}

variable "functions_file" {
  description = "The table of functions; infra/functions.json when null. Another file is for tests."
  type        = string
  default     = null
}
