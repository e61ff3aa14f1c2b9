# Tells of what a month costs, and of what it is going to. It stops nothing: a shop that closes itself costs more.

data "google_project" "shop" {
  count = var.billing_account == null ? 0 : 1

  project_id = var.project

  depends_on = [google_project_service.used]
}

resource "google_billing_budget" "month" {
  count = var.billing_account == null ? 0 : 1

  billing_account = var.billing_account
  display_name    = "Latchkey ${var.environment}"

  budget_filter {
    projects        = ["projects/${data.google_project.shop[0].number}"]
    calendar_period = "MONTH"
  }

  amount {
    specified_amount {
      currency_code = var.monthly_budget.currency
      units         = tostring(var.monthly_budget.units)
    }
  }

  dynamic "threshold_rules" {
    for_each = [0.5, 0.9, 1.0]

    content {
      threshold_percent = threshold_rules.value
      spend_basis       = "CURRENT_SPEND"
    }
  }

  threshold_rules {
    threshold_percent = 1.2
    spend_basis       = "FORECASTED_SPEND"
  }

  all_updates_rule {
    monitoring_notification_channels = local.channels
  }

  depends_on = [google_project_service.used]
}
