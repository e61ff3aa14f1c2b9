"""The rows of the table: each puts one kind of request to one server, at its maximum and below it."""

import json
import os
import statistics
import subprocess
import time

import limits
import traffic
from process import Measured, cpu, free_port
from shop import OTHER_CORE, ROOT, children

CONNECTIONS = 32
NATIVE = ROOT / ".local/bench-native"
GRANTS = 20_000
QUICK_COUNT = 4000
# How a sale's number is given out: no two deliveries of a run tell of the same sale unless they mean to.
_next_number = 1


def numbers(count):
    """Numbers of sales that nobody has used."""
    global _next_number
    first = _next_number
    _next_number += count
    return range(first, first + count)


def load(port, file, *options, connections=CONNECTIONS, expect=None):
    """What the load generator measured; it ends the program when an answer was lost or is not the one expected."""
    command = [NATIVE / "load", port, connections, file, *options]
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, preexec_fn=lambda: os.sched_setaffinity(0, OTHER_CORE)
    )
    if done.returncode == 2:
        raise SystemExit(f"load: {done.stderr}")
    result = json.loads(done.stdout)
    wrong = {status: count for status, count in result["statuses"].items() if expect and int(status) != expect}
    if wrong or result["broken"]:
        raise SystemExit(f"load: {result['broken']} answers were lost, {wrong} are not {expect}")
    return result


class Sales:
    """Deliveries of distinct sales; each is told of once, and its order waits as checkout left it."""

    expect = 200
    loops = False

    def __init__(self, shop, has_mail=True):
        self._shop = shop
        self._has_mail = has_mail
        self._events = traffic.Events(shop.setting("webhook", "STRIPE_WEBHOOK_SECRETS"))

    def file(self, count):
        """Requests for `count` sales whose orders wait."""
        told = numbers(count)
        prepare_orders(self._shop, told.start, told.stop, "bench", is_disputed=not self._has_mail)
        file = self._shop.layout.folder / "requests" / "sales"
        self._events.write(file, told)
        return file


class Repeats:
    """Deliveries of sales that are known already."""

    expect = 200
    loops = True

    def __init__(self, shop, known):
        self._shop = shop
        self._known = known
        self._events = traffic.Events(shop.setting("webhook", "STRIPE_WEBHOOK_SECRETS"))

    def file(self, count):
        """Requests for sales that were made before."""
        file = self._shop.layout.folder / "requests" / "repeats"
        self._events.write(file, self._known)
        return file


class Downloads:
    """Fetches of a file through one of many links by one of many callers."""

    expect = 302
    loops = True

    def __init__(self, shop):
        self._shop = shop

    def file(self, count):
        """One request for each grant."""
        file = self._shop.layout.folder / "requests" / "downloads"
        if not file.exists():
            expires = prepare_grants(self._shop)
            traffic.Links(self._shop.setting("download", "TOKEN_SECRETS")).write(file, GRANTS, expires)
        return file


class Checkouts:
    """People who press Buy."""

    expect = 303
    loops = True

    def __init__(self, shop):
        self._shop = shop

    def file(self, count):
        """One request for each of many callers."""
        file = self._shop.layout.folder / "requests" / "checkouts"
        traffic.checkout_requests(file, 20_000)
        return file


def prepare_orders(shop, first, end, mark, is_disputed=False):
    """The pending orders of some sales, as checkout leaves them, and a dispute for each where no mail is to be sent."""
    session = "lpad(n::text, 10, '0')" if mark == "bench" else "n::text"
    dispute = f"""INSERT INTO disputes SELECT 'du_{mark}' || n, 'pi_{mark}' || {session}, 'open', now() FROM generate_series({first}, {end - 1}) n;"""
    shop.sql(
        f"""INSERT INTO orders (id, shop_id, status, currency, amount_total, stripe_session_id, livemode, created_at)
        SELECT ('0190f000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, s.id, 'pending', 'usd', 4900,
            'cs_test_{mark}' || {session}, false, now() FROM generate_series({first}, {end - 1}) n, shops s;
        INSERT INTO order_lines (order_id, position, product_id, quantity, unit_amount, amount_total)
        SELECT ('0190f000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 1, p.id, 1, 4900, 4900
        FROM generate_series({first}, {end - 1}) n, products p;
        {dispute if is_disputed else ""}"""
    )


