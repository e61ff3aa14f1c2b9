# Who is told, and of what.

variable "alert_email" {
  description = "Who hears of alerts and of the budget."
  type        = string
}

variable "billing_account" {
  description = "The billing account for the budget alert, as 012345-6789AB-CDEF01; null when the project's owner may not see it."
  type        = string
  default     = null
}

variable "monthly_budget" {
  description = "What a month may cost before mails about it come, in the billing account's currency. It stops nothing."
  type = object({
    currency = string
    units    = number
  })
  default = { currency = "EUR", units = 150 }
}

variable "adaptive_protection" {
  description = "Whether Cloud Armor learns what is usual and warns of floods of requests; Google bills it by subscription."
  type        = bool
  default     = false
}

variable "repository" {
  description = "The repository that Cloud Build was connected to (projects/…/locations/…/connections/…/repositories/…), for the trigger; null for none."
  type        = string
  default     = null
}

variable "branch" {
  description = "Pushes to which branch the trigger builds."
  type        = string
  default     = "main"
}
