"""What follows a sale, through the whole stack: Stripe tells, the doors close or open, and the buyer is told."""

import json
import secrets
import unittest

import purchase
import stack_under_test
import web


class MoneyTests(unittest.TestCase):
    """Each test is a purchase of its own and what becomes of it."""

    def setUp(self):
        self.shop = purchase.Shop(stack_under_test.layout())

    def test_a_refund_in_full_closes_the_link_in_the_mail_at_once(self):
        bought = self.buy()
        self.assertEqual(self.fetch(bought), 302)
        self.turn("refund", session=bought["session"])
        self.until(bought, "refunded", "revoked")
        self.assertEqual(self.fetch(bought), 410)
        mail = self.mail(bought, "refund")
        self.assertIn("49.00", mail["text"])
        self.assertFalse(purchase.KEY.search(mail["text"]))

    def test_partial_refunds_close_nothing_before_they_add_up(self):
        bought = self.buy()
        self.turn("refund", session=bought["session"], amount=2000)
        self.until(bought, "partially_refunded", "active")
        self.assertEqual(self.fetch(bought), 302)
        self.turn("refund", session=bought["session"], amount=2900)
        self.until(bought, "refunded", "revoked")
        self.assertEqual(self.fetch(bought), 410)

    def test_a_dispute_that_is_won_gives_back_what_it_took(self):
        bought = self.buy()
        self.turn("dispute", session=bought["session"])
        self.until(bought, "disputed", "suspended")
        self.assertEqual(self.fetch(bought), 410)
        self.assertFalse(purchase.KEY.search(self.mail(bought, "paused")["text"]))
        self.turn("dispute/close", session=bought["session"], outcome="won")
        self.until(bought, "paid", "active")
        self.assertEqual(self.fetch(bought), 302)
        self.assertIn(bought["key"], self.mail(bought, "works again")["text"])

    def test_a_dispute_that_is_lost_closes_for_good(self):
        bought = self.buy()
        self.turn("dispute", session=bought["session"])
        self.turn("dispute/close", session=bought["session"], outcome="lost")
        self.until(bought, "lost", "revoked")
        self.assertEqual(self.fetch(bought), 410)

    def buy(self):
        """A purchase, up to the key and the link in the mail."""
        email = f"money-{secrets.token_hex(4)}@customer.example"
        session = purchase.start_checkout(self.shop, email)
        purchase.pay(self.shop, session, email)
        message = purchase.receipt(self.shop, email)
        link = purchase.link_in_mail(self.shop, message)
        key = purchase.KEY.search(message["text"]).group()
        file = purchase.download_page(link)[0]["url"]
        return {"email": email, "session": session["session_id"], "key": key, "file": file}

    def turn(self, control, **body):
        answer = web.post_json(f"{self.shop.sandbox}/sandbox/{control}", body)
        self.assertEqual(answer.status, 200, answer.brief)

    def fetch(self, bought):
        """What the link in the mail answers."""
        return web.get(bought["file"]).status

    def until(self, bought, order_status, license_status):
        """Waits until the seller sees the order and its license so."""

        def seen():
            order = json.loads(self.shop.operator("order", "show", bought["session"], "--json"))
            return (order["status"], order["licenses"][0]["status"]) == (order_status, license_status)

        purchase.eventually(seen, f"{bought['session']} is not {order_status} with a license that is {license_status}")

    def mail(self, bought, word):
        """The mail to the buyer whose subject has `word`, with its plain text."""

        def arrived():
            messages = web.get_json(f"{self.shop.mail}/api/messages/").json()["data"]
            mine = [each for each in messages if bought["email"] in each["recipients_envelope"]]
            return next((each for each in mine if word in each["subject"].lower()), None)

        message = purchase.eventually(arrived, f"no mail with «{word}» reached {bought['email']}: see {self.shop.mail}")
        return message | {"text": web.get(f"{self.shop.mail}/api/messages/{message['id']}.plain").text}


if __name__ == "__main__":
    unittest.main()
