# The root hands the module what a file of values says; run once with each.

mock_provider "google" {
  source          = "./modules/shop/tests/mocks"
  override_during = plan
}

run "plans" {
  command = plan

  assert {
    condition     = output.connections.available == var.database.max_connections - 10 && output.connections.needed <= output.connections.available
    error_message = "The file of values asks for more connections than there are."
  }

  assert {
    condition     = output.webhook_endpoint == ["https://${var.domain}/webhooks/stripe"]
    error_message = "Stripe would be told another endpoint."
  }

  assert {
    condition     = output.registry == "${var.region}-docker.pkg.dev/${var.project}/latchkey"
    error_message = "Images would go elsewhere."
  }

  assert {
    condition     = output.roles["email-retry"] == "latchkey_email_retry"
    error_message = "A function has another role in the database than its row says."
  }
}
