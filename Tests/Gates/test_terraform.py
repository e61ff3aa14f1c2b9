"""Terraform and the source agree where they could drift apart: log lines, settings, names, who reads which secret."""

import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODULE = ROOT / "infra/terraform/modules/shop"
sys.path.insert(0, str(ROOT / "infra/local"))

from latchkey_local import table

OWN_SECRETS = ["DATABASE_URL", "STRIPE_API_KEY"]


def swift_source():
    return "\n".join(
        file.read_text(encoding="utf-8")
        for folder in ["Shared", "Functions"]
        for file in sorted((ROOT / folder).rglob("*.swift"))
    )


def messages_missing_from(source, events):
    """Every message that a metric counts and that no line of the source has, word for word."""
    return [message for event in events for message in event["messages"] if f'"{message}"' not in source]


def block(file, name):
    """The text of `name = {…}` or `name = […]` or a call of concat, up to the line that closes it."""
    text = (MODULE / file).read_text(encoding="utf-8")
    return re.search(rf"^  {name}\s+= .*?^  [}}\])]|^  {name}\s+= .*?$", text, re.MULTILINE | re.DOTALL)[0]


def shared_secrets():
    return re.findall(r'"([A-Z][A-Z_]+)"', block("secrets.tf", "shared_secret_settings"))


def known_settings():
    """Every setting that the module can give a function."""
    plain = re.findall(r"^ +([A-Z][A-Z_]+) +=", block("settings.tf", "plain_settings"), re.MULTILINE)
    own = re.findall(r"{ ([A-Z][A-Z_]+) =", block("settings.tf", "own_settings"))
    secret = re.findall(r'"([A-Z][A-Z_]+)"', block("secrets.tf", "own_secret_settings"))
    return {*plain, *own, *secret, *shared_secrets()}


def readers(functions):
    """The rows of the README's table: secret, setting, who reads it."""
    rows = []
    for setting in sorted({*shared_secrets(), *OWN_SECRETS}):
        names = [function.name for function in functions if setting in function.settings]
        secret = setting.lower().replace("_", "-")
        jobs = ["migrate", "catalog-apply", "operator"] if setting == "DATABASE_URL" else ["operator"]
        if setting in OWN_SECRETS:
            rows += [f"| `{secret}-{name}` | `{setting}` | {name} |" for name in names]
            rows.append(f"| `{secret}-operator` | `{setting}` | {', '.join(f'job {job}' for job in jobs)} |")
        else:
            rows.append(f"| `{secret}` | `{setting}` | {', '.join([*names, 'job operator'])} |")
    return rows


class LogLineTests(unittest.TestCase):
    def setUp(self):
        self.events = json.loads((MODULE / "events.json").read_text(encoding="utf-8"))
        self.source = swift_source()

    def test_every_message_that_is_counted_is_logged(self):
        self.assertEqual(messages_missing_from(self.source, self.events), [])

    def test_a_message_that_nobody_logs_is_found(self):
        events = [{"messages": ["mail given up", "mail thrown away"]}]
        self.assertEqual(messages_missing_from(self.source, events), ["mail thrown away"])

    def test_no_message_that_is_counted_is_below_the_level_that_is_logged(self):
        for event in self.events:
            for message in event["messages"]:
                self.assertNotRegex(self.source, rf'\.debug,\s*"{re.escape(message)}"')

    def test_the_invariant_that_has_an_alert_of_its_own_exists(self):
        named = [event[way]["invariant"] for event in self.events for way in ["only", "unless"] if way in event]
        self.assertEqual(named, ["no_webhook", "no_webhook"])
        self.assertIn('case noWebhook = "no_webhook"', self.source)

    def test_every_event_says_what_to_do(self):
        for event in self.events:
            with self.subTest(event["name"]):
                self.assertRegex(event["name"], r"^[a-z_]+$")
                self.assertTrue(event["title"] and event["advice"].endswith((".", "?", "…", "`")))
                self.assertIn(event["severity"], ["CRITICAL", "ERROR", "WARNING"])
                self.assertEqual(event["window_seconds"] % 60, 0)
                self.assertTrue(event["messages"] or event.get("severity_at_least"))


class SettingsTests(unittest.TestCase):
    def test_the_module_knows_every_setting_that_a_function_may_name(self):
        self.assertEqual(table.SETTINGS - known_settings(), set())

    def test_the_module_knows_no_setting_that_there_is_not(self):
        self.assertEqual(known_settings() - table.SETTINGS, set())

    def test_a_functions_name_is_long_and_short_enough_for_an_account(self):
        for function in table.load(ROOT):
            self.assertRegex(f"fn-{function.name}", r"^[a-z][a-z0-9-]{4,28}[a-z0-9]$")

    def test_the_readme_says_who_may_read_which_secret(self):
        readme = (ROOT / "infra/terraform/README.md").read_text(encoding="utf-8")
        self.assertEqual(
            [line for line in readme.splitlines() if re.match(r"\| `[a-z-]+` \| `[A-Z_]+` \|", line)],
            readers(table.load(ROOT)),
        )


class EnvironmentTests(unittest.TestCase):
    """infra/terraform/tf, with a terraform that only says how it was called."""

    def run_tf(self, *arguments):
        with tempfile.TemporaryDirectory() as folder:
            fake = Path(folder) / "terraform"
            fake.write_text('#!/bin/sh\necho "$TF_DATA_DIR $*"\n', encoding="utf-8")
            fake.chmod(0o755)
            return subprocess.run(
                [ROOT / "infra/terraform/tf", *arguments],
                env={"PATH": f"{folder}:{os.environ['PATH']}"},
                capture_output=True,
                text=True,
                timeout=60,
            )

    def test_each_environment_has_its_own_state_and_values(self):
        for environment, project in [("staging", "example-shop-staging"), ("production", "example-shop")]:
            with self.subTest(environment):
                self.assertEqual(
                    self.run_tf(environment, "init").stdout,
                    f".terraform-{environment} init -backend-config=bucket={project}-terraform\n",
                )
                self.assertEqual(
                    self.run_tf(environment, "plan", "-var", "deploy=false").stdout,
                    f".terraform-{environment} plan -var-file={environment}.tfvars -var deploy=false\n",
                )

    def test_the_bucket_of_the_state_is_made_in_the_environments_project(self):
        said = self.run_tf("staging", "bootstrap").stdout.splitlines()
        self.assertEqual(
            said[1],
            ".terraform-staging -chdir=bootstrap apply -state=staging.tfstate"
            " -var=project=example-shop-staging -var=region=europe-west1",
        )

    def test_an_environment_that_there_is_not_is_refused(self):
        result = self.run_tf("nowhere", "plan")
        self.assertEqual((result.returncode, result.stderr), (1, "There is no infra/terraform/nowhere.tfvars.\n"))


if __name__ == "__main__":
    unittest.main()
