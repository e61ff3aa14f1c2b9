"""`infra/generate`: what it writes, what it refuses, and a new function that needs nothing else."""

import json
import subprocess
import tempfile
import unittest
from pathlib import Path

import new_function

# A line of each file that the tables decide, and what a hand makes of it.
BY_HAND = {
    "docker-compose.yml": ("{FUNCTION: webhook}", "{FUNCTION: checkout}"),
    "CONTRIBUTING.md": ("Shop       Reconciliation", "Shop       Fulfilment · Reconciliation"),
    ".env.example": ("DATABASE_PASSWORD_LATCHKEY_ORDERS=<replace-me>", "DATABASE_PASSWORD_LATCHKEY_ORDERS="),
    "README.md": ("| `webhook` | `POST /webhooks/stripe` |", "| `webhook` | `POST /webhooks/stripes` |"),
    "infra/terraform/README.md": ("| `database-url-webhook` | `DATABASE_URL` | webhook |", ""),
    "infra/runbooks/first-deployment.md": ("   - `refund.failed`\n", ""),
    "infra/security/policy.md": ("| `DATABASE_URL` | a role of its own", "| `DATABASE_URL` | one role"),
    "Shared/Platform/Pages/Page.swift": ("\\(site.wordmark)</a>", "Shop</a>"),
    "Shared/Shop/Limits/RateLimitPolicy+shop.swift": ("quota: 240", "quota: 2400"),
    "Shared/Shop/Limits/BodyLimit+shop.swift": ("BodyLimit(1_048_576", "BodyLimit(2_097_152"),
    "Functions/Storefront/404.html": ('<a href="/faq">Questions</a>', '<a href="/faq">Answers</a>'),
    "infra/security/threats.md": ("| `orders` | `GET /orders/{session}`", "| `orders` | `GET /order/{session}`"),
}


class GenerateTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.root = new_function.copy(Path(cls.enterClassContext(tempfile.TemporaryDirectory())))

    def run_in_copy(self, *command):
        done = subprocess.run(command, cwd=self.root, capture_output=True, text=True, timeout=120)
        return done.returncode, done.stdout + done.stderr

    def text(self, file):
        return (self.root / file).read_text(encoding="utf-8")

    def write(self, file, text):
        (self.root / file).write_text(text, encoding="utf-8")

    def change(self, file, old, new):
        """Plants a change that is taken back at the end of the test."""
        text = self.text(file)
        self.assertIn(old, text)
        self.addCleanup(self.write, file, text)
        self.write(file, text.replace(old, new, 1))

    def test_a_part_that_was_changed_by_hand_is_a_fault_and_written_again(self):
        for file, (old, new) in BY_HAND.items():
            with self.subTest(file):
                whole = self.text(file)
                self.change(file, old, new)
                code, said = self.run_in_copy("infra/generate", "--check")
                self.assertEqual((code, said), (1, f"✗ {file} is out of date: run infra/generate and commit it\n"))
                self.assertEqual(self.run_in_copy("infra/generate"), (0, f"Wrote {file}\n"))
                self.assertEqual(self.text(file), whole)

    def test_every_file_with_a_part_has_a_planted_fault_here(self):
        marked = {str(file.relative_to(self.root)) for file in self.root.rglob("*") if file.is_file() and _has_mark(file)}
        self.assertEqual(marked, {file for file in BY_HAND if not file.startswith("Functions/Storefront/")})

    def test_the_shell_is_changed_in_one_place(self):
        pages = {str(page.relative_to(self.root)) for page in self.root.glob("Functions/Storefront/*.html")}
        before = {page: self.text(page) for page in pages}
        for file in pages | {"Shared/Platform/Pages/Page.swift"}:
            self.addCleanup(self.write, file, self.text(file))
        added = '<meta name="theme-color" content="#102030">'
        self.change("infra/theme/shell.html", "{{{meta}}}\n", f"{{{{{{meta}}}}}}\n  {added}\n")
        self.change("infra/theme/shell.html", "Lost e-mail</a>", "No e-mail?</a>")
        for wrote in [pages | {"Shared/Platform/Pages/Page.swift"}, set()]:
            code, said = self.run_in_copy("infra/generate")
            self.assertEqual((code, {line.removeprefix("Wrote ") for line in said.splitlines()}), (0, wrote))
        for page in pages:
            self.assertEqual([self.text(page).count(new) for new in (added, "No e-mail?</a>")], [1, 1], page)
            own = self.text(page).replace(f"  {added}\n", "").replace("No e-mail?</a>", "Lost e-mail</a>")
            self.assertEqual(own, before[page])

    def test_a_shell_that_no_page_can_fill_is_told(self):
        self.change("infra/theme/shell.html", "{{home}}", "{{house}}")
        self.assertEqual(self.run_in_copy("infra/generate")[1], "✗ infra/theme/shell.html names house, which no page has\n")

    def test_a_page_without_a_place_for_its_own_is_told(self):
        self.change("Functions/Storefront/faq.html", "</main>", "</section>")
        self.assertIn("✗ Functions/Storefront/faq.html has no <title>, or no", self.run_in_copy("infra/generate")[1])

    def test_what_stands_outside_the_parts_is_left_alone(self):
        self.change("README.md", "# Latchkey", "# Latchkey, ours")
        self.assertEqual(self.run_in_copy("infra/generate", "--check"), (0, ""))

    def test_marks_that_are_missing_or_mean_nothing_are_told(self):
        self.change("README.md", "generated by infra/generate: settings", "settings")
        self.assertIn("README.md: the marks of «settings» are missing", self.run_in_copy("infra/generate", "--check")[1])
        self.change("README.md", "infra/generate: what runs -->", "infra/generate: what walks -->")
        self.change("README.md", "end: what runs -->", "end: what walks -->")
        self.assertIn("README.md: infra/generate knows no part «what walks»", self.run_in_copy("infra/generate")[1])

    def test_a_table_that_is_not_sound_is_told_without_a_traceback(self):
        self.change("infra/functions.json", '"KEY_PEPPER"', '"KEY_PEPPERS"')
        self.assertRegex(self.run_in_copy("infra/generate", "--check")[1], "^✗ infra/functions.json: webhook: KEY_PEPPERS is no setting.*\n$")


