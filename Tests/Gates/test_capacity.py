"""The page about capacity: made from its inputs, by rules that hold, from SQL that is really there."""

import copy
import json
import math
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "infra"))

import capacity
import capacity_page

INPUTS = json.loads(capacity.INPUTS.read_text(encoding="utf-8"))


class CapacityTests(unittest.TestCase):
    def setUp(self):
        self.model = capacity.Model(copy.deepcopy(INPUTS))

    def test_the_page_is_what_its_inputs_make(self):
        self.assertEqual(
            capacity.PAGE.read_text(encoding="utf-8"), capacity_page.page(self.model),
            "infra/capacity.md is not what its inputs make: infra/capacity.py --write",
        )

    def test_another_input_makes_another_page(self):
        now = capacity_page.page(self.model)
        for change in [
            lambda inputs: inputs["prices"][0].update(usd=0.00003),
            lambda inputs: inputs["measured"]["webhook"].update(postgres_us=9000),
            lambda inputs: inputs["peak"].update(factor=50),
            lambda inputs: inputs["file"].update(bytes=1),
            lambda inputs: inputs["features"].pop(),
        ]:
            inputs = copy.deepcopy(INPUTS)
            change(inputs)
            self.assertNotEqual(capacity_page.page(capacity.Model(inputs)), now)

    def test_every_input_says_where_it_comes_from(self):
        for row in [*INPUTS["prices"], *INPUTS["limits"], *INPUTS["engines"].values()]:
            self.assertRegex(row["page"], r"^https://")
        for row in INPUTS["measured"].values():
            self.assertTrue(row["source"])
        for feature in INPUTS["features"]:
            self.assertTrue(feature["lacks"].keys() <= INPUTS["engines"].keys())
            for page in feature["lacks"].values():
                self.assertRegex(page, r"^https://")

    def test_what_is_free_costs_nothing_and_steps_get_cheaper(self):
        self.assertEqual(self.model.price("run_vcpu_second", 180000), 0)
        self.assertAlmostEqual(self.model.price("run_vcpu_second", 1180000), 24)
        self.assertAlmostEqual(self.model.price("egress_gb", 1024), 1024 * 0.12)
        self.assertAlmostEqual(self.model.price("egress_gb", 20480), 1024 * 0.12 + 9216 * 0.11 + 10240 * 0.08)

    def test_a_month_costs_more_with_more_sales_and_a_sale_less(self):
        totals = [sum(self.model.costs(volume)[1].values()) for volume in INPUTS["volumes"]]
        self.assertEqual(totals, sorted(totals))
        each = [total / volume for total, volume in zip(totals, INPUTS["volumes"])]
        self.assertEqual(each, sorted(each, reverse=True))

    def test_instances_are_one_at_least_and_follow_cpu_or_waiting(self):
        self.assertEqual(self.model.instances("webhook", 0), 1)
        for row in self.model.inputs["per_sale"]:
            row["held_ms"] = 600 if row["service"] == "checkout" else 0
        cpu = sum(row["requests"] * INPUTS["measured"][row["row"]]["cpu_us"] for row in self.model.rows_of("webhook")) / 1e6
        self.assertEqual(self.model.instances("webhook", 1000), math.ceil(1000 * cpu / INPUTS["load"]["cloud_run_cpu"]))
        waiting = 3 * (0.6 + INPUTS["measured"]["checkout"]["cpu_us"] / 1e6)
        self.assertEqual(self.model.instances("checkout", 1000), math.ceil(1000 * waiting / INPUTS["instances"]["concurrency"]))

    def test_a_part_is_full_where_it_says(self):
        for tier in INPUTS["tiers"]:
            found = self.model.saturation(tier)
            rate = self.model.peak(found["connections to the database"])
            self.assertLessEqual(self.model.connections(rate * 0.999), tier["max_connections"])
            self.assertGreater(self.model.connections(rate * 1.001), tier["max_connections"])
            rate = self.model.peak(found["the database's CPU"])
            self.assertAlmostEqual(rate * self.model.per_sale("postgres_us") / 1e6, tier["vcpu"] * 0.6)

    def test_the_chosen_database_bears_its_volume(self):
        for volume in INPUTS["volumes"]:
            tier = self.model.costs(volume)[0]
            found = self.model.saturation(tier)
            self.assertGreater(min(found.values()), volume, f"{tier['name']} is too small for {volume} sales a day")

    def test_a_pool_that_is_too_large_makes_connections_the_first_to_be_full(self):
        self.model.inputs["instances"]["pool_size"] = 40
        self.model.tiers["db-custom-2-7680"]["max_connections"] = 400
        found = self.model.saturation(self.model.tiers["db-custom-2-7680"])
        self.assertEqual(min(found, key=found.get), "connections to the database")

    def test_a_feature_is_found_in_code_and_not_in_a_comment(self):
        feature = {"pattern": "LOCK TABLE"}
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            (root / "infra/migrations").mkdir(parents=True)
            (root / "Shared").mkdir()
            (root / "infra/migrations/0001_a.sql").write_text("-- LOCK TABLE a\nSELECT 1;\n", encoding="utf-8")
            (root / "Shared/AStatements.swift").write_text("    // LOCK TABLE a\n", encoding="utf-8")
            self.assertEqual(capacity.uses(feature, root), [])
            (root / "Shared/BStatements.swift").write_text('let a = "LOCK TABLE a"\n', encoding="utf-8")
            self.assertEqual(capacity.uses(feature, root), ["Shared/BStatements.swift"])

    def test_a_bench_replaces_what_was_measured(self):
        figures = {"cpu_us": {"median": 1.25}, "postgres_us": {"median": 2.0}, "wal_bytes": {"median": 3.4}}
        bench = {"rows": {row: {"maximum": figures} for row in capacity.BENCH_ROWS.values()}}
        taken = capacity.take(copy.deepcopy(INPUTS), bench)["measured"]["webhook"]
        self.assertEqual((taken["cpu_us"], taken["postgres_us"], taken["wal_bytes"]), (1.2, 2.0, 3))


if __name__ == "__main__":
    unittest.main()
