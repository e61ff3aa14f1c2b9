"""Rate limits through the front door: callers are who nginx says they are."""

import re
import unittest

import purchase
import stack_under_test
import web

STANDARD = 30  # webhook-failure, in a minute: one more comes back every two seconds


class RateLimitTests(unittest.TestCase):
    def test_forged_deliveries_are_stopped_whatever_address_they_claim_and_sales_go_on(self):
        shop = purchase.Shop(stack_under_test.layout())
        answers = [self.forged(shop, number) for number in range(3 * STANDARD)]
        refused = [answer for answer in answers if answer.status == 429]
        self.assertEqual({answer.status for answer in answers}, {400, 429})
        self.assertGreater(len(refused), STANDARD)
        for answer in refused:
            self.assertIn(int(answer.fields["Retry-After"]), (1, 2))
            self.assertEqual(answer.fields["RateLimit-Policy"], f'"webhook-failure";q={STANDARD};w=60')
            self.assertRegex(answer.fields["RateLimit"], re.compile(r'^"webhook-failure";r=0;t=[12]$'))
            self.assertEqual(answer.json()["type"], "urn:latchkey:problem:too-many-requests")
        for step, happened in purchase.steps(shop):
            self.assertTrue(happened, step)

    @staticmethod
    def forged(shop, number):
        """A delivery that is not Stripe's, from one caller who claims another address each time."""
        return web.post(
            f"{shop.url}/webhooks/stripe",
            b"{}",
            Content_Type="application/json",
            Stripe_Signature="t=1,v1=00",
            X_Forwarded_For=f"198.51.100.{number}, 203.0.113.{number}",
        )


if __name__ == "__main__":
    unittest.main()
