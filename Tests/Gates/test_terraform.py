"""Terraform and the source agree where they could drift apart: log lines, environments."""

import json
import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODULE = ROOT / "infra/terraform/modules/shop"


def swift_source():
    return "\n".join(
        file.read_text(encoding="utf-8")
        for folder in ["Shared", "Functions"]
        for file in sorted((ROOT / folder).rglob("*.swift"))
    )


class LogLineTests(unittest.TestCase):
    def setUp(self):
        self.events = json.loads((MODULE / "events.json").read_text(encoding="utf-8"))
        self.source = swift_source()

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
