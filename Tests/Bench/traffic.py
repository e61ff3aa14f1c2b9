"""The requests that are replayed: Stripe's signed events, download links, checkouts, each a different one."""

import base64
import hashlib
import hmac
import json
import struct
import time
import uuid

from shop import ROOT

API_VERSION = "2026-07-29.dahlia"
FILE = "GenX-Delay-1.0.0-linux.zip"
MARK = "0000000000"  # ten characters in the event's text, in place of which each event has its number

# The addresses that are set aside for testing machines under load, RFC 2544.
CALLERS = 2048


def number(n):
    """A sale's number as it stands in its IDs."""
    return f"{n:010d}"


def order_id(n):
    """The order of sale `n`, a UUIDv7."""
    return uuid.UUID(f"0190f000-0000-7000-8000-{n:012x}")


def grant_id(n):
    """The download grant `n`, a UUIDv7."""
    return uuid.UUID(f"0190f000-0000-7000-9000-{n:012x}")


def grown_grant_id(n):
    """The grant of sale `n` in a shop that `growth.py` made."""
    return uuid.UUID(f"0190f400-0000-7000-8000-{n:012x}")


def event_text(livemode=False):
    """An event about a paid session as Stripe writes one, with `MARK` for the sale's number and `@order@` for its order.

    The object is Stripe's published example, so all that Stripe sends is there.
    """
    templates = json.loads((ROOT / "Tests/Sandbox/Resources/templates.json").read_text(encoding="utf-8"))
    now = int(time.time())
    session = templates["checkout.session"] | {
        "id": f"cs_test_bench{MARK}",
        "amount_subtotal": 4900,
        "amount_total": 4900,
        "created": now,
        "currency": "usd",
        "customer_details": templates["checkout.session"]["customer_details"]
        | {"email": f"buyer{MARK}@customer.example", "name": "Ada Buyer"},
        "livemode": livemode,
        "metadata": {"latchkey_order": "@order@", "latchkey_product": "genx-delay", "latchkey_quantity": "1"},
        "payment_intent": f"pi_bench{MARK}",
        "payment_status": "paid",
        "status": "complete",
    }
    session.pop("line_items", None)
    return json.dumps(
        {
            "id": f"evt_bench{MARK}",
            "object": "event",
            "api_version": API_VERSION,
            "created": now,
            "data": {"object": session},
            "livemode": livemode,
            "pending_webhooks": 1,
            "request": {"id": None, "idempotency_key": None},
            "type": "checkout.session.completed",
        }
    )


class Events:
    """Signed deliveries of sales that differ."""

    def __init__(self, secret):
        self._secret = secret.split(",")[0].encode()
        self._text = event_text().encode()

    def body(self, n):
        """The event of sale `n`."""
        return self._text.replace(MARK.encode(), number(n).encode()).replace(b"@order@", str(order_id(n)).encode())

    def request(self, n, now):
        """The whole delivery of sale `n`, signed for the moment `now`."""
        body = self.body(n)
        tag = hmac.new(self._secret, b"%d." % now + body, hashlib.sha256).hexdigest()
        return (
            b"POST /webhooks/stripe HTTP/1.1\r\nHost: bench.example\r\nUser-Agent: Stripe/1.0 (+https://stripe.com/docs/webhooks)\r\n"
            b"Accept: */*\r\nContent-Type: application/json; charset=utf-8\r\nCache-Control: no-cache\r\n"
            b"Stripe-Signature: t=%d,v1=%s\r\nContent-Length: %d\r\n\r\n" % (now, tag.encode(), len(body))
        ) + body

    def write(self, file, numbers):
        """A file of deliveries, signed now."""
        now = int(time.time())
        write(file, (self.request(n, now) for n in numbers))


class Links:
    """Download links of grants that exist."""

    def __init__(self, secrets):
        version, secret = secrets.split(",")[0].split(":", 1)
        self._version = int(version)
        self._secret = base64.b64decode(secret)

    def token(self, n, expires, grant=None):
        """The link's token of grant `n` or of another, as `Shared/Shop/Downloads/Rules/DownloadTokens.swift` makes them."""
        content = struct.pack(">I", self._version) + (grant or grant_id(n)).bytes + struct.pack(">q", expires)
        tag = hmac.new(self._secret, b"latchkey download v1" + content, hashlib.sha256).digest()[:20]
        return base64.urlsafe_b64encode(content + tag).decode()

    def request(self, n, expires, grant=None):
        """A request for a file by one of many callers."""
        caller = n % CALLERS
        return (
            f"GET /download/{self.token(n, expires, grant)}/{FILE} HTTP/1.1\r\nHost: bench.example\r\n"
            f"User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\nAccept: text/html,*/*;q=0.8\r\n"
            f"Accept-Language: en-US,en;q=0.5\r\nAccept-Encoding: gzip, deflate, br\r\n"
            f"X-Forwarded-For: 198.18.{caller >> 8}.{caller & 255}\r\n\r\n"
        ).encode()

    def write(self, file, count, expires):
        """A file with one request for each grant."""
        write(file, (self.request(n, expires) for n in range(count)))


def checkout_requests(file, count):
    """A file of people who press Buy."""
    body = b"product=genx-delay"
    write(
        file,
        (
            b"POST /checkout HTTP/1.1\r\nHost: bench.example\r\nAccept: text/html\r\nX-Forwarded-For: 198.18.%d.%d\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s"
            % (n % CALLERS >> 8, n % 256, len(body), body)
            for n in range(count)
        ),
    )


def write(file, requests):
    """Writes requests as `native/load.c` reads them."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with open(file, "wb") as out:
        for request in requests:
            out.write(struct.pack("<I", len(request)) + request)
