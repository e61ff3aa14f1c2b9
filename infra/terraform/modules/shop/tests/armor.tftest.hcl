# What Cloud Armor stops, and what it must not.

mock_provider "google" {
  source          = "./tests/mocks"
  override_during = plan
}

run "armor" {
  command = plan

  assert {
    condition     = toset([for name, backend in google_compute_backend_service.function : name if backend.security_policy == google_compute_security_policy.webhooks.id]) == toset(["webhook"])
    error_message = "The webhooks' policy is not the webhook's alone."
  }

  assert {
    condition     = !anytrue([for rule in google_compute_security_policy.webhooks.rule : length(rule.match[0].expr) > 0 || startswith(rule.action, "rate_based_ban")])
    error_message = "A rule of words, or a ban, could stop Stripe's deliveries."
  }

  assert {
    condition     = length([for rule in google_compute_security_policy.people.rule : rule if try(strcontains(rule.match[0].expr[0].expression, "evaluatePreconfiguredWaf"), false)]) >= 5 && length([for rule in google_compute_security_policy.people.rule : rule if rule.action == "rate_based_ban"]) == 1
    error_message = "People's policy lacks its rules."
  }
}
