resource "google_monitoring_notification_channel" "owner" {
  display_name = "Latchkey ${var.environment}"
  type         = "email"
  labels       = { email_address = var.alert_email }

  depends_on = [google_project_service.used]
}

locals {
  channels = [google_monitoring_notification_channel.owner.id]
}
