"""The table of functions: what everything that starts, routes or deploys a function relies on."""

import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "infra/local"))

from latchkey_local import table
from latchkey_local.fault import Fault


def row(**changes):
    return {
        "name": "checkout",
        "target": "Checkout",
        "port": 8081,
        "routes": ["/checkout"],
        "public": True,
        "role": "latchkey_checkout",
        "settings": ["DATABASE_URL"],
    } | changes


class FunctionsTableTests(unittest.TestCase):
    def assert_refused(self, *rows, says):
        with self.assertRaises(Fault) as refused:
            table.parse({"functions": list(rows)})
        self.assertIn(says, str(refused.exception))

    def test_the_table_of_this_repository_is_sound(self):
        names = [function.name for function in table.load(ROOT)]
        self.assertEqual(names[:5], ["checkout", "webhook", "download", "email-retry", "orders"])

    def test_a_column_that_is_missing_or_unknown_is_named(self):
        incomplete = row()
        del incomplete["role"]
        self.assert_refused(incomplete, says="checkout: role is missing")
        self.assert_refused(row(colour="red"), says="checkout: colour is unknown")

    def test_two_functions_cannot_share_a_port_a_route_or_a_role(self):
        other = {"name": "orders", "target": "Orders", "port": 8085, "routes": ["/orders/"], "role": "latchkey_orders"}
        for column in ["port", "role", "target", "routes"]:
            clash = row(**(other | {column: row()[column]}))
            with self.subTest(column):
                self.assert_refused(row(), clash, says=f"orders: {column} is already checkout's")

    def test_a_setting_that_the_contract_does_not_name_is_refused(self):
        self.assert_refused(row(settings=["DATABASE_URI"]), says="checkout: DATABASE_URI is no setting")

    def test_a_schedule_calls_one_of_the_functions_own_routes(self):
        schedule = {"path": "/tasks/other", "every_seconds": 60, "local_every_seconds": 5}
        self.assert_refused(row(schedule=schedule), says="checkout: schedule calls /tasks/other")

    def test_a_schedule_needs_the_setting_that_says_who_may_call(self):
        schedule = {"path": "/checkout", "every_seconds": 60, "local_every_seconds": 5}
        self.assert_refused(row(schedule=schedule), says="TASKS_AUTH")


if __name__ == "__main__":
    unittest.main()
