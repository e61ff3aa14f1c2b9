# The bucket that Terraform's state lies in, made once for each project before anything else. Its own state stays on the
# machine and may be thrown away: there is one resource in it, which cannot be destroyed.

terraform {
  required_version = ">= 1.11.0, < 2.0.0"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "6.50.0"
    }
  }
}

variable "project" {
  description = "The project of the shop whose state it is."
  type        = string
}

variable "region" {
  description = "Where the state is."
  type        = string
}

provider "google" {
  project = var.project
  region  = var.region
}

resource "google_storage_bucket" "state" {
  name                        = "${var.project}-terraform"
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = false

  # A state that a run has spoilt can be had back.
  versioning {
    enabled = true
  }

  lifecycle_rule {
    action {
      type = "Delete"
    }

    condition {
      num_newer_versions = 50
      with_state         = "ARCHIVED"
    }
  }

  lifecycle {
    prevent_destroy = true
  }
}
