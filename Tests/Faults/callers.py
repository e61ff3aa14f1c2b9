"""One request to each function that needs the database, as a person and as a program send it."""

from urllib.parse import urlencode, urlsplit

import wire
from load import Sale
from stripe_side import session_event

PERSON, PROGRAM = "text/html", "application/json"
FORM = "application/x-www-form-urlencoded"


class Callers:
    """One request to each public function and task, for a buyer who has bought once."""

    def __init__(self, shop, stripe, mark):
        self.sales = []
        self._shop = shop
        self._stripe = stripe
        self._mark = mark
        self._session, self._email, self._file = "", "", ""

    async def buy_once(self):
        """Makes the sale that the other requests are about."""
        event = self._new_sale()
        self._session, self._email = event["data"]["object"]["id"], event["data"]["object"]["customer_details"]["email"]
        await self._stripe.deliver(event)
        mail = await self._shop.mail.mail_to(self._email)
        page = await self._get("download", mail.links[0], PROGRAM)
        self._file = urlsplit(page.json()["files"][0]["url"]).path

    def as_sales(self):
        """The sales whose events the webhook was sent."""
        told = [event["data"]["object"] for event in self.sales]
        return [
            Sale(session["id"], session["customer_details"]["email"], 1, [event])
            for session, event in zip(told, self.sales)
        ]

    async def webhook(self, accept):
        """A sale that was never told of."""
        return await self._stripe.deliver_once(self._new_sale())

    async def checkout(self, accept):
        """Buy was pressed."""
        fields = {"Content-Type": FORM, "Accept": accept}
        body = urlencode({"product": "genx-delay"}).encode()
        return await wire.ask(self._port("checkout"), "POST", "/checkout", fields, body)

    async def download(self, accept):
        """A file is fetched."""
        return await self._get("download", self._file, accept)

    async def order(self, accept):
        """A buyer looks at an order."""
        return await self._get("orders", f"/orders/{self._session}", accept)

    async def resend(self, accept):
        """A buyer lost the e-mail."""
        fields = {"Content-Type": FORM, "Accept": accept}
        body = urlencode({"email": self._email}).encode()
        return await wire.ask(self._port("orders"), "POST", "/orders/resend", fields, body)

    async def email_retry(self, accept):
        """The scheduler calls."""
        fields = {"Authorization": f"Bearer {self._shop.settings.tasks_token()}"}
        return await wire.ask(self._port("email-retry"), "POST", "/tasks/email-retry", fields)

    async def _get(self, name, target, accept):
        return await wire.ask(self._port(name), "GET", target, {"Accept": accept})

    def _port(self, name):
        return self._shop.layout.port(self._shop.functions[name].port)

    def _new_sale(self):
        name = f"{self._mark}sale{len(self.sales):04}"
        event = session_event(f"{name}0", "checkout.session.completed", f"cs_test_{name}", f"{name}@customer.example", 1)
        self.sales.append(event)
        return event
