"""Requests that one caller leaves unfinished keep nobody else waiting: through the front door, and at the functions."""

import contextlib
import hashlib
import hmac
import http.client
import json
import os
import resource
import secrets
import socket
import time
import unittest

import stack_under_test

from latchkey_local import table

BODIES = 66
CONNECTIONS = 1_100
MEBIBYTE = 1 << 20
# An honest caller has its answer within this time.
PROMISE = 3
# Each of them is a caller of its own on the loopback interface.
CROWD, CALLER = "127.0.0.1", "127.0.0.2"
FIGURES = stack_under_test.ROOT / ".local/figures"


class UnfinishedRequestTests(unittest.TestCase):
    """A crowd of unfinished requests from one address; then a signed event and a page from another."""

    @classmethod
    def setUpClass(cls):
        cls.layout = stack_under_test.layout()
        ports = {function.name: cls.layout.port(function.port) for function in table.load(stack_under_test.ROOT)}
        cls.front, cls.webhook, cls.orders = cls.layout.front, ports["webhook"], ports["orders"]
        secret = next(
            line.partition("=")[2].strip().strip("'\"")
            for line in (cls.layout.folder / "secrets.env").read_text(encoding="utf-8").splitlines()
            if line.removeprefix("export ").startswith("STRIPE_WEBHOOK_SECRETS=")
        )
        cls.secret = secret.split(",")[0].encode()
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        cls.page = f"/orders/cs_test_{secrets.token_hex(20)}"
        cls.figures = {}

    @classmethod
    def tearDownClass(cls):
        folder = os.environ.get("LATCHKEY_FIGURES") or FIGURES
        os.makedirs(folder, exist_ok=True)
        with open(f"{folder}/unfinished-requests.json", "w", encoding="utf-8") as file:
            json.dump(cls.figures, file)

    def test_bodies_without_their_end_through_the_front_door(self):
        with self.crowd(BODIES, self.front, self.body("/webhooks/stripe")):
            self.assert_served("bodies at the front door", self.front, self.front)

    def test_bodies_without_their_end_at_a_function(self):
        with self.crowd(BODIES, self.webhook, self.body("/webhooks/stripe")):
            self.assert_served("bodies at a function", self.webhook, self.orders)

    def test_headers_without_their_end_through_the_front_door(self):
        with self.crowd(CONNECTIONS, self.front, b"GET / HTTP/1.1\r\nHost: x\r\nX-Half"):
            self.assert_served("headers at the front door", self.front, self.front)

    def test_headers_without_their_end_at_a_function(self):
        half = b"GET / HTTP/1.1\r\nHost: x\r\nX-Half"
        with self.crowd(CONNECTIONS, self.webhook, half), self.crowd(CONNECTIONS, self.orders, half):
            self.assert_served("headers at a function", self.webhook, self.orders)

    def test_connections_that_say_nothing(self):
        for name, event, page in [("front door", self.front, self.front), ("function", self.webhook, self.orders)]:
            with self.crowd(CONNECTIONS, event, b""):
                self.assert_served(f"silent connections at a {name}", event, page)

    def test_a_body_larger_than_the_route_takes_is_refused_by_the_door_and_by_the_function_alike(self):
        form = b"a&" * (MEBIBYTE // 2)
        checkout = self.layout.port(next(each.port for each in table.load(stack_under_test.ROOT) if each.name == "checkout"))
        for port in [self.front, checkout]:
            for size, expected in [(16 * 1024, 400), (16 * 1024 + 1, 413), (MEBIBYTE, 413)]:
                with self.subTest(port=port, size=size):
                    fields = {"Content-Type": "application/x-www-form-urlencoded"}
                    self.assertEqual(self.ask(port, "POST", "/checkout", form[:size], fields)[0], expected)
        for port in [self.front, self.webhook]:
            for size, expected in [(MEBIBYTE, 200), (MEBIBYTE + 1, 413)]:
                with self.subTest(port=port, size=size):
                    self.assertEqual(self.ask(port, *self.event(size))[0], expected)

    def assert_served(self, name, event_port, page_port):
        """A signed event and a page are answered, three times in turn."""
        slowest = {"event": 0.0, "page": 0.0}
        for _ in range(3):
            status, slowest["event"] = self.timed(event_port, slowest["event"], *self.event())
            self.assertEqual(status, 200)
            # One session for all: unknown ones have a budget.
            status, slowest["page"] = self.timed(page_port, slowest["page"], "GET", self.page)
            self.assertEqual(status, 404)
        self.figures[name] = {what: round(1000 * seconds, 1) for what, seconds in slowest.items()}

    def timed(self, port, slowest, *request):
        start = time.monotonic()
        status = self.ask(port, *request)[0]
        return status, max(slowest, time.monotonic() - start)

    @contextlib.contextmanager
    def crowd(self, count, port, start):
        """Holds connections from one address, each with the same start of a request."""
        with contextlib.ExitStack() as stack:
            for _ in range(count):
                connection = stack.enter_context(socket.create_connection(("127.0.0.1", port), source_address=(CROWD, 0)))
                with contextlib.suppress(OSError):  # a connection may be refused for those before it
                    connection.sendall(start)
            yield

    @staticmethod
    def body(path):
        """A request whose body lacks its last byte."""
        return f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {MEBIBYTE}\r\n\r\n".encode() + b"a" * (MEBIBYTE - 1)

    def event(self, size=0):
        """The request of a signed event that nobody acts on."""
        event = {
            "id": f"evt_{secrets.token_hex(12)}", "object": "event", "type": "customer.created", "livemode": False,
            "created": int(time.time()), "api_version": "2024-06-20", "data": {"object": {"object": "customer"}}, "padding": "",
        }
        event["padding"] = "x" * (size - len(json.dumps(event)))
        body, now = json.dumps(event).encode(), int(time.time())
        tag = hmac.new(self.secret, f"{now}.".encode() + body, hashlib.sha256).hexdigest()
        return "POST", "/webhooks/stripe", body, {"Content-Type": "application/json", "Stripe-Signature": f"t={now},v1={tag}"}

    @staticmethod
    def ask(port, method, path, body=None, fields=()):
        """An honest caller's request and what comes back within the time promised."""
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PROMISE, source_address=(CALLER, 0))
        with contextlib.closing(connection):
            connection.request(method, path, body, dict(fields))
            answer = connection.getresponse()
            return answer.status, answer.read()


if __name__ == "__main__":
    unittest.main()
