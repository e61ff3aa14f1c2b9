"""The demonstration purchase, as a test."""

import unittest

import purchase
import stack_under_test


class PurchaseTests(unittest.TestCase):
    def test_one_purchase_from_the_buy_button_to_the_files(self):
        for step, happened in purchase.steps(purchase.Shop(stack_under_test.layout())):
            self.assertTrue(happened, step)


if __name__ == "__main__":
    unittest.main()
