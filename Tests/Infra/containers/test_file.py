"""docker-compose.yml and .env.example against one another and against compose's own schema. No daemon."""

import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from compose_file import FILE, fresh_settings, read
from engine import ROOT

sys.path.insert(0, str(ROOT / "infra/local"))

from latchkey_local import table

class ComposeFileTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.text = FILE.read_text(encoding="utf-8")
        cls.read = read()
        assert isinstance(cls.read, dict), cls.read
        cls.services = cls.read["services"]
        cls.functions = table.load(ROOT)

    def refused(self, old, new):
        """What compose says to the file with one thing changed."""
        self.assertIn(old, self.text)
        answer = read(self.text.replace(old, new, 1))
        self.assertIsInstance(answer, str, f"compose takes {new!r}")
        return answer

    def test_both_profiles_read_well(self):
        for profile, there, absent in [("sandbox", "sandbox", "stripe-cli"), ("stripe", "stripe-cli", "sandbox")]:
            services = read(profile=profile)["services"]
            self.assertIn(there, services)
            self.assertNotIn(absent, services)
            self.assertNotIn("latchkey", services)

    def test_only_the_services_of_public_functions_can_be_reached_by_the_front_door(self):
        for function in self.functions:
            self.assertEqual("shop" in self.services[function.name]["networks"], function.public, function.name)
        self.assertEqual(set(self.services["web"]["networks"]), {"shop"})

    def test_nothing_can_write_to_its_root_or_gain_a_right(self):
        for name, service in self.services.items():
            with self.subTest(name):
                self.assertTrue(service["read_only"])
                self.assertEqual(service["cap_drop"], ["ALL"])
                self.assertEqual(service["security_opt"], ["no-new-privileges:true"])
                self.assertNotIn("cap_add", service)
                self.assertNotIn("privileged", service)
                self.assertIn("mem_limit", service)
                self.assertIn("pids_limit", service)
                self.assertIn("max-size", service["logging"]["options"])

    def test_ports_are_open_to_this_machine_alone(self):
        ports = [port for service in self.services.values() for port in service.get("ports", [])]
        self.assertEqual(len(ports), 4)
        self.assertEqual({port["host_ip"] for port in ports}, {"127.0.0.1"})

    def test_the_database_is_on_no_network(self):
        for name in ["database", "roles", "migrate", "catalog", "release"]:
            self.assertEqual(self.services[name].get("network_mode"), "none", name)
        self.assertNotIn("ports", self.services["database"])

    def test_what_compose_does_not_know_is_refused(self):
        self.assertIn("read_olny", self.refused("  read_only: true", "  read_olny: true"))
        self.assertIn("intervall", self.refused("  interval: 2s", "  intervall: 2s"))
        self.assertIn("condition", self.refused("condition: service_healthy", "condition: service_happy"))
        self.assertIn("undefined", self.refused("networks: [tasks]", "networks: [taks]"))
        self.assertIn("undefined", self.refused("      roles: {condition", "      rolls: {condition"))
        self.assertIn("PUBLIC_URL", self.refused("${PUBLIC_URL:?}", "${PUBLIC_ULR:?PUBLIC_URL}"))


class ExampleTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.text = (ROOT / ".env.example").read_text(encoding="utf-8")
        cls.named = dict(re.findall(r"^(?:# )?([A-Z][A-Z_]+)=(.*)$", cls.text, re.MULTILINE))
        cls.set = dict(re.findall(r"^([A-Z][A-Z_]+)=(.*)$", cls.text, re.MULTILINE))

    def test_compose_reads_what_the_example_names_and_nothing_else(self):
        read_by_compose = set(re.findall(r"\$\{([A-Z_]+)", FILE.read_text(encoding="utf-8")))
        self.assertEqual(read_by_compose - self.named.keys(), set())
        self.assertEqual(self.set.keys() - read_by_compose, {"COMPOSE_PROFILES"})

    def test_no_secret_stands_in_it(self):
        open_places = {name for name, value in self.set.items() if value == "<replace-me>"}
        secret = {name for name in self.set if re.search("SECRET|PASSWORD|PEPPER|_KEY$|SIGNER|_AUTH", name)}
        self.assertEqual(open_places, secret)

    def test_an_example_that_nobody_filled_in_is_refused(self):
        for changes, says in [
            ({}, "LICENSE_SECRETS still says <replace-me>"),
            ({"STRIPE_API_KEY": "sk_live_1"}, "there is a live key"),
            ({"COMPOSE_PROFILES": "stripe"}, "must mean the same Stripe"),
            ({"COMPOSE_PROFILES": ""}, "must be sandbox or stripe"),
        ]:
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder) / "settings"
                if changes:
                    fresh_settings(file, **changes)
                else:
                    file.write_text(self.text, encoding="utf-8")
                done = prepare(file)
                self.assertEqual(done.returncode, 1)
                self.assertIn(says, done.stderr)
                self.assertNotIn("sk_live_1", done.stderr + done.stdout)

    def test_fresh_settings_are_their_owners_alone_and_differ_each_time(self):
        with tempfile.TemporaryDirectory() as folder:
            files = [Path(folder) / name for name in "ab"]
            for file in files:
                self.assertEqual(prepare(file).returncode, 0)
                self.assertEqual(file.stat().st_mode & 0o777, 0o600)
            texts = [dict(re.findall(r"^([A-Z_]+)=(.*)$", file.read_text(), re.MULTILINE)) for file in files]
            same = {name for name, value in texts[0].items() if texts[1][name] == value}
            self.assertEqual(same, {name for name, value in self.set.items() if value != "<replace-me>"})
            before = files[0].read_bytes()
            prepare(files[0])
            self.assertEqual(files[0].read_bytes(), before)

    def test_git_keeps_no_settings(self):
        ignored = subprocess.run(["git", "check-ignore", ".env", ".env.new"], cwd=ROOT, capture_output=True, text=True)
        self.assertEqual(ignored.stdout.split(), [".env", ".env.new"])


def prepare(file):
    return subprocess.run(
        [sys.executable, "-B", ROOT / "infra/compose/prepare"], capture_output=True, text=True, cwd=ROOT,
        env={"COMPOSE_ENV_FILES": str(file), "PATH": "/usr/bin:/bin"},
    )


if __name__ == "__main__":
    unittest.main()
