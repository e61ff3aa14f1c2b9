"""What Stripe does in the fault tests: it signs events and sends each again until the webhook answers 200."""

import asyncio
import collections
import hashlib
import hmac
import json
import random as chance
import time

import wire

API_VERSION = "2026-07-29.dahlia"


class Stripe:
    """Delivers events; what was answered is counted by status, 0 where no answer came."""

    def __init__(self, port, secret):
        self.statuses = collections.Counter()
        self._port = port
        self._secret = secret

    async def deliver(self, event, look=lambda answer: None):
        """Sends an event, under a new signature each time, until it is answered 200; `look` is shown every answer."""
        while True:
            answer = await self.deliver_once(event)
            look(answer)
            if answer and answer.status == 200:
                return
            await asyncio.sleep(chance.uniform(0.01, 0.05))

    async def deliver_once(self, event):
        """Sends an event; the answer, or None when it was cut off."""
        body = json.dumps(event).encode()
        answer = await wire.ask(self._port, "POST", "/webhooks/stripe", self._fields(body), body)
        self.statuses[answer.status if answer else 0] += 1
        return answer

    def _fields(self, body):
        signed = f"{int(time.time())}.".encode() + body
        tag = hmac.new(self._secret.encode(), signed, hashlib.sha256).hexdigest()
        return {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": f"t={signed.split(b'.')[0].decode()},v1={tag}",
        }


def session_event(number, kind, session, email, quantity, padding=""):
    """An event that tells of a paid session; `padding` makes it as large as some of Stripe's are."""
    now = int(time.time())
    return {
        "id": f"evt_{number}",
        "object": "event",
        "api_version": API_VERSION,
        "created": now,
        "livemode": False,
        "type": kind,
        "data": {
            "object": {
                "id": session,
                "object": "checkout.session",
                "amount_total": 4900 * quantity,
                "currency": "usd",
                "created": now,
                "livemode": False,
                "mode": "payment",
                "status": "complete",
                "payment_status": "paid",
                "payment_intent": session.replace("cs_test_", "pi_"),
                "metadata": {"latchkey_product": "genx-delay", "latchkey_quantity": str(quantity)},
                "customer_details": {"email": email, "name": "Fault Buyer"},
                "something_new": padding,
            }
        },
    }
