#!/usr/bin/python3
"""Computes infra/capacity.md: what a shop costs at some volumes, what saturates first, and what another engine lacks.

    infra/capacity.py                  print the page
    infra/capacity.py --write          write it to infra/capacity.md
    infra/capacity.py --check          say whether infra/capacity.md is what its inputs make
    infra/capacity.py --take FILE      take the measured figures from what `make bench` left in FILE

Everything comes from infra/capacity.json, and from the SQL of the migrations and of the Statements.swift files.
"""

import functools
import json
import math
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
INPUTS, PAGE = ROOT / "infra/capacity.json", ROOT / "infra/capacity.md"
SERVICES = ["checkout", "webhook", "orders", "download"]
DAY, GIB, GB = 86_400, 2**30, 10**9
# Cloud Run bills the time of an instance in steps of this, in seconds.
BILLED_STEP = 0.1
# Which row of the bench each measured figure is.
BENCH_ROWS = {"webhook": "webhook", "repeat": "duplicates", "download": "download", "checkout": "checkout", "orders": "duplicates"}


class Model:
    """The shop's cost and limits, as functions of its sales a day."""

    def __init__(self, inputs):
        self.inputs = inputs
        self.prices = {price["name"]: price for price in inputs["prices"]}
        self.tiers = {tier["name"]: tier for tier in inputs["tiers"]}

    # --- what a sale asks for -----------------------------------------------------------------------------------------

    def per_sale(self, figure):
        """The sum of a measured figure over all requests of one sale."""
        return sum(row["requests"] * self.inputs["measured"][row["row"]][figure] for row in self.inputs["per_sale"])

    def commits_a_sale(self):
        """Requests that write more than a count: each waits for the disk once, unless others wait with it."""
        return sum(row["requests"] for row in self.inputs["per_sale"] if self.inputs["measured"][row["row"]]["wal_bytes"] > 1000)

    def requests_a_sale(self):
        return sum(row["requests"] for row in self.inputs["per_sale"])

    def rows_of(self, service):
        return [row for row in self.inputs["per_sale"] if row["service"] == service]

    def held_seconds(self, row):
        """How long one request keeps an instance: its own CPU and what it waits for."""
        return row["held_ms"] / 1e3 + self.inputs["measured"][row["row"]]["cpu_us"] / 1e6

    # --- how many instances, and what they hold -----------------------------------------------------------------------

    def instances(self, service, sales_a_second):
        """How many a service needs at that rate: for its CPU, and for the requests that wait at once."""
        cpu = waiting = 0
        for row in self.rows_of(service):
            rate = row["requests"] * sales_a_second
            cpu += rate * self.inputs["measured"][row["row"]]["cpu_us"] / 1e6
            waiting += rate * self.held_seconds(row)
        return max(1, math.ceil(cpu / self.inputs["load"]["cloud_run_cpu"]), math.ceil(waiting / self.inputs["instances"]["concurrency"]))

    def connections(self, sales_a_second):
        """What all instances can hold, twice for the moment when a new revision takes over; the tasks' and a person's too."""
        each = self.inputs["instances"]
        held = sum(self.instances(service, sales_a_second) for service in SERVICES)
        return held * each["pool_size"] * each["revisions_at_once"] + each["task_connections"] + self.inputs["reserved_connections"]

    def peak(self, sales_a_day):
        return sales_a_day / DAY * self.inputs["peak"]["factor"]

    def disk_gb(self, sales_a_day, days):
        """Rows of `days`, and the WAL that point-in-time recovery keeps."""
        database = self.inputs["database"]
        rows = sales_a_day * days * self.inputs["stored"]["rows_bytes_a_sale"]
        wal = sales_a_day * database["wal_days"] * self.per_sale("wal_bytes")
        return max(database["disk_gb_least"], math.ceil((rows + wal) / GB))

    # --- what saturates -----------------------------------------------------------------------------------------------

    def saturation(self, tier):
        """For each part of the shop on this database: sales a day, at the peak factor, at which it is full."""
        each, load = self.inputs["instances"], self.inputs["load"]
        limits = {limit["name"]: limit["value"] for limit in self.inputs["limits"]}
        held = each["task_connections"] + self.inputs["reserved_connections"]
        disk = self.inputs["database"]["disk_gb_least"]
        found = {
            "connections to the database": self._largest(lambda rate: self.connections(rate) <= tier["max_connections"]),
            "the database's CPU": load["database_cpu"] * tier["vcpu"] / (self.per_sale("postgres_us") / 1e6),
            f"commits, each flushed alone ({disk} GB)": limits["ssd_write_iops_per_gb"] * disk / self.commits_a_sale(),
            f"bytes written ({disk} GB)": limits["ssd_write_mb_second_per_gb"] * 1e6 * disk / self.per_sale("wal_bytes"),
            "instances of one function": self._largest(
                lambda rate: all(self.instances(service, rate) <= limits["run_instances"] for service in SERVICES)
            ),
        }
        assert held < tier["max_connections"], f"{tier['name']} has too few connections for an empty shop"
        return {name: rate * DAY / self.inputs["peak"]["factor"] for name, rate in found.items()}

    @staticmethod
    def _largest(holds):
        """The largest rate, in sales a second, at which something holds that stops holding once."""
        low, high = 0.0, 1.0
        while holds(high) and high < 1e9:
            low, high = high, high * 2
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if holds(middle) else (low, middle)
        return low

    # --- what it costs ------------------------------------------------------------------------------------------------

    def price(self, name, amount):
        """Dollars for an amount a month, less what is free; what has steps is cheaper beyond each."""
        price = self.prices[name]
        left, dollars, below = max(0, amount - price["free"]), 0, 0
        for end, usd in price.get("steps", [[math.inf, price["usd"]]]):
            dollars += max(0, min(left, end) - below) * usd
            below = end
        return dollars

    def tier_price(self, tier):
        """Dollars an hour."""
        given = tier.get("usd_an_hour")
        if given is not None:
            return given
        return self.price("sql_vcpu_hour", tier["vcpu"]) + self.price("sql_gb_hour", tier["memory_gb"])

    def billed_seconds_a_day(self, sales_a_day):
        """Seconds that instances are billed for: a request alone is rounded up, requests at once share their instance.

        With arrivals at random an instance of which `load` requests are under way on average is busy for 1 - e^-load of
        the time.
        """
        seconds = 0
        for service in SERVICES:
            load = sum(
                row["requests"] * sales_a_day / DAY * math.ceil(self.held_seconds(row) / BILLED_STEP) * BILLED_STEP
                for row in self.rows_of(service)
            )
            instances = self.instances(service, sales_a_day / DAY)
            seconds += instances * (1 - math.exp(-load / instances)) * DAY
        return seconds + self.inputs["scheduled_requests_a_day"] * BILLED_STEP

    def costs(self, sales_a_day):
        """Dollars a month, by what is paid for, and the database that was taken."""
        inputs, fixed = self.inputs, self.inputs["fixed"]
        month, hours = inputs["days_a_month"], inputs["hours_a_month"]
        sales = sales_a_day * month
        tier = self.tiers[inputs["tier_at_volume"][str(sales_a_day)]]
        zones = inputs["database"]["zones_at_volume"][str(sales_a_day)]
        disk = self.disk_gb(sales_a_day, inputs["database"]["kept_days"])
        requests = sales * self.requests_a_sale() + inputs["scheduled_requests_a_day"] * month
        views = sales * inputs["storefront"]["page_views_a_sale"]
        pages = views * inputs["storefront"]["bytes_a_view"]
        files = sales * inputs["file"]["downloads_a_sale"] * inputs["file"]["bytes"]
        billed = self.billed_seconds_a_day(sales_a_day) * month
        through = requests + views
        rows = {
            "functions (Cloud Run)": self.price("run_vcpu_second", billed)
            + self.price("run_gib_second", billed * inputs["instances"]["memory_gib"])
            + self.price("run_million_requests", through / 1e6),
            "database (Cloud SQL)": self.tier_price(tier) * hours * zones
            + self.price("sql_ssd_gb_month", disk) * zones
            + self.price("sql_backup_gb_month", disk),
            "files to buyers": self.price("egress_gb", files / GB)
            + self.price("storage_gb_month", fixed["stored_files_gb"])
            + self.price("storage_class_b_thousand", sales * inputs["file"]["downloads_a_sale"] / 1e3),
            "pages to visitors": self.price("egress_gb", pages / GB),
            "load balancer": self.price("lb_rules_hour", hours) + self.price("lb_gib", pages / GIB),
            "Cloud Armor": self.price("armor_policy_month", 1)
            + self.price("armor_rule_month", fixed["armor_rules"])
            + self.price("armor_million_requests", through / 1e6),
            "secrets, scheduler": self.price("secret_version_month", fixed["secret_versions"])
            + self.price("scheduler_job_month", fixed["scheduler_jobs"]),
            "logs": self.price("logging_gib", through * inputs["stored"]["log_bytes_a_request"] / GIB),
        }
        return tier, rows


