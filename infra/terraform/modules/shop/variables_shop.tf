# What the functions are told: see «Settings» in the README of the repository.

variable "mail_from" {
  description = "MAIL_FROM: «Name <address>», the sender of every mail."
  type        = string
}

variable "mail_templates" {
  description = "MAIL_TEMPLATES: the folder with the mails' templates inside the images."
  type        = string
  default     = "/mail"
}

variable "stripe_checkout_base" {
  description = "STRIPE_CHECKOUT_BASE: where buyers may be sent to pay."
  type        = string
  default     = "https://checkout.stripe.com"
}

variable "quiet_hours" {
  description = "QUIET_HOURS: after how many hours without an event reconcile tells of it, if sales usually come."
  type        = number
  default     = 6

  validation {
    condition     = var.quiet_hours >= 1 && var.quiet_hours <= 168 && floor(var.quiet_hours) == var.quiet_hours
    error_message = "QUIET_HOURS is a whole number from 1 to 168."
  }
}

variable "rate_limits" {
  description = "RATE_LIMITS: other limits than the standard ones; empty for those."
  type        = string
  default     = ""
}

variable "log_level" {
  description = "LOG_LEVEL of every function. The alerts match lines from INFO upward."
  type        = string
  default     = "info"

  validation {
    condition     = contains(["debug", "info"], var.log_level)
    error_message = "LOG_LEVEL is debug or info: with less, the lines are missing that the alerts count."
  }
}

variable "settings" {
  description = "Values of settings that infra/settings.json gives none and that have no variable of their own. Never a secret: it would stand in the state."
  type        = map(string)
  default     = {}
}

variable "storage_signer" {
  description = "iam: the download function signs through IAM and holds no key. hmac: it reads one from Secret Manager."
  type        = string
  default     = "iam"

  validation {
    condition     = contains(["iam", "hmac"], var.storage_signer)
    error_message = "The signer is iam or hmac."
  }
}

variable "tasks_auth" {
  description = "iam: Cloud Run lets the scheduler's account alone through to a task. oidc: the function checks the scheduler's token itself. Never both: Cloud Run takes the signature off a token that it has checked."
  type        = string
  default     = "iam"

  validation {
    condition     = contains(["iam", "oidc"], var.tasks_auth)
    error_message = "A task's caller is checked by iam or by oidc."
  }
}

variable "publishers" {
  description = "Who may add released files, as IAM members (user:…, group:…, serviceAccount:…). They can add, never replace."
  type        = list(string)
  default     = []
}
