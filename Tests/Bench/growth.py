#!/usr/bin/python3
"""What a shop costs that has sold a lot: 10 thousand, 1 million and 10 million sales in the same tables.

    Tests/Bench/growth.py [--sales 10000 1000000 10000000] [--deliveries 20000]

Sales are made by INSERT … SELECT with indexes and constraints put back afterwards, so that the tables are what they
would be. At each size: latency of one webhook and one download at a time, bytes a sale, the plans that the functions'
own statements got (auto_explain) held against rules, what pg_stat_statements counted, and what vacuum finds after real
deliveries. At the end reconcile removes the words of old events. Needs 40 GB for 10 million.
"""

import argparse
import asyncio
import json
import random
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import rows
import traffic
from process import Measured
from shop import OTHER_CORE, ROOT, open_shop
from sitting import post

TABLES = ["customers", "orders", "order_lines", "licenses", "download_grants", "webhook_events", "emails"]
OPTIONS = {
    "shared_preload_libraries": "pg_stat_statements",
    "maintenance_work_mem": "512MB",
    "max_parallel_maintenance_workers": "2",
    "autovacuum": "on",
}
KEEPS_PAYLOAD = 10  # the newest tenth of the events; older ones are trimmed in a shop of that age
FILE = ROOT / ".local/bench-growth.json"
# Blocks of 8 KiB that one statement may look at, whatever the shop has sold: a sale goes down some thirty indexes of up
# to four levels each, for what it writes and for what it refers to, and touches a page of each table.
LARGEST_READ = 200
PLAN = re.compile(r"duration: [\d.]+ ms  plan:\n(\{.*?\n\})", re.DOTALL)


def main(words=None):
    read = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    read.add_argument("--sales", type=int, nargs="+", default=[10_000, 1_000_000, 10_000_000])
    read.add_argument("--deliveries", type=int, default=20_000, help="real ones at each size before vacuum looks")
    read.add_argument("--build", type=Path, default=ROOT / ".build/release")
    asked = read.parse_args(words)
    subprocess.run([ROOT / "Tests/Bench/native/build"], check=True)
    return asyncio.run(grow(asked.sales, asked.deliveries, asked.build.resolve()))


async def grow(sizes, deliveries, build):
    """Measures at each size; answers 0 when every rule held."""
    faults, found = [], {}
    async with open_shop("bench-growth", build, OPTIONS) as shop:
        shop.sql("CREATE EXTENSION pg_stat_statements; CREATE EXTENSION pgstattuple")
        for size in sizes:
            since = time.monotonic()
            fill(shop, size)
            print(f"\n{size} sales, made in {time.monotonic() - since:.0f} s", flush=True)
            found[size] = at_size(shop, size, deliveries, faults)
            FILE.write_text(json.dumps(found, indent=1))
            for fault in faults:
                print(f"  ✗ {fault}", flush=True)
        trimmed(shop, faults)
    first, last = found[sizes[0]], found[sizes[-1]]
    for name in ["webhook", "download"]:
        ratio = last[name]["p50"] / first[name]["p50"]
        print(f"{name}: p50 at {sizes[-1]} ÷ at {sizes[0]} sales: {ratio:.2f} (goal ≤ 1.2: {'met' if ratio <= 1.2 else 'MISSED'})")
    for fault in faults:
        print(f"✗ {fault}")
    print(f"{'0 failed' if not faults else f'{len(faults)} failed'}")
    return 1 if faults else 0


# --- many sales -------------------------------------------------------------------------------------------------------


