"""infra/images/digests: every image of somebody else is listed, and named by the digest that a registry told of its tag."""

import json
import subprocess
import tempfile
import unittest
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
loader = SourceFileLoader("image_digests", str(ROOT / "infra/images/digests"))
digests = module_from_spec(spec_from_loader("image_digests", loader))
loader.exec_module(digests)
FILES = ["Dockerfile", "cloudbuild.yaml", "cloudbuild.test.yaml", "docker-compose.yml", ".env.example", "infra/deploy/images"]
FILES += ["infra/images/digests"]


def copy(folder):
    """What names images, and the table with nothing looked up."""
    root = Path(folder)
    for name in [*FILES, "infra/terraform/modules/shop/smoke.tf"]:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        text = (ROOT / name).read_text(encoding="utf-8")
        (root / name).write_text(digests.re.sub(f"@{digests.DIGEST.pattern}", "", text) if name != FILES[-1] else text, encoding="utf-8")
    (root / FILES[-1]).chmod(0o755)
    table = dict.fromkeys(digests.known(ROOT))
    (root / digests.TABLE).write_text(json.dumps(table), encoding="utf-8")
    return root


# skopeo, but for its network: a manifest for each image, what the registry was asked for, and what goes wrong.
SKOPEO = """#!/bin/bash
[ "$1 $2" = "inspect --raw" ] || exit 2
echo "$3" >>"$LOOKED_UP"
case "$3" in
*"${MISSING:-nothing}"*) echo "manifest unknown" >&2; exit 1 ;;
esac
printf '%s' "${ANSWER:-{\\"schemaVersion\\": 2, \\"of\\": \\"$3\\"\\}}"
"""


class ImageTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = copy(folder.name)
        self.tools = self.root / "tools"
        self.tools.mkdir()
        (self.tools / "skopeo").write_text(SKOPEO, encoding="utf-8")
        (self.tools / "skopeo").chmod(0o755)
        self.looked_up = self.root / "looked-up"

    def run_command(self, word, **changes):
        return subprocess.run(
            ["/usr/bin/python3", "-B", self.root / "infra/images/digests", word], capture_output=True, text=True, timeout=60,
            env={"PATH": f"{self.tools}:/usr/bin:/bin", "LOOKED_UP": str(self.looked_up)} | changes,
        )

    def change(self, name, old, new):
        file = self.root / name
        text = file.read_text(encoding="utf-8")
        self.assertIn(old, text)
        file.write_text(text.replace(old, new, 1), encoding="utf-8")

    def test_every_image_here_is_listed_and_named_as_it_was_looked_up(self):
        self.assertEqual(list(digests.faults(ROOT)), [])
        found = {str(file) for file, _, _ in digests.uses(ROOT)}
        self.assertEqual(found, {*FILES[:-1], "infra/terraform/modules/shop/smoke.tf"})

    def test_what_is_looked_up_is_written_wherever_it_is_used_and_nothing_else_is_changed(self):
        before = {name: (self.root / name).read_text(encoding="utf-8") for name in FILES[:-1]}
        self.assertEqual(self.run_command("require").returncode, 1)
        done = self.run_command("update")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(self.run_command("require").returncode, 0)
        self.assertTrue(all("@sha256:" in reference for _, _, reference in digests.uses(self.root)))
        for name, text in before.items():
            without = digests.re.sub(f"@{digests.DIGEST.pattern}", "", (self.root / name).read_text(encoding="utf-8"))
            self.assertEqual(without, text)
        asked = self.looked_up.read_text(encoding="utf-8").split()
        self.assertEqual(asked, [f"docker://{tag}" for tag in digests.known(ROOT)])

    def test_looking_up_again_follows_a_tag_that_moved(self):
        self.run_command("update")
        table = digests.known(self.root)
        digests.record(self.root, {"debian:bookworm-slim": f"sha256:{'1' * 64}"})
        self.assertIn("* debian:bookworm-slim", self.run_command("update").stdout)
        self.assertEqual((digests.known(self.root), list(digests.faults(self.root))), (table, []))

    def test_a_use_without_its_digest_or_with_another_is_a_fault(self):
        self.run_command("update")
        known = digests.known(self.root)
        for name, tag in [("Dockerfile", "swift:6.3.1-bookworm"), ("cloudbuild.yaml", "gcr.io/cloud-builders/docker:latest")]:
            for other in ["", f"@sha256:{'0' * 64}"]:
                with self.subTest(f"{name} {other}"):
                    self.change(name, f"{tag}@{known[tag]}", f"{tag}{other}")
                    done = self.run_command("check")
                    self.assertEqual(done.returncode, 1)
                    self.assertIn(f"{tag} must be named with its digest", done.stderr)
                    self.change(name, f"{tag}{other}", f"{tag}@{known[tag]}")

    def test_an_image_that_nobody_lists_and_a_digest_that_nobody_looked_up_are_faults(self):
        self.change("Dockerfile", "FROM debian:bookworm-slim", "FROM alpine:3")
        self.assertIn("alpine:3 is not in", self.run_command("check").stderr)
        self.change("Dockerfile", "FROM alpine:3", f"FROM debian:bookworm-slim@sha256:{'0' * 64}")
        self.assertIn("was not looked up", self.run_command("check").stderr)

    def test_when_one_cannot_be_looked_up_nothing_is_changed(self):
        before = [(self.root / name).read_bytes() for name in [*FILES, digests.TABLE]]
        for change in [{"MISSING": "swift"}, {"ANSWER": "<html>"}, {"ANSWER": "[]"}, {"PATH": "/nowhere"}]:
            with self.subTest(change):
                done = self.run_command("update", **change)
                self.assertEqual((done.returncode, done.stderr[:1]), (1, "✗"))
                self.assertEqual([(self.root / name).read_bytes() for name in [*FILES, digests.TABLE]], before)


if __name__ == "__main__":
    unittest.main()