class NewFunctionTests(GenerateTests):
    """Every promise above once more, in a tree with one function more."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        new_function.add(cls.root)

    def test_it_stands_wherever_a_function_stands(self):
        for file, line in {
            "docker-compose.yml": "    image: latchkey/ping:",
            "CONTRIBUTING.md": " · Orders · Ping · Reconcile · ",
            ".env.example": "DATABASE_PASSWORD_LATCHKEY_PING=<replace-me>",
            "README.md": "| `ping` | `GET /ping` | monitoring |",
            "infra/terraform/README.md": "| `database-url-ping` | `DATABASE_URL` | ping |",
            "infra/security/policy.md": "orders, reconcile, ping |",
            "infra/security/threats.md": "| `ping` | `GET /ping` | monitoring | «Every door: requests themselves» |",
        }.items():
            self.assertTrue(line in self.text(file), f"{file}: {line}")
        self.assertIn("location = /ping {", self.run_in_copy("infra/images/front-door")[1])
        self.assertEqual(self.run_in_copy("infra/deploy/table", "with", "TRUSTED_PROXY_HOPS")[1].split()[-1], "ping")

    def test_a_deployment_asks_for_what_its_row_says(self):
        service = {"metadata": {"name": "ping"}, "status": {"url": "https://ping.example"}}
        asked = subprocess.run(
            [self.root / "infra/deploy/table", "requests", "-"], input=json.dumps(service), capture_output=True, text=True
        )
        self.assertEqual(
            [line.split("\t")[3:6] for line in asked.stdout.splitlines()], [["GET", "/ready", "200"], ["GET", "/ping", "200"]]
        )

    def test_it_passes_the_gates(self):
        for gate in ["architecture", "security", "observability"]:
            with self.subTest(gate):
                code, said = self.run_in_copy("python3", f"Tests/Gates/{gate}.py")
                self.assertEqual(code, 0, said)


def _has_mark(file):
    return file.suffix != ".py" and b"generated by infra/generate: " in file.read_bytes() and file.name != "generate"


if __name__ == "__main__":
    unittest.main()
