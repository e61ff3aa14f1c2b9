"""A stand-in for Stripe's API that answers as a script says. Usage: stripe_script.py <behaviour>...

One behaviour for each request, the last one for all that follow: `ok`, `later` (the same session with members and words
that are not known yet), a status such as `429`, `hang`, `hang-in-body`, `cut` (the connection ends within the body), `nothing`,
`html`, `huge`. Every session is paid, of one piece of `price_1`, and named by the request where it names one. Says
`port <number>`, then `request <method> <path> <idempotency key>` for each request.
"""

import json
import re
import socketserver
import sys

from common import announce, end_with_parent, say

script = sys.argv[1:]


def session(target):
    """The session that a request is about, or the one that it opens."""
    named = re.match(r"/v1/checkout/sessions/(\w+)", target)
    item = {"id": "li_1", "object": "item", "price": {"id": "price_1", "object": "price"}, "quantity": 1}
    return {
        "id": named[1] if named else "cs_test_a1b2c3d4e5",
        "object": "checkout.session",
        "amount_total": 4900,
        "amount_subtotal": 4900,
        "currency": "usd",
        "created": 1795201100,
        "livemode": False,
        "mode": "payment",
        "status": "complete",
        "payment_status": "paid",
        "payment_intent": "pi_1",
        "metadata": {},
        "customer_details": {"email": "buyer@example.com", "name": "Björk"},
        "line_items": {"object": "list", "data": [item], "has_more": False},
        "url": "https://checkout.stripe.example/c/pay/cs_test_a1b2c3d4e5",
    }


def later(document):
    """The same, as a later version of the API might tell it."""
    document["payment_intent"] = {"id": "pi_1", "object": "payment_intent", "status": "settled_on_the_moon"}
    document["customer_details"]["tax_ids"] = [{"type": "mars_vat", "value": None}]
    document["line_items"]["data"][0]["tokens"] = 1.5
    return document | {"ui_mode": "telepathic", "shipping_options": [[]], "agent": {"nested": {"deep": [1, None]}}}


class Connection(socketserver.StreamRequestHandler):
    def handle(self):
        while line := self.rfile.readline():
            fields = {}
            while field := self.rfile.readline().strip():
                name, _, value = field.decode().partition(":")
                fields[name.lower()] = value.strip()
            self.rfile.read(int(fields.get("content-length", 0)))
            method, target = line.decode().split()[:2]
            say("request", method, target.partition("?")[0], fields.get("idempotency-key", "-"))
            if not self.answer(script.pop(0) if len(script) > 1 else script[0], target):
                return

    def answer(self, behaviour, target):
        document = session(target)
        if behaviour.isdigit():
            return self.reply(behaviour, {"error": {"type": "api_error", "message": "secret words"}})
        if behaviour == "html":
            return self.reply("200", None, b"<html>secret words</html>")
        if behaviour == "huge":
            return self.reply("200", document | {"padding": "x" * (2 << 20)})
        if behaviour == "later":
            return self.reply("200", later(document))
        if behaviour == "ok":
            return self.reply("200", document)
        if behaviour == "cut":
            self.reply("200", document, cut_at=200)
        elif behaviour == "hang-in-body":
            self.reply("200", document, cut_at=200)
            self.rfile.read()
        elif behaviour == "hang":
            self.rfile.read()
        return False

    def reply(self, status, document, body=None, cut_at=None):
        body = body or json.dumps(document).encode()
        lines = [f"HTTP/1.1 {status} Scripted", "Content-Type: application/json", f"Content-Length: {len(body)}", "", ""]
        self.wfile.write("\r\n".join(lines).encode() + body[:cut_at])
        return True


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        say("broken")


server = Server(("127.0.0.1", 0), Connection)
end_with_parent()
announce(server.server_address[1])
server.serve_forever()
