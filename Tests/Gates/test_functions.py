"""The tables of functions and settings: what everything that starts, routes or deploys a function relies on."""

import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "infra/local"))

from latchkey_local import front_door, setting_table, table
from latchkey_local.fault import Fault
from latchkey_local.layout import Layout

SETTINGS = setting_table.load(ROOT)


def row(**changes):
    return {
        "name": "checkout",
        "target": "Checkout",
        "port": 8081,
        "routes": ["POST /checkout"],
        "called_by": "the Buy button",
        "role": "latchkey_checkout",
        "size": "standard",
        "settings": ["DATABASE_URL"],
        "threats": ["Checkout"],
        "smoke": {"request": "GET /checkout", "status": 405},
    } | changes


def function(**changes):
    return table.parse({"functions": [row(**changes)]}, SETTINGS)[0]


class FunctionsTableTests(unittest.TestCase):
    def assert_refused(self, *rows, says):
        with self.assertRaises(Fault) as refused:
            table.parse({"functions": list(rows)}, SETTINGS)
        self.assertIn(says, str(refused.exception))

    def test_the_table_of_this_repository_is_sound(self):
        self.assertIn("checkout", [function.name for function in table.load(ROOT)])

    def test_a_column_that_is_missing_or_unknown_is_named(self):
        incomplete = row()
        del incomplete["role"]
        self.assert_refused(incomplete, says="checkout: role is missing")
        self.assert_refused(row(colour="red"), says="checkout: colour is unknown")

    def test_two_functions_cannot_share_a_port_a_route_or_a_role(self):
        other = row(name="orders", target="Orders", port=8085, routes=["GET /orders/{session}"], role="latchkey_orders")
        for column in ["port", "role", "target", "routes"]:
            with self.subTest(column):
                self.assert_refused(row(), other | {column: row()[column]}, says=f"orders: {column} is already checkout's")

    def test_a_limit_has_a_name_of_its_own_and_a_number_that_can_be_counted(self):
        limit = {"name": "checkout-address", "requests": 30, "seconds": 60, "counts": "requests by caller"}
        limited = row(settings=["DATABASE_URL", "RATE_LIMITS"], limits=[limit])
        self.assertEqual(table.parse({"functions": [limited]}, SETTINGS)[0].limits[0].requests, 30)
        for change in [{"name": "Checkout"}, {"requests": 0}, {"seconds": 0}, {"seconds": 86_401}]:
            self.assert_refused(limited | {"limits": [limit | change]}, says="requests in 1 to 86400 seconds")
        self.assert_refused(row(limits=[limit]), says="has limits and does not name RATE_LIMITS")
        self.assert_refused(limited | {"limits": [limit | {"by": "caller"}]}, says="checkout-address: by is unknown")
        other = row(name="orders", target="Orders", port=8085, routes=["GET /orders/{session}"], role="latchkey_orders")
        other |= {"settings": limited["settings"], "limits": [limit]}
        self.assert_refused(limited, other, says="orders: a name of limits is already checkout's")
        self.assert_refused(limited | {"limits": [limit, limit]}, says="checkout: two limits have one name")

    def test_a_route_that_leads_to_another_function_is_refused(self):
        portal = row(routes=["GET /dashboard/{page}", "GET /dashboard/support/new"])
        support = row(name="support", target="Support", port=8085, role="latchkey_support", routes=["GET /dashboard/support/{ticket}"])
        self.assert_refused(portal, support, says="checkout: /dashboard/support/new is below support's /dashboard/support/")
        table.parse({"functions": [portal | {"routes": portal["routes"][:1]}, support]}, SETTINGS)

    def test_a_setting_that_the_contract_does_not_name_is_refused(self):
        for name in ["DATABASE_URI", "PORT"]:
            self.assert_refused(row(settings=[name]), says=f"checkout: {name} is no setting")

    def test_a_schedule_calls_one_of_the_functions_own_routes(self):
        schedule = {"path": "/tasks/other", "every_seconds": 60, "local_every_seconds": 5}
        self.assert_refused(row(schedule=schedule), says="checkout: schedule calls /tasks/other")

    def test_a_schedule_needs_the_setting_that_says_who_may_call(self):
        schedule = {"path": "/checkout", "every_seconds": 60, "local_every_seconds": 5}
        self.assert_refused(row(schedule=schedule), says="TASKS_AUTH")

    def test_what_no_other_rule_names_is_refused(self):
        for changes, says in [
            ({"name": "x"}, "name must have"), ({"port": 8090}, "port 8090 is not free"), ({"called_by": ""}, "called_by"),
            ({"routes": ["/checkout"]}, "is not «METHOD"), ({"routes": ["GET /a b"]}, "is not «METHOD"),
        ]:
            with self.subTest(says):
                self.assert_refused(row(**changes), says=says)

    def test_the_front_door_leads_to_the_part_of_a_route_that_is_always_the_same(self):
        for routes, paths in [
            (["POST /checkout"], ["/checkout"]), (["GET /a/{b}", "POST /a/{b}/c"], ["/a/"]),
            (["GET /a/{b}", "POST /a/c", "GET /a"], ["/a/", "/a"]), (["POST /tasks/x"], []), (["POST /tasks/x", "GET /x"], ["/x"]),
        ]:
            with self.subTest(routes):
                self.assertEqual(function(routes=routes).paths, paths)

    def test_a_larger_body_passes_the_front_door_where_the_row_says_so(self):
        for changes, times in [({}, 0), ({"body_limit": "20m"}, 1), ({"body_limit": {"/checkout": "20m"}}, 1)]:
            text = self.door(function(**changes))
            self.assertEqual(text.count("client_max_body_size 20m;"), times)
            self.assertEqual(text.count("client_max_body_size 16k;"), 1)

    def test_a_path_below_another_has_a_limit_of_its_own_at_the_front_door_if_its_row_says_so(self):
        routes = ["GET /support/{ticket}", "POST /support/inbound", "POST /support/contact"]
        support = function(routes=routes, body_limit={"/support/inbound": "16m"})
        self.assertEqual(support.paths, ["/support/", "/support/inbound"])
        limits = {path: support.body_limit_at(path) for path in support.paths}
        self.assertEqual(limits, {"/support/": "16k", "/support/inbound": "16m"})
        self.assertIn("location = /support/inbound {", self.door(support))

    def test_a_body_limit_is_a_number_of_kilobytes_or_megabytes_of_one_of_the_functions_paths(self):
        for limit, says in [
            ("1g", "body_limit 1g is no number"), ("0k", "is no number"), ("1.5m", "is no number"), ({"/checkout": 5}, "is no number"),
            ({"/other": "1m"}, "body_limit names /other, which is none of its paths"),
        ]:
            with self.subTest(limit):
                self.assert_refused(row(body_limit=limit), says=says)

    def test_the_front_door_and_the_functions_agree_how_large_a_body_may_be(self):
        limits = (ROOT / "Shared/Platform/Server/ServerLimits.swift").read_text(encoding="utf-8")
        self.assertIn(f"package var bodyBytes = {table.size(table.BODY_LIMIT) // 1024} * 1024\n", limits)
        for each in table.load(ROOT):
            main = (ROOT / "Functions" / each.target / "Main.swift").read_text(encoding="utf-8")
            self.assertEqual(f"ServerLimits(bodyLimits: .{each.name})" in main, bool(each.body_limits), each.name)

    @staticmethod
    def door(*functions):
        return front_door.configuration(front_door.local_door(Layout(ROOT, ROOT / ".local"), functions, {}), functions)


class SettingsTableTests(unittest.TestCase):
    def test_what_is_not_sound_is_refused(self):
        for changes, says in [
            ({"colour": "red"}, "colour is unknown"), ({"made": "song"}, "nothing makes a song"), ({"name": "API_KEY"}, "looks like a secret"),
            ({"cloud": {"secret": "shared"}}, "looks like a secret"), ({"cloud": {"secret": "open"}}, "shared or of each"),
            ({"cloud": {"vlaue": "1"}}, "cloud has"), ({"secret": {"use": "x"}}, "secret has"),
        ]:
            with self.subTest(says), self.assertRaises(Fault) as refused:
                setting_table.parse({"settings": [{"name": "COLOUR", "meaning": "x"} | changes]})
            self.assertIn(says, str(refused.exception))
        with self.assertRaises(Fault):
            setting_table.parse({"settings": [{"name": "COLOUR", "meaning": "x"}] * 2})


if __name__ == "__main__":
    unittest.main()
