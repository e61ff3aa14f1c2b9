"""The faults that are planted: in which file, which text, and what becomes of it."""

# What `terraform validate` must find: file, text, what becomes of it, and words of the complaint.
INVALID = {
    "an_argument_that_does_not_exist": (
        "database.tf",
        "deletion_protection = var.protect",
        "delete_protection = var.protect",
        "Unsupported argument",
    ),
    "a_nested_argument_that_does_not_exist": (
        "functions_run.tf",
        "startup_cpu_boost = true",
        "cpu_boost = true",
        "Unsupported argument",
    ),
    "a_resource_that_does_not_exist": (
        "armor.tf",
        'resource "google_compute_security_policy" "webhooks"',
        'resource "google_compute_security_policies" "webhooks"',
        "Invalid resource type",
    ),
    "a_block_that_does_not_exist": (
        "buckets.tf",
        "  soft_delete_policy {",
        "  soft_deletion_policy {",
        "Unsupported block type",
    ),
    "an_argument_that_is_missing": (
        "database.tf",
        "  database_version    = var.database.version\n",
        "",
        "Missing required argument",
    ),
    "a_block_that_is_missing": (
        "alerts_database.tf",
        (
            "  conditions {\n"
            "    display_name = each.value.title\n"
        ),
        "  conditions {\n",
        "Missing required argument",
    ),
    "a_block_too_many": (
        "registry.tf",
        "  vulnerability_scanning_config {",
        (
            "  vulnerability_scanning_config {}\n"
            "\n"
            "  vulnerability_scanning_config {"
        ),
        "Too many vulnerability_scanning_config blocks",
    ),
    "a_value_of_another_type": (
        "functions_run.tf",
        "period_seconds    = 1\n",
        'period_seconds    = "often"\n',
        "Incorrect attribute value type",
    ),
    "a_word_that_is_none_of_those_allowed": (
        "web.tf",
        '"INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"',
        '"INTERNAL_LOAD_BALANCER"',
        "expected one of",
    ),
    "an_attribute_that_a_reference_lacks": (
        "outputs.tf",
        "google_sql_database_instance.shop.connection_name",
        "google_sql_database_instance.shop.connection",
        "Unsupported attribute",
    ),
    "a_reference_to_nothing": (
        "armor.tf",
        (
            "depends_on = [google_project_service.used]\n"
            "}\n"
            "\n"
            "# What"
        ),
        (
            "depends_on = [google_project_service.enabled]\n"
            "}\n"
            "\n"
            "# What"
        ),
        "Reference to undeclared resource",
    ),
    "a_variable_that_nobody_declared": (
        "budget.tf",
        "var.monthly_budget.currency",
        "var.yearly_budget.currency",
        "Reference to undeclared input variable",
    ),
    "a_name_that_is_no_local": (
        "routes.tf",
        "for_each = local.routes\n",
        "for_each = local.doors\n",
        "Reference to undeclared local value",
    ),
    "a_syntax_that_is_none": (
        "services.tf",
        "disable_on_destroy = false",
        "disable_on_destroy = ",
        "Invalid expression",
    ),
}

