"""The front door by itself: whom it lets in, and what people see when nobody is behind it."""

import http.client
import re
import socket
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

import stack_under_test

from latchkey_local import front_door, table
from latchkey_local.layout import Layout, free_front
from latchkey_local.stack import usual_ports

ROOT = stack_under_test.ROOT
FUNCTIONS = table.load(ROOT)
PATIENCE = 20


class FrontDoorTests(unittest.TestCase):
    """nginx with its own configuration, and no function running."""

    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def open_door(self, root=ROOT):
        """Starts nginx over the pages of `root`."""
        self.layout = Layout(root, self.folder, free_front(usual_ports(FUNCTIONS)))
        command = front_door.program(self.layout, FUNCTIONS).command
        with open(self.folder / "said", "wb") as said:
            process = subprocess.Popen(command, stderr=said)
        self.addCleanup(process.wait, PATIENCE)
        self.addCleanup(process.terminate)
        deadline = time.monotonic() + PATIENCE
        while not self._is_open():
            self.assertTrue(process.poll() is None and time.monotonic() < deadline, self.log())
            time.sleep(0.05)

    def log(self):
        return (self.folder / "said").read_text(encoding="utf-8")

    def ask(self, method, target, body=None, **fields):
        connection = http.client.HTTPConnection("127.0.0.1", self.layout.front, timeout=PATIENCE)
        self.addCleanup(connection.close)
        connection.request(method, target, body, {name.replace("_", "-"): value for name, value in fields.items()})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read().decode()

    def test_only_public_functions_have_a_way_in(self):
        self.open_door()
        for function in FUNCTIONS:
            for pattern in function.patterns:
                with self.subTest(pattern):
                    status, _, _ = self.ask("POST", re.sub(r"\{\w+\}", "x", pattern))
                    self.assertEqual(status == 502, not pattern.startswith(table.TASKS), status)

    def test_a_function_that_is_away_is_a_page_that_calms(self):
        self.open_door()
        status, headers, page = self.ask("POST", "/checkout", "product=x")
        self.assertEqual(status, 502)
        self.assert_is_of_the_shop(headers, page)
        self.assertIn("Please do not pay again", page)

    def test_what_the_door_refuses_by_itself_is_a_page_of_the_shop(self):
        self.open_door()
        cases = {
            "no such page": (404, "GET", "/nothing", None),
            "a page cannot be posted to": (405, "POST", "/", "x"),
            "a method for nobody": (405, "TRACE", "/checkout", None),
            "a broken escape": (400, "GET", "/download/%", None),
            "a way out of the folder": (400, "GET", "/%2e%2e/%2e%2e/Package.swift", None),
            "too long a body": (413, "POST", "/checkout", "x" * 20_000),
            "too long an address": (414, "GET", "/" + "x" * 20_000, None),
        }
        for name, (expected, method, target, body) in cases.items():
            with self.subTest(name):
                status, headers, page = self.ask(method, target, body)
                self.assertEqual(status, expected)
                self.assert_is_of_the_shop(headers, page)
        for field, value, expected in [("Transfer_Encoding", "gzip", 501), ("Range", "bytes=9999999-", 416)]:
            with self.subTest(field):
                status, headers, page = self.ask("GET", "/faq", **{field: value})
                self.assertEqual(status, expected)
                self.assert_is_of_the_shop(headers, page)

    def test_every_file_says_what_it_is_in_which_letters_and_what_browsers_may_do_with_it(self):
        self.open_door()
        kinds = {"/": "text/html", "/styles.css": "text/css", "/favicon.svg": "image/svg+xml", "/robots.txt": "text/plain"}
        for path, kind in (kinds | {"/healthz": "text/plain"}).items():
            with self.subTest(path):
                _, headers, _ = self.ask("GET", path)
                if path != "/healthz":
                    self.assertEqual(headers["Content-Type"], f"{kind}; charset=utf-8")
                policy = headers["Content-Security-Policy"]
                for rule in ["default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self' https://checkout.stripe.com "]:
                    self.assertIn(rule, policy)
                self.assertNotIn("unsafe", policy)
                self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
                self.assertEqual(headers["Referrer-Policy"], "strict-origin-when-cross-origin")
                self.assertEqual([name for name in headers if name.startswith("Access-Control") or name == "Set-Cookie"], [])

    def test_https_is_asked_for_where_the_visitor_came_by_it(self):
        self.open_door()
        for path in ["/", "/nothing", "/checkout", "/healthz"]:
            with self.subTest(path):
                self.assertIsNone(self.ask("GET", path)[1]["Strict-Transport-Security"])
                secure = self.ask("GET", path, X_Forwarded_Proto="https")[1]["Strict-Transport-Security"]
                self.assertEqual(secure, "max-age=63072000; includeSubDomains")

    def test_a_file_whose_name_begins_with_a_dot_is_not_there_unless_it_is_well_known(self):
        pages = self.folder / front_door.STOREFRONT
        (pages / ".well-known").mkdir(parents=True)
        for name in [".index.html.swp", ".well-known/security.txt", "404.html"]:
            (pages / name).write_text(name, encoding="utf-8")
        self.open_door(self.folder)
        self.assertEqual(self.ask("GET", "/.index.html.swp")[0], 404)
        self.assertEqual(self.ask("GET", "/.well-known/security.txt")[0], 200)

    def assert_is_of_the_shop(self, headers, page):
        self.assertIn("frame-ancestors 'none'", headers["Content-Security-Policy"] or "")
        self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
        self.assertEqual(headers["Cache-Control"], "no-cache")
        self.assertIn('<link rel="stylesheet" href="/styles.css">', page)

    def test_the_log_holds_no_path_of_a_buyer(self):
        self.open_door()
        for method, path, body in [("GET", "/download/a-token", None), ("POST", "/orders/a-session", "x" * 10_000)]:
            self.assertEqual(self.ask(method, path, body)[0], 502)
        self.assertEqual(self.ask("POST", "/orders/a-session", "x" * 20_000)[0], 413)
        self.assertNotRegex(self.log(), "a-token|a-session")

    def _is_open(self):
        try:
            socket.create_connection(("127.0.0.1", self.layout.front), timeout=1).close()
        except OSError:
            return False
        return True


if __name__ == "__main__":
    unittest.main()
