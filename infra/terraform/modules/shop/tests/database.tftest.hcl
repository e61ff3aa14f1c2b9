# What keeps the database private and restorable.

mock_provider "google" {
  source          = "./tests/mocks"
  override_during = plan
}

run "database" {
  command = plan

  assert {
    condition = alltrue([
      google_sql_database_instance.shop.settings[0].backup_configuration[0].enabled,
      google_sql_database_instance.shop.settings[0].backup_configuration[0].point_in_time_recovery_enabled,
      google_sql_database_instance.shop.settings[0].connector_enforcement == "REQUIRED",
      google_sql_database_instance.shop.settings[0].ip_configuration[0].ssl_mode == "TRUSTED_CLIENT_CERTIFICATE_REQUIRED",
      length(google_sql_database_instance.shop.settings[0].ip_configuration[0].authorized_networks) == 0,
      google_sql_database_instance.shop.deletion_protection == (var.environment == "production"),
    ])
    error_message = "The database lacks backups, or a network reaches it."
  }

  assert {
    condition = one([
      for flag in google_sql_database_instance.shop.settings[0].database_flags : flag.value if flag.name == "max_connections"
    ]) == tostring(var.database.max_connections)
    error_message = "The database has other connections than the sum counts with."
  }
}
