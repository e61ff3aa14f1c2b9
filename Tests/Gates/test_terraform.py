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


class BuildAccountTests(unittest.TestCase):
    """Every grant that Terraform makes to the two accounts that build, found by reading the files."""

    GRANT = re.compile(r'^resource "(google_\w+_iam_\w+)" "(\w+)" \{\n(.*?)^\}', re.MULTILINE | re.DOTALL)

    def grants(self, account):
        texts = "\n".join(file.read_text(encoding="utf-8") for file in sorted(MODULE.glob("*.tf")))
        named = re.compile(rf"^ +members? .*google_service_account\.{account}\b", re.MULTILINE)
        return {f"{kind}.{name}": body for kind, name, body in self.GRANT.findall(texts) if named.search(body)}

    def test_the_build_that_tests_may_write_logs_and_read_its_source_and_nothing_else(self):
        grants = self.grants("tester")
        self.assertEqual(set(grants), {"google_project_iam_member.tester", "google_storage_bucket_iam_member.tester"})
        roles = set(re.findall(r'"roles/[\w.]+"', "".join(grants.values())))
        self.assertEqual(roles, {'"roles/logging.logWriter"', '"roles/storage.objectViewer"'})

    def test_the_deployer_has_the_grants_that_are_known_and_no_others(self):
        self.assertEqual(
            set(self.grants("deployer")),
            {
                "google_project_iam_member.deployer",
                "google_cloud_run_v2_service_iam_member.deployer",
                "google_cloud_run_v2_job_iam_member.deployer_migrates",
                "google_cloud_run_v2_job_iam_member.deployer_asks",
                "google_artifact_registry_repository_iam_member.deployer",
                "google_service_account_iam_member.deployer_as",
                "google_storage_bucket_iam_member.builds",
            },
        )

    def test_nobody_may_act_as_an_account_that_builds_or_publish_what_became_of_a_build(self):
        texts = "\n".join(file.read_text(encoding="utf-8") for file in sorted(MODULE.glob("*.tf")))
        self.assertNotRegex(texts, r"service_account_id += google_service_account\.(?:tester|deployer)\b")
        self.assertNotIn('"google_pubsub_topic_iam_', texts)


class TraceTests(unittest.TestCase):
    def test_no_trace_is_kept_of_addresses_that_are_as_good_as_a_key(self):
        self.assertNotIn("cloudtrace", (MODULE / "services.tf").read_text(encoding="utf-8"))
        page = (ROOT / "infra/runbooks/first-deployment.md").read_text(encoding="utf-8")
        self.assertIn("gcloud services disable cloudtrace.googleapis.com", page)
        source = swift_source()
        self.assertNotIn("cloudtrace", source.lower())


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
