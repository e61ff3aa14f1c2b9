"""infra/images/digests: every image of somebody else is listed, and named by the digest that a registry told of its tag."""

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
loader = SourceFileLoader("image_digests", str(ROOT / "infra/images/digests"))
digests = module_from_spec(spec_from_loader("image_digests", loader))
loader.exec_module(digests)
FILES = ["Dockerfile", "cloudbuild.yaml", "cloudbuild.test.yaml", "docker-compose.yml", ".env.example", "infra/deploy/images"]
FILES += ["infra/images/digests"]
INDEX = "application/vnd.oci.image.index.v1+json"


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


class Registry(BaseHTTPRequestHandler):
    """A registry that gives anybody a token, and its manifests to who has one."""

    def do_GET(self):
        server = self.server
        server.asked.append(self.path)
        if self.path.startswith("/token?"):
            return self._say(200, json.dumps({"token": "public"}).encode(), "application/json")
        if self.headers["Authorization"] != "Bearer public":
            realm = server.realm or f"http://127.0.0.1:{server.server_port}/token"
            challenge = f'Bearer realm="{realm}",service="registry",scope="repository:x:pull"'
            return self._say(401, b"", "text/plain", {"WWW-Authenticate": challenge})
        if server.missing and server.missing in self.path:
            return self._say(404, b"", "text/plain")
        body = json.dumps({"path": self.path}).encode()
        told = server.told or f"sha256:{hashlib.sha256(body).hexdigest()}"
        return self._say(200, body, server.kind, {"Docker-Content-Digest": told})

    def _say(self, status, body, kind, headers=None):
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": len(body), **(headers or {})}.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class ImageTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = copy(folder.name)
        self.registry = ThreadingHTTPServer(("127.0.0.1", 0), Registry)
        self.registry.asked, self.registry.realm, self.registry.missing = [], None, None
        self.registry.told, self.registry.kind = None, INDEX
        threading.Thread(target=self.registry.serve_forever, daemon=True).start()
        self.addCleanup(self.registry.server_close)
        self.addCleanup(self.registry.shutdown)

    def run_command(self, word):
        base = f"http://127.0.0.1:{self.registry.server_port}"
        return subprocess.run(
            ["python3", "-B", self.root / "infra/images/digests", word], capture_output=True, text=True, timeout=60,
            env={"PATH": os.environ["PATH"], "LATCHKEY_REGISTRY_BASE": base},
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
        self.assertIn("/v2/library/swift/manifests/6.3.1-bookworm", self.registry.asked)
        self.assertIn("/v2/google.com/cloudsdktool/google-cloud-cli/manifests/slim", self.registry.asked)

    def test_looking_up_again_follows_a_tag_that_moved(self):
        self.run_command("update")
        self.registry.kind = digests.MANIFESTS[1]
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
        for change in [{"missing": "swift"}, {"told": f"sha256:{'0' * 64}"}, {"kind": "text/html"}, {"realm": "http://example.com/token"}]:
            with self.subTest(change):
                for name in ["missing", "told", "realm"]:
                    setattr(self.registry, name, change.get(name))
                self.registry.kind = change.get("kind", INDEX)
                self.assertEqual(self.run_command("update").returncode, 1)
                self.assertEqual([(self.root / name).read_bytes() for name in [*FILES, digests.TABLE]], before)


if __name__ == "__main__":
    unittest.main()