# What `terraform test` must find: file, text, what becomes of it, the tests, and words of the promise that is broken.
BROKEN = {
    "connections_counted_for_one_revision": (
        "connections.tf",
        "revisions_at_once = 2",
        "revisions_at_once = 1",
        "connections",
        "The sum is not what the services are told",
    ),
    "a_sum_that_nobody_checks": (
        "database.tf",
        "local.connections.needed <= local.connections.available",
        "local.connections.needed >= 0",
        "refusals",
        "Missing expected failure",
    ),
    "a_task_that_everybody_may_call": (
        "invokers.tf",
        "  for_each = local.deployed_public\n",
        "  for_each = local.deployed\n",
        "doors",
        "allUsers may call a function that is not public",
    ),
    "a_function_open_to_all_networks": (
        "functions_run.tf",
        '"INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER" :',
        '"INGRESS_TRAFFIC_ALL" :',
        "doors",
        "past the load balancer",
    ),
    "a_bucket_that_may_be_public": (
        "buckets.tf",
        (
            '  name                        = "${var.project}-catalog"\n'
            "  location                    = var.region\n"
            "  uniform_bucket_level_access = true\n"
            '  public_access_prevention    = "enforced"'
        ),
        (
            '  name                        = "${var.project}-catalog"\n'
            "  location                    = var.region\n"
            "  uniform_bucket_level_access = true\n"
            '  public_access_prevention    = "inherited"'
        ),
        "files",
        "A bucket can be public",
    ),
    "a_secret_for_everybody": (
        "secrets.tf",
        (
            "for setting in row.settings : setting => try(local.shared_secrets[setting], "
            'local.own_secrets["${name} ${setting}"])\n'
            "      if"
        ),
        (
            'for setting in distinct(concat(row.settings, ["LICENSE_SECRETS"])) : setting => '
            'try(local.shared_secrets[setting], local.own_secrets["${name} ${setting}"])\n'
            "      if"
        ),
        "secrets",
        "by somebody whose row does not name it",
    ),
    "a_secret_that_is_kept_nowhere": (
        "secrets.tf",
        'name != "STORAGE_SIGNER" ||',
        'name != "KEY_PEPPER" && name != "STORAGE_SIGNER" ||',
        "functions",
        "names KEY_PEPPER",
    ),
    "a_route_too_few": (
        "routes.tf",
        "for_each = local.routes\n",
        'for_each = { for name, paths in local.routes : name => paths if name != "orders" }\n',
        "routes",
        "The load balancer's routes are not the table's",
    ),
    "a_task_with_a_route": (
        "functions.tf",
        ' if !strcontains(route, " /tasks/")',
        "",
        "routes",
        "A task has a route from outside",
    ),
    "a_scheduler_for_another_audience": (
        "scheduler.tf",
        "audience              = local.task_audiences[each.key]",
        "audience              = local.public_url",
        "tasks",
        "not for the task that it calls",
    ),
    "a_task_that_checks_another_audience": (
        "settings.tf",
        '"oidc:${local.task_audiences[name]},',
        '"oidc:${local.public_url},',
        "growth",
        "expects another token than the scheduler sends",
    ),
    "a_hop_too_few": (
        "settings.tf",
        'TRUSTED_PROXY_HOPS = "2"',
        'TRUSTED_PROXY_HOPS = "1"',
        "doors",
        "second address from the right",
    ),
    "a_database_open_to_a_network": (
        "database.tf",
        'ssl_mode     = "TRUSTED_CLIENT_CERTIFICATE_REQUIRED"',
        'ssl_mode     = "ALLOW_UNENCRYPTED_AND_ENCRYPTED"',
        "database",
        "a network reaches it",
    ),
    "a_log_that_keeps_tokens": (
        "backends.tf",
        "enable      = !contains(local.bearer_paths, each.key)",
        "enable      = true",
        "routes",
        "keeps addresses with a token",
    ),
    "a_rule_of_words_for_the_webhook": (
        "backends.tf",
        (
            "contains(local.webhooks, each.key) ? google_compute_security_policy.webhooks.id : "
            "google_compute_security_policy.people.id"
        ),
        "google_compute_security_policy.people.id",
        "armor",
        "The webhooks' policy",
    ),
    "an_alert_that_tells_nobody": (
        "alerts_events.tf",
        "  notification_channels = local.channels\n",
        "  notification_channels = []\n",
        "watch",
        "An alert tells nobody",
    ),
    "a_service_before_its_image": (
        "functions.tf",
        "row if var.deploy }",
        "row }",
        "growth",
        "an image or a secret's version",
    ),
    "a_release_that_asks_nobody": (
        "deployer.tf",
        'approval_required = var.environment == "production"',
        'approval_required = var.environment == "live"',
        "deployer",
        "Production is deployed without a person's word",
    ),
    "a_deployer_that_reads_secrets": (
        "deployer.tf",
        'logs = "roles/logging.logWriter"',
        'logs = "roles/logging.logWriter", secrets = "roles/secretmanager.secretAccessor"',
        "secrets",
        "has a role in the whole project that may read a secret",
    ),
    "a_deployer_that_acts_as_the_operator": (
        "deployer.tf",
        'contains(concat(keys(local.functions), ["migrate"]), name)',
        'contains(concat(keys(local.functions), ["migrate", "operator"]), name)',
        "deployer",
        "or can hand out another",
    ),
    "a_deployer_that_overrides_any_job": (
        "deployer.tf",
        '"cloudbuild.builds.list",',
        '"cloudbuild.builds.list", "run.jobs.runWithOverrides",',
        "deployer",
        "are not what its scripts use",
    ),
    "a_deployer_that_starts_the_operator": (
        "deployer.tf",
        'google_cloud_run_v2_job.operator["migrate"].name',
        'google_cloud_run_v2_job.operator["operator"].name',
        "deployer",
        "a job that people alone start",
    ),
    "tests_that_may_deploy": (
        "tester.tf",
        '"roles/logging.logWriter"',
        '"roles/logging.logWriter", "roles/run.developer"',
        "deployer",
        "may do more than write logs",
    ),
    "tests_that_run_as_the_deployer": (
        "tester.tf",
        "service_account = google_service_account.tester.id",
        "service_account = google_service_account.deployer.id",
        "deployer",
        "Tests run as somebody who may do more",
    ),
    "a_deployment_that_any_build_begins": (
        "deployer.tf",
        ' && _TRIGGER == \\"${google_cloudbuild_trigger.test[0].trigger_id}\\"',
        "",
        "deployer",
        "before its tests have succeeded",
    ),
    "a_deployment_that_failed_tests_begin": (
        "deployer.tf",
        '_STATUS == \\"SUCCESS\\"',
        '_STATUS != \\"WORKING\\"',
        "deployer",
        "before its tests have succeeded",
    ),
    "a_word_for_the_tests_from_anybody": (
        "deployer.tf",
        "_TEST_TRIGGER = google_cloudbuild_trigger.test[0].trigger_id",
        '_TEST_TRIGGER = ""',
        "deployer",
        "takes another build's word",
    ),
}
