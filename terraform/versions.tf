terraform {
  required_version = ">= 1.9, < 2.0"

  required_providers {
    # Exact, since the checks hold this folder against the schema of this version.
    google = {
      source  = "hashicorp/google"
      version = "6.50.0"
    }
    archive = {
      source  = "hashicorp/archive"
      version = "~> 2.7"
    }
  }

  # The bucket is named at the first command: terraform init -backend-config=...
  backend "gcs" {
    prefix = "tandem"
  }
}

provider "google" {
  project = var.project
  region  = var.region

  # Budgets are asked for in the name of this project.
  billing_project       = var.project
  user_project_override = true

  default_labels = merge(var.labels, {
    application = local.prefix
    environment = var.environment
  })
}
