"""infra/terraform/secrets against stand-ins for Google and psql: what is stored where, and what is shown nowhere."""

import base64
import datetime
import hashlib
import hmac
import importlib.machinery
import importlib.util
import json
import os
import re
import subprocess
import tempfile
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "infra/terraform/secrets"
TOKEN = "token-of-a-person"
SECRETS = [
    "database-url-checkout",
    "database-url-webhook",
    "database-url-operator",
    "key-pepper",
    "license-secrets",
    "token-secrets",
]


def load():
    loader = importlib.machinery.SourceFileLoader("terraform_secrets", str(PROGRAM))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("terraform_secrets", loader))
    loader.exec_module(module)
    return module


class StandIn(BaseHTTPRequestHandler):
    """Secret Manager and Cloud SQL Admin, as far as the program asks them."""

    def do_GET(self):
        if self.path.startswith("/run/v2/projects/example-shop-staging/locations/europe-west1/services/"):
            return self._run(self.path.rpartition("/services/")[2].split("/"))
        path = self.path.partition("?")[0].partition("/secrets")[2].strip("/").split("/")
        if path == [""]:
            self._say(200, {"secrets": [{"name": f"projects/1/secrets/{name}"} for name in SECRETS]})
        elif path[0] not in self.server.versions:
            self._say(404, {})
        elif path[-1] == "latest:access":
            data = base64.b64encode(self.server.versions[path[0]][-1].encode()).decode()
            self._say(200, {"payload": {"data": data}})
        else:
            self._say(200, {"state": "ENABLED", "createTime": self.server.written.get(path[0], "2026-05-01T12:00:00Z")})

    def _run(self, path):
        """A service whose traffic goes to one revision, and when that was made."""
        if path[0] not in self.server.revisions:
            return self._say(404, {})
        if len(path) == 1:
            status = [{"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 100}, {"revision": "tagged", "tag": "c-1"}]
            return self._say(200, {"latestReadyRevision": f"projects/1/revisions/{path[0]}-1", "trafficStatuses": status})
        return self._say(200, {"createTime": self.server.revisions[path[0]]})

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.tokens.add(self.headers["Authorization"])
        if "/sqladmin/" in self.path:
            self.server.users.append(body)
            self._say(200, {})
            return
        name = re.search(r"/secrets/([a-z-]+):addVersion$", self.path)[1]
        self.server.versions.setdefault(name, []).append(base64.b64decode(body["payload"]["data"]).decode())
        self.server.written[name] = "2026-05-01T12:00:00.5Z"
        self._say(200, {})

    def _say(self, status, answer):
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class SecretsProgramTests(unittest.TestCase):
    def setUp(self):
        self.google = ThreadingHTTPServer(("127.0.0.1", 0), StandIn)
        self.google.versions, self.google.users, self.google.tokens = {}, [], set()
        self.google.written, self.google.revisions = {}, {}
        thread = threading.Thread(target=self.google.serve_forever)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(self.google.server_close)
        self.addCleanup(self.google.shutdown)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self._command("gcloud", f'echo "{TOKEN}"')
        self._command("psql", f'{{ echo "$@"; echo "$PGPASSWORD"; cat; }} >>"{self.folder}/psql.log"')

    def _command(self, name, body):
        file = self.folder / name
        file.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        file.chmod(0o755)

    def run_program(self, *arguments, given=""):
        base = f"http://127.0.0.1:{self.google.server_address[1]}"
        return subprocess.run(
            ["/usr/bin/python3", PROGRAM, "staging", *arguments],
            input=given,
            env={"PATH": f"{self.folder}:{os.environ['PATH']}", "LATCHKEY_GOOGLE_BASE": base},
            capture_output=True,
            text=True,
            timeout=60,
        )

    def values(self):
        return [value for values in self.google.versions.values() for value in values]

    def test_random_secrets_are_made_once_in_the_form_that_the_functions_read(self):
        self.assertEqual(self.run_program("make").returncode, 0)
        first = dict(self.google.versions)
        self.assertEqual(len(base64.b64decode(first["key-pepper"][0], validate=True)), 32)
        for name in ["license-secrets", "token-secrets"]:
            version, _, value = first[name][0].partition(":")
            self.assertEqual((version, len(base64.b64decode(value, validate=True))), ("1", 32))
        self.assertEqual(self.run_program("make").stdout, "")
        self.assertEqual([len(values) for values in self.google.versions.values()], [1] * len(first))
        self.assertEqual(self.google.tokens, {f"Bearer {TOKEN}"})

    def test_the_owner_and_its_secret_have_one_password(self):
        self.assertEqual(self.run_program("owner").returncode, 0)
        password = self.google.users[0]["password"]
        self.assertEqual(self.google.users[0]["name"], "latchkey")
        self.assertEqual(
            self.google.versions["database-url-operator"],
            [f"postgresql://latchkey:{password}@/latchkey?host=/cloudsql/example-shop-staging:europe-west1:latchkey"],
        )
        self.assertIn("already", self.run_program("owner").stdout)
        self.assertEqual(len(self.google.users), 1)

    def test_each_role_has_a_password_of_its_own_that_the_database_is_not_sent(self):
        self.run_program("owner")
        result = self.run_program("roles")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        table = json.loads((ROOT / "infra/functions.json").read_text(encoding="utf-8"))["functions"]
        said = (self.folder / "psql.log").read_text(encoding="utf-8")
        passwords = set()
        for function in table:
            url = self.google.versions[f"database-url-{function['name']}"][0]
            role, password = re.match(r"postgresql://(\w+):(\w+)@/latchkey\?host=/cloudsql/", url).groups()
            self.assertEqual(role, function["role"])
            self.assertIn(f"ALTER ROLE {role} LOGIN PASSWORD 'SCRAM-SHA-256$4096:", said)
            self.assertNotIn(password, said)
            passwords.add(password)
        self.assertEqual(len(passwords), len(table))
        self.assertIn(self.google.users[0]["password"], said)

    def test_nothing_secret_is_printed(self):
        results = [self.run_program(command) for command in ["owner", "make", "roles", "check"]]
        results += [self.run_program("introduce", name) for name in ["license-secrets", "token-secrets"]]
        results.append(self.run_program("set", "key-pepper", given="a-new-pepper\n"))
        self.assertEqual(self.google.versions["key-pepper"][-1], "a-new-pepper")
        printed = "".join(result.stdout + result.stderr for result in results)
        for value in [*self.values(), *(user["password"] for user in self.google.users), TOKEN]:
            self.assertNotIn(value, printed)

    def renew(self, setting, when):
        """New revisions of every function that is told a setting."""
        for function in json.loads((ROOT / "infra/functions.json").read_text(encoding="utf-8"))["functions"]:
            if setting in function["settings"]:
                self.google.revisions[function["name"]] = when

    def test_a_key_is_known_to_every_function_before_any_uses_it(self):
        for secret, setting in [("license-secrets", "LICENSE_SECRETS"), ("token-secrets", "TOKEN_SECRETS")]:
            with self.subTest(secret):
                self.run_program("make")
                (old,) = self.google.versions[secret]
                self.assertEqual(self.run_program("introduce", secret).returncode, 0)
                both = self.google.versions[secret][-1]
                first, new = both.split(",")
                self.assertEqual((first, new[:2], len(base64.b64decode(new[2:], validate=True))), (old, "2:", 32))
                self.renew(setting, "2026-05-01T12:00:00.501Z")
                self.google.revisions["webhook"] = "2026-05-01T12:00:00Z"
                refused = self.run_program("promote", secret)
                self.assertEqual((refused.returncode, self.google.versions[secret]), (1, [old, both]))
                self.assertIn("webhook serves with a revision from before", refused.stderr)
                self.renew(setting, "2026-05-01T12:00:01Z")
                before = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
                self.assertEqual(self.run_program("promote", secret).returncode, 0)
                promoted = self.google.versions[secret][-1]
                if secret == "license-secrets":
                    # Sales use it in an hour, by when every function is renewed.
                    start = re.match(r"2@(\d{8}T\d{6}Z):", promoted)[1]
                    start = datetime.datetime.strptime(start, "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc)
                    self.assertGreaterEqual(start, before + datetime.timedelta(hours=1))
                    promoted = re.sub("@[^:]+", "", promoted)
                self.assertEqual(promoted, f"{new},{old}")
                self.assertIn("there is none to promote", self.run_program("promote", secret).stderr)

    def test_a_second_key_is_not_introduced_or_promoted_beside_one_that_waits(self):
        self.run_program("make")
        self.assertIn("there is none to promote", self.run_program("promote", "token-secrets").stderr)
        self.run_program("introduce", "token-secrets")
        self.assertIn("waits to be promoted", self.run_program("introduce", "token-secrets").stderr)
        self.assertEqual(len(self.google.versions["token-secrets"]), 2)

    def test_the_current_key_stays_when_the_others_are_retired_and_a_licenses_never_goes(self):
        self.google.versions = {"token-secrets": ["2:bmV3,1:b2xk"], "license-secrets": ["2:bmV3,1:b2xk"], "key-pepper": ["x"]}
        self.assertEqual(self.run_program("retire", "token-secrets").returncode, 0)
        self.assertEqual(self.google.versions["token-secrets"][-1], "2:bmV3")
        self.assertIn("no key could be made again", self.run_program("retire", "license-secrets").stderr)
        self.assertIn("has no versions in it", self.run_program("introduce", "key-pepper").stderr)
        self.google.versions["token-secrets"].append("1:b2xk,2:bmV3")
        self.assertIn("waits to be promoted", self.run_program("retire", "token-secrets").stderr)

    def test_a_secret_without_a_version_is_named(self):
        self.google.versions = {name: ["x"] for name in SECRETS if name != "token-secrets"}
        result = self.run_program("check")
        self.assertEqual((result.returncode, result.stdout), (1, "token-secrets has no version.\n"))

    def test_a_secret_that_terraform_did_not_make_is_refused(self):
        result = self.run_program("set", "colour", given="red")
        self.assertEqual((result.returncode, self.google.versions), (1, {}))
        self.assertIn("Terraform made no secret colour", result.stderr)

    def test_a_token_goes_to_google_or_to_this_machine(self):
        with self.assertRaisesRegex(Exception, "on this machine"):
            load().Google("p", base="http://elsewhere.example")


class VerifierTests(unittest.TestCase):
    def test_the_verifier_proves_what_rfc_7677_proves(self):
        """The example of RFC 7677 section 3: the server's signature, made from what we would store."""
        nonce = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
        salt = "W22ZaJ0SNY7soEsUEjb6gQ=="
        stored = load().verifier("pencil", base64.b64decode(salt))
        rounds_salt, keys = stored.removeprefix("SCRAM-SHA-256$").split("$")
        self.assertEqual(rounds_salt, f"4096:{salt}")
        stored_key, server_key = (base64.b64decode(key) for key in keys.split(":"))
        words = f"n=user,r=rOprNGfwEbeRWgbNEkqO,r={nonce},s={salt},i=4096,c=biws,r={nonce}".encode()
        signature = base64.b64encode(hmac.digest(server_key, words, "sha256")).decode()
        self.assertEqual(signature, "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")
        proof = base64.b64decode("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")
        client_key = bytes(a ^ b for a, b in zip(proof, hmac.digest(stored_key, words, "sha256")))
        self.assertEqual(hashlib.sha256(client_key).digest(), stored_key)


if __name__ == "__main__":
    unittest.main()
