# Cloud Armor: floods and the plainest attacks end before they cost an instance. The functions count callers themselves,
# by finer rules; these limits are far above those.

locals {
  # Sets of rules that Google keeps up to date, at the level with the fewest false alarms.
  waf_rules = ["sqli-v33-stable", "xss-v33-stable", "lfi-v33-stable", "rce-v33-stable", "scannerdetection-v33-stable", "protocolattack-v33-stable"]
}

resource "google_compute_security_policy" "people" {
  name        = "latchkey-people"
  description = "The storefront and every function that a browser calls"

  adaptive_protection_config {
    layer_7_ddos_defense_config {
      enable = var.adaptive_protection
    }
  }

  advanced_options_config {
    json_parsing = "STANDARD"
    log_level    = "NORMAL"
  }

  dynamic "rule" {
    for_each = local.waf_rules

    content {
      action      = "deny(403)"
      priority    = 1000 + rule.key
      description = rule.value

      match {
        expr {
          expression = "evaluatePreconfiguredWaf('${rule.value}', {'sensitivity': 1})"
        }
      }
    }
  }

  rule {
    action      = "rate_based_ban"
    priority    = 2000
    description = "Ten requests a second from one address, for a minute, are no person"

    match {
      versioned_expr = "SRC_IPS_V1"

      config {
        src_ip_ranges = ["*"]
      }
    }

    rate_limit_options {
      conform_action   = "allow"
      exceed_action    = "deny(429)"
      # One address: Cloud Armor has no key for the prefix that an IPv6 caller owns. The functions count those.
      enforce_on_key   = "IP"
      ban_duration_sec = 300

      rate_limit_threshold {
        count        = 600
        interval_sec = 60
      }
    }
  }

  rule {
    action      = "allow"
    priority    = 2147483647
    description = "Everything else"

    match {
      versioned_expr = "SRC_IPS_V1"

      config {
        src_ip_ranges = ["*"]
      }
    }
  }

  depends_on = [google_project_service.used]
}

# What Stripe sends may hold anything that a buyer typed, and a delivery that a rule of words stops is a sale that waits.
# So no such rule: the signature decides. A limit stands, above the most that Stripe sends from one address, and it never
# bans; a delivery past it comes again.
resource "google_compute_security_policy" "webhooks" {
  name        = "latchkey-webhooks"
  description = "What other services deliver"

  rule {
    action      = "throttle"
    priority    = 2000
    description = "A hundred a second from one address"

    match {
      versioned_expr = "SRC_IPS_V1"

      config {
        src_ip_ranges = ["*"]
      }
    }

    rate_limit_options {
      conform_action = "allow"
      exceed_action  = "deny(429)"
      enforce_on_key = "IP"

      rate_limit_threshold {
        count        = 6000
        interval_sec = 60
      }
    }
  }

  rule {
    action      = "allow"
    priority    = 2147483647
    description = "Everything else"

    match {
      versioned_expr = "SRC_IPS_V1"

      config {
        src_ip_ranges = ["*"]
      }
    }
  }

  depends_on = [google_project_service.used]
}