def fill(shop, size):
    """Adds sales until there are `size`, the newest just now, three years in all."""
    have = int(shop.sql("SELECT count(*) FROM customers WHERE email LIKE 'grown%'"))
    definitions = shop.sql(
        f"""SELECT 'ALTER TABLE ' || conrelid::regclass || ' DROP CONSTRAINT ' || quote_ident(conname) || '|' ||
            'ALTER TABLE ' || conrelid::regclass || ' ADD CONSTRAINT ' || quote_ident(conname) || ' ' || pg_get_constraintdef(oid)
        FROM pg_constraint WHERE contype IN ('f', 'p', 'u') AND (conrelid::regclass::text = ANY ('{{{','.join(TABLES)}}}')
            OR confrelid::regclass::text = ANY ('{{{','.join(TABLES)}}}'))
        ORDER BY contype <> 'f', conname"""
    ).splitlines()
    constraints = [line.split("|") for line in definitions]
    indexes = [
        line.split("|")
        for line in shop.sql(
            f"""SELECT 'DROP INDEX ' || indexrelid::regclass || '|' || pg_get_indexdef(indexrelid) FROM pg_index i
            WHERE indrelid::regclass::text = ANY ('{{{','.join(TABLES)}}}')
                AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)"""
        ).splitlines()
    ]
    shop.sql(";".join(drop for drop, _ in [*constraints, *indexes]))
    event = traffic.event_text().replace("'", "''")
    shop.sql(SALES % {"first": have + 1, "last": size, "kept": size - size // KEEPS_PAYLOAD, "event": event})
    # Keys first, then those that refer to them.
    shop.sql(";".join(make for _, make in [*indexes, *reversed(constraints)]))
    shop.sql("VACUUM (FREEZE, ANALYZE)")
    shop.sql("CHECKPOINT")


def _id(kind):
    return f"('0190f{kind}-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid"


SALES = f"""
SET session_replication_role = replica;
CREATE TEMP TABLE grown AS SELECT n, now() - (%(last)s - n) * (interval '1095 days' / %(last)s) AS at
FROM generate_series(%(first)s, %(last)s) n;
INSERT INTO customers (id, shop_id, email, name, created_at)
SELECT {_id("100")}, s.id, 'grown' || n || '@customer.example', 'Ada Buyer', at FROM grown, shops s;
INSERT INTO orders (id, shop_id, customer_id, status, email, currency, amount_total, stripe_session_id,
    stripe_payment_intent_id, livemode, created_at, paid_at)
SELECT {_id("200")}, s.id, {_id("100")}, 'paid', 'grown' || n || '@customer.example', 'usd', 4900,
    'cs_test_' || md5('s' || n) || lpad(n::text, 26, '0'), 'pi_' || left(md5('p' || n), 24), false, at, at FROM grown, shops s;
INSERT INTO order_lines (order_id, position, product_id, quantity, unit_amount, amount_total)
SELECT {_id("200")}, 1, p.id, 1, 4900, 4900 FROM grown, products p;
INSERT INTO licenses (id, order_id, product_id, status, key_version, key_hash, key_last_four, created_at)
SELECT {_id("300")}, {_id("200")}, p.id, 'active', 1, sha256(int8send(n::bigint) || 'grown'::bytea), '0000', at FROM grown, products p;
INSERT INTO download_grants (id, order_id, expires_at, max_uses, created_at)
SELECT {_id("400")}, {_id("200")}, now() + interval '6 days', 2000000000, at FROM grown;
INSERT INTO webhook_events (stripe_event_id, type, status, api_version, created_at, received_at, payload)
SELECT 'evt_' || left(md5('e' || n), 24), 'checkout.session.completed', 'processed', '2026-07-29.dahlia', at, at,
    CASE WHEN n > %(kept)s THEN replace('%(event)s', '{traffic.MARK}', lpad(n::text, 10, '0')) END FROM grown;
INSERT INTO emails (id, order_id, kind, recipient, status, attempts, next_attempt_at, created_at, sent_at)
SELECT {_id("500")}, {_id("200")}, 'receipt', 'grown' || n || '@customer.example', 'sent', 1, at, at, at FROM grown;
"""

# --- at one size ------------------------------------------------------------------------------------------------------


def at_size(shop, size, deliveries, faults):
    """Everything that is measured at one size."""
    found = {"bytes a sale": sizes(shop, size)}
    roles = [shop.functions[name].role for name in ["webhook", "download"]]
    shop.sql("SELECT pg_stat_statements_reset()")
    found["webhook"] = timed(shop, "webhook", rows.Sales(shop, has_mail=False))
    found["download"] = timed(shop, "download", Random(shop, size))
    found["statements"] = statements(shop, roles)
    found["plans"] = plans(shop, size, faults)
    found["vacuum"] = vacuum(shop, deliveries)
    return found


class Random(rows.Downloads):
    """Downloads through links of any age."""

    def __init__(self, shop, size):
        super().__init__(shop)
        self._size = size

    def file(self, count):
        """One request each for grants drawn from all."""
        file = self._shop.layout.folder / "requests" / "grown-downloads"
        expires = int(time.time()) + 5 * 86400
        links = traffic.Links(self._shop.setting("download", "TOKEN_SECRETS"))
        drawn = random.Random(1).sample(range(1, self._size + 1), min(self._size, 20_000))
        traffic.write(file, (links.request(n, expires, traffic.grown_grant_id(n)) for n in drawn))
        return file


def timed(shop, function, requests, count=3000):
    """Latency of one request at a time, once the caches hold what they can."""
    with Measured([shop.executable(function)], shop.environment(function), shop.layout.log(function)) as server:
        loops = ["--loop"] if requests.loops else []
        for _ in range(2):
            result = rows.load(server.port, requests.file(count), "--count", count, *loops, connections=1, expect=requests.expect)
    print(f"  {function:10} one at a time: p50 {result['p50']:.0f} µs, p95 {result['p95']:.0f} µs, p99 {result['p99']:.0f} µs", flush=True)
    return {name: result[name] for name in ["p50", "p95", "p99"]}


def sizes(shop, size):
    """Bytes of each table with its indexes, for each sale."""
    found = {}
    for table in TABLES:
        heap, indexes, total = map(int, shop.sql(
            f"SELECT pg_relation_size('{table}'), pg_indexes_size('{table}'), pg_total_relation_size('{table}')").split("|"))
        found[table] = {"rows": heap / size, "indexes": indexes / size, "total": total / size}
    print("  bytes a sale: " + ", ".join(f"{table} {each['total']:.0f} ({each['indexes']:.0f} indexes)" for table, each in found.items())
          + f"; together {sum(each['total'] for each in found.values()):.0f}", flush=True)
    return found


def statements(shop, roles):
    """What pg_stat_statements counted of the functions' statements: one line each."""
    text = shop.sql(
        f"""SELECT json_agg(s) FROM (
            SELECT r.rolname AS role, left(regexp_replace(query, '\\s+', ' ', 'g'), 60) AS query, calls, round(mean_exec_time::numeric, 3) AS ms,
                round((shared_blks_hit + shared_blks_read)::numeric / calls, 1) AS blocks, round(wal_bytes / calls) AS wal
            FROM pg_stat_statements s JOIN pg_roles r ON r.oid = s.userid
            WHERE r.rolname IN ({','.join(f"'{role}'" for role in roles)}) AND calls > 100 ORDER BY total_exec_time DESC) s"""
    )
    found = json.loads(text)
    for each in found:
        print(f"  {each['calls']:>7} × {each['ms']:>7} ms, {each['blocks']:>6} blocks, {each['wal']:>6} bytes of log: {each['query']}", flush=True)
    return found


def plans(shop, size, faults):
    """The plans of the functions' statements, held against the rules."""
    settings = {
        "session_preload_libraries": "auto_explain", "auto_explain.log_min_duration": "0", "auto_explain.log_analyze": "on",
        "auto_explain.log_buffers": "on", "auto_explain.log_format": "json",
    }
    found = {}
    for function, requests in [("webhook", rows.Sales(shop, has_mail=False)), ("download", Random(shop, size))]:
        role, log = shop.functions[function].role, shop.layout.log("postgres")
        shop.sql(";".join(f"ALTER ROLE {role} SET {name} = '{value}'" for name, value in settings.items()))
        start = log.stat().st_size
        with Measured([shop.executable(function)], shop.environment(function), shop.layout.log(function)) as server:
            rows.load(server.port, requests.file(30), "--count", 30, connections=1, expect=requests.expect)
        shop.sql(f"ALTER ROLE {role} RESET ALL")
        with open(log, "rb") as file:
            file.seek(start)
            text = file.read().decode().replace("\n\t", "\n")
        seen = [json.loads(plan) for plan in PLAN.findall(text)]
        found[function] = [_judge(function, plan, size, faults) for plan in seen][-2:]
        if not seen:
            faults.append(f"{function}: auto_explain logged no plan at {size} sales")
    return found


def _judge(function, plan, size, faults):
    """How each of the growing tables was reached, and what the whole statement read."""
    ways = {}
    for node in _nodes(plan["Plan"]):
        table = node.get("Relation Name")
        if table not in TABLES or node["Node Type"] in ("ModifyTable",):
            continue
        ways[table] = f"{node['Node Type']}, {node['Actual Rows']} rows"
        if "Index" not in node["Node Type"] and "Bitmap Heap" not in node["Node Type"]:
            faults.append(f"{function} at {size} sales reads {table} by {node['Node Type']}")
        if node["Actual Rows"] > 1:
            faults.append(f"{function} at {size} sales reads {node['Actual Rows']} rows of {table}")
    blocks = plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"]
    if blocks > LARGEST_READ:
        faults.append(f"{function} at {size} sales looks at {blocks} blocks in one statement")
    return {"query": " ".join(plan["Query Text"].split())[:60], "blocks": blocks, "tables": ways}


def _nodes(plan):
    yield plan
    for part in plan.get("Plans", []):
        yield from _nodes(part)


def vacuum(shop, deliveries):
    """What real deliveries leave behind, and what vacuum takes."""
    requests = rows.Sales(shop, has_mail=False)
    shop.sql("SELECT pg_stat_reset()")
    with Measured([shop.executable("webhook")], shop.environment("webhook"), shop.layout.log("webhook")) as server:
        done = 0
        while done < deliveries:
            count = min(10_000, deliveries - done)
            rows.load(server.port, requests.file(count), "--count", count, expect=200)
            server.shrink_log()
            done += count
    found = {}
    for table in TABLES:
        shop.sql("SELECT pg_stat_force_next_flush()")
        updated, hot, inserted = map(int, shop.sql(
            f"SELECT n_tup_upd, n_tup_hot_upd, n_tup_ins FROM pg_stat_user_tables WHERE relname = '{table}'").split("|"))
        since = time.monotonic()
        shop.sql(f"VACUUM {table}")
        taken = time.monotonic() - since
        dead, free = map(float, shop.sql(f"SELECT approx_tuple_count * 0 + dead_tuple_percent, approx_free_percent FROM pgstattuple_approx('{table}')").split("|"))
        found[table] = {"inserted": inserted, "updated": updated, "hot": hot, "vacuum s": taken, "dead %": dead, "free %": free}
        print(f"  {table:16}{inserted:>8} new, {updated:>7} updated ({hot} in place); vacuum {taken:5.1f} s; then {dead:.2f} % dead, {free:.1f} % free", flush=True)
    return found


def trimmed(shop, faults):
    """Reconcile takes the words of events away that are older than 90 days."""
    shop.sql(
        """UPDATE webhook_events SET payload = 'words of long ago' WHERE stripe_event_id IN (
            SELECT stripe_event_id FROM webhook_events WHERE received_at < now() - interval '91 days' ORDER BY received_at DESC LIMIT 1000)"""
    )
    old = "SELECT count(*) FROM webhook_events WHERE payload IS NOT NULL AND received_at < now() - interval '90 days'"
    # Stripe's stand-in knows none of the sales that were made here: as if all had been compared already.
    shop.sql("INSERT INTO reconcile_marks (name, through, updated_at) SELECT name, now(), now() FROM unnest('{orders,sessions,events,refunds,disputes}'::text[]) name ON CONFLICT (name) DO UPDATE SET through = now()")
    before, since, runs = int(shop.sql(old)), time.monotonic(), 0
    command, environment, layout = [shop.executable("sandbox")], shop.settings.of_sandbox(), shop.layout
    with Measured(command, environment, layout.log("sandbox"), OTHER_CORE, ready=None, port=layout.sandbox_port):
        with Measured([shop.executable("reconcile")], shop.environment("reconcile"), layout.log("reconcile")) as server:
            for _ in range(40):
                post(f"http://127.0.0.1:{server.port}/tasks/reconcile", fields={"Authorization": f"Bearer {shop.settings.tasks_token()}"})
                runs += 1
                if int(shop.sql(old)) == 0:
                    break
    after = int(shop.sql(old))
    print(f"\nevents older than 90 days that still have words: {before} before reconcile, {after} after {runs} runs, {time.monotonic() - since:.0f} s")
    if before == 0 or after > 0:
        faults.append(f"{after} of {before} old events kept their words")


if __name__ == "__main__":
    sys.exit(main())