def prepare_grants(shop, count=GRANTS):
    """Paid orders with a license and a grant each; answers when the grants end, in Unix seconds."""
    expires = int(time.time()) + 6 * 86400
    shop.sql(
        f"""INSERT INTO orders (id, shop_id, status, currency, amount_total, stripe_session_id, livemode, created_at, paid_at)
        SELECT ('0190f000-0000-7000-9001-' || lpad(to_hex(n), 12, '0'))::uuid, s.id, 'paid', 'usd', 4900,
            'cs_test_grant' || lpad(n::text, 10, '0'), false, now(), now() FROM generate_series(0, {count - 1}) n, shops s;
        INSERT INTO order_lines (order_id, position, product_id, quantity, unit_amount, amount_total)
        SELECT ('0190f000-0000-7000-9001-' || lpad(to_hex(n), 12, '0'))::uuid, 1, p.id, 1, 4900, 4900
        FROM generate_series(0, {count - 1}) n, products p;
        INSERT INTO licenses (id, order_id, product_id, status, key_version, key_hash, key_last_four, created_at)
        SELECT ('0190f000-0000-7000-9002-' || lpad(to_hex(n), 12, '0'))::uuid,
            ('0190f000-0000-7000-9001-' || lpad(to_hex(n), 12, '0'))::uuid, p.id, 'active', 1,
            sha256(int8send(n::bigint) || 'grant'::bytea), '0000', now() FROM generate_series(0, {count - 1}) n, products p;
        INSERT INTO download_grants (id, order_id, expires_at, max_uses, created_at)
        SELECT ('0190f000-0000-7000-9000-' || lpad(to_hex(n), 12, '0'))::uuid,
            ('0190f000-0000-7000-9001-' || lpad(to_hex(n), 12, '0'))::uuid, to_timestamp({expires}), 2000000000, now()
        FROM generate_series(0, {count - 1}) n;
        ANALYZE;"""
    )
    return expires


class Row:
    """One server under one kind of request."""

    def __init__(self, shop, server, requests, role, plan):
        self._shop = shop
        self._server = server
        self._requests = requests
        self._role = role
        self._plan = plan
        self._pace = plan.first_guess
        self.total = 0

    def maximum(self):
        """Closed loop: as fast as the server answers."""
        return summary([self.closed() for _ in range(self._plan.rounds)])

    def closed(self):
        """One round at the maximum, with what it cost."""
        shop, server = self._shop, self._server
        count = QUICK_COUNT if self._plan.is_quick else int(self._pace * self._plan.seconds) + CONNECTIONS
        file = self._requests.file(count)
        server.shrink_log()
        before = (server.cpu(), limits.backend_cpu(shop, self._role), limits.postgres_cpu(shop), wal(shop))
        end = ["--count", count] if self._plan.is_quick else ["--seconds", self._plan.seconds]
        result = self._load(file, *end)
        after = (server.cpu(), limits.backend_cpu(shop, self._role), limits.postgres_cpu(shop), wal(shop))
        used = [(late - early) / result["answered"] for early, late in zip(before, after)]
        self._pace = result["per_second"] * 1.3
        return {
            "per_second": result["per_second"],
            "cpu_us": used[0] * 1e6,
            "backend_us": used[1] * 1e6,
            "postgres_us": used[2] * 1e6,
            "wal_bytes": used[3],
            "closed_p99_us": result["p99"],
            "generator_us": result["own_cpu"] / result["answered"] * 1e6,
        }

    def paced(self, share, maximum):
        """Open loop at a share of the maximum."""
        rate = share * maximum
        rounds = []
        for _ in range(self._plan.rounds):
            file = self._requests.file(int(rate * self._plan.seconds) + CONNECTIONS)
            self._server.shrink_log()
            result = self._load(file, "--seconds", self._plan.seconds, "--rate", f"{rate:.1f}")
            rounds.append({name: result[name] for name in ["p50", "p95", "p99", "largest_backlog"]})
        return summary(rounds)

    def until(self, count):
        """Resident memory after so many requests in all."""
        while self.total < count:
            more = min(count - self.total, 30_000)
            self._load(self._requests.file(more), "--count", more)
            self._server.shrink_log()
        return self._server.resident()

    def _load(self, file, *options):
        loops = ["--loop"] if self._requests.loops else []
        result = load(self._server.port, file, *options, *loops, expect=self._requests.expect)
        self.total += result["answered"]
        return result


def allocations(shop, name, requests, count=2000, **settings):
    """What a request asks of malloc: calls and bytes, from a run of its own under a counter."""
    loops = ["--loop"] if requests.loops else []

    def send(server, number):
        load(server.port, requests.file(number), "--count", number, *loops, connections=8, expect=requests.expect)

    return allocations_while(shop, name, send, count, **settings)


def allocations_while(shop, name, work, count, **settings):
    """The same of whatever `work` makes a function do `count` times, after it has done it some times already."""
    file = shop.layout.folder / "allocations"
    file.unlink(missing_ok=True)
    settings |= {"LD_PRELOAD": str(NATIVE / "allocations.so"), "ALLOCATIONS_FILE": str(file)}
    with Measured([shop.executable(name)], shop.environment(name, **settings), shop.layout.log(name)) as server:
        work(server, count // 4)
        before = _counted(file)
        work(server, count)
        after = _counted(file)
    return {"calls": (after[0] - before[0]) / count, "bytes": (after[1] - before[1]) / count}


def _counted(file):
    raw = file.read_bytes()
    return int.from_bytes(raw[:8], "little"), int.from_bytes(raw[8:16], "little")


def wal(shop):
    """Bytes of write-ahead log so far."""
    return int(shop.sql("SELECT pg_current_wal_insert_lsn() - '0/0'"))


def summary(rounds):
    """Median, least and most of each figure."""
    return {
        name: {
            "median": statistics.median(each[name] for each in rounds),
            "min": min(each[name] for each in rounds),
            "max": max(each[name] for each in rounds),
        }
        for name in rounds[0]
    }