def uses(feature, root=ROOT):
    """The files whose SQL has a feature, comments left out."""
    pattern = re.compile(feature["pattern"], re.MULTILINE)
    files = [
        *(root / "infra/migrations").glob("*.sql"),
        *(root / "Shared").rglob("*Statements.swift"),
        root / "Shared/Platform/RateLimiting/RateLimitGate.swift",
        root / "Shared/Platform/Postgres/Connection.swift",
    ]
    return sorted(str(file.relative_to(root)) for file in files if file.exists() and pattern.search(_code(file)))


@functools.cache
def _code(file):
    comment = r"--.*$" if file.suffix == ".sql" else r"^\s*//.*$"
    return re.sub(comment, "", file.read_text(encoding="utf-8"), flags=re.MULTILINE)


def take(inputs, bench):
    """Puts the medians of a bench's rows in the place of the measured figures; says which rows it has not."""
    rows = bench["rows"]
    for name, row in BENCH_ROWS.items():
        if row not in rows:
            print(f"there is no row {row}: {name} stays as it was", file=sys.stderr)
            continue
        top = rows[row]["maximum"]
        for figure, digits in [("cpu_us", 1), ("postgres_us", 1), ("wal_bytes", 0)]:
            value = round(top[figure]["median"], digits)
            inputs["measured"][name][figure] = value if digits else int(value)
    return inputs


def main(words):
    inputs = json.loads(INPUTS.read_text(encoding="utf-8"))
    if words[:1] == ["--take"] and len(words) == 2:
        inputs = take(inputs, json.loads(Path(words[1]).read_text(encoding="utf-8")))
        text = INPUTS.read_text(encoding="utf-8")
        for name, row in inputs["measured"].items():
            text = re.sub(rf'("{name}": )\{{"cpu_us".*?\}}', lambda found: found.group(1) + json.dumps(row, ensure_ascii=False), text, count=1)
        INPUTS.write_text(text, encoding="utf-8")
        return 0
    from capacity_page import page

    made = page(Model(inputs))
    if words == ["--check"]:
        same = PAGE.exists() and PAGE.read_text(encoding="utf-8") == made
        print("infra/capacity.md is up to date" if same else "infra/capacity.md is not what its inputs make: infra/capacity.py --write")
        return 0 if same else 1
    if words == ["--write"]:
        PAGE.write_text(made, encoding="utf-8")
        return 0
    if words:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    print(made, end="")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
