terraform {
  required_version = ">= 1.11.0, < 2.0.0"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "6.50.0"
    }
  }

  # Which bucket is said by ./tf, from the project in the .tfvars file.
  backend "gcs" {
    prefix = "shop"
  }
}

provider "google" {
  project = var.project
  region  = var.region
  # Budgets belong to the billing account; this says whose quota asks for them.
  user_project_override = true
  billing_project       = var.project
}
