"""One sitting: a shop, what stands in for the world, and the results so far."""

import contextlib
import dataclasses
import json
import sys
import urllib.request

import limits
import report
import rows
import statements
import traffic
from process import Measured
from rows import NATIVE, Row
from shop import FUNCTION_CORE, OTHER_CORE


@dataclasses.dataclass(frozen=True)
class Plan:
    """How long and how often."""

    rounds: int
    seconds: float
    is_quick: bool
    memory_after: int  # requests
    first_guess: int = 6000


class Bench:
    """One sitting."""

    def __init__(self, shop, plan, peers, missing):
        self.shop = shop
        self.plan = plan
        self.peers = peers
        self.missing_peers = missing
        self.results = {"rows": {}, "peers": {}, "alone": {}, "missing peers": missing}

    def function(self, name, **settings):
        """A function on its core."""
        return Measured([self.shop.executable(name)], self.shop.environment(name, **settings), self.shop.layout.log(name))

    def row(self, name, function, requests, *, share=1.0, limit=None, is_slow=False, **settings):
        """Measures one row: maximum, paced, memory (after a share of the usual requests), allocations, and what Postgres
        can do alone. Of what is slow, as somebody else is waited for, memory is read where the rest ends."""
        role, result = self.shop.functions[function].role, {}
        self.say(name)
        with self.function(function, **settings) as server:
            idle = server.resident()
            row = Row(self.shop, server, requests, role, self.plan)
            row.until(64 if is_slow else 2000)
            result["maximum"] = row.maximum()
            top = result["maximum"]["per_second"]["median"]
            if not self.plan.is_quick:
                result["at_50"] = row.paced(0.5, top)
                result["at_90"] = row.paced(0.9, top)
            if not self.plan.is_quick and not is_slow:
                row.until(int(self.plan.memory_after * share))
            result["memory"] = {"idle": idle, "loaded": server.resident(), "requests": row.total}
        if not is_slow:
            result["allocations"] = rows.allocations(self.shop, function, requests, **settings)
        if limit and not self.plan.is_quick:
            result["limit"] = limit()
        self.results["rows"][name] = result
        report.row(name, result)

    def say(self, what):
        """What is measured now."""
        print(f"· {what}", file=sys.stderr, flush=True)

    @contextlib.contextmanager
    def mailbox(self):
        """A mail server where the function's settings expect it."""
        layout = self.shop.layout
        command = [NATIVE / "mailbox", "{port}"]
        with Measured(command, {}, layout.log("mailbox"), OTHER_CORE, ready=None, port=layout.smtp_port):
            yield

    @contextlib.contextmanager
    def sandbox(self, delay=0):
        """The stand-in for Stripe, which waits so many milliseconds before it answers."""
        shop = self.shop
        command, environment, port = [shop.executable("sandbox")], shop.settings.of_sandbox(), shop.layout.sandbox_port
        with Measured(command, environment, shop.layout.log("sandbox"), OTHER_CORE, ready=None, port=port):
            if delay:
                fault = {"kind": "delay", "calls": 10_000, "ms": delay}
                post(f"http://127.0.0.1:{port}/sandbox/faults", json.dumps(fault).encode())
            yield


def post(url, body=b"", fields=None):
    """The JSON that a POST is answered with."""
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"} | (fields or {}))
    with urllib.request.urlopen(request, timeout=120) as answer:
        return json.load(answer)


# --- the statements ---------------------------------------------------------------------------------------------------


def capture_sale(bench, has_mail):
    """The webhook's statements for one sale, and the values that its event holds."""
    shop, sales = bench.shop, rows.Sales(bench.shop, has_mail)
    events = traffic.Events(shop.setting("webhook", "STRIPE_WEBHOOK_SECRETS"))
    with statements.Capture(shop, shop.functions["webhook"].role) as capture, bench.function("webhook") as server:
        rows.load(server.port, sales.file(1), "--count", 1, connections=1, expect=200)
        told = rows.numbers(1)
        rows.prepare_orders(shop, told.start, told.stop, "bench", is_disputed=not has_mail)
        file = shop.layout.folder / "requests" / "probe"
        events.write(file, told)
        event = json.loads(events.body(told.start))
        capture.begin()
        rows.load(server.port, file, "--count", 1, connections=1, expect=200)
        names = statements.sale_names(shop, event, told.start)
        found = capture.read(names)
    return found, {name: value for value, name in names.items()}


def capture_download(bench):
    """The download's statement, and the values that are the same for all."""
    shop = bench.shop
    file = rows.Downloads(shop).file(1)
    with statements.Capture(shop, shop.functions["download"].role) as capture, bench.function("download") as server:
        rows.load(server.port, file, "--count", 1, connections=1, expect=302)
        capture.begin()
        rows.load(server.port, file, "--count", 1, connections=1, expect=302)
        names = {str(traffic.grant_id(0)): "grant_id", traffic.FILE: "file_name"}
        found = capture.read(names)
    return found, {name: value for value, name in names.items()}


def sale_limit(bench, has_mail):
    """Postgres alone under the webhook's statements."""
    found, values = capture_sale(bench, has_mail)
    alone = limits.PgBench(bench.shop, bench.shop.functions["webhook"].role, found, values)

    def once(core):
        told = rows.numbers(int(bench.plan.seconds * 8000) + 1000)
        rows.prepare_orders(bench.shop, told.start, told.stop, "pg", is_disputed=not has_mail)
        return alone.run(max(1, int(bench.plan.seconds)), told.start, core)

    return limit_rounds(bench, once)


def download_limit(bench):
    """Postgres alone under the download's statement."""
    found, values = capture_download(bench)
    alone = limits.PgBench(bench.shop, bench.shop.functions["download"].role, found, values, grants=rows.GRANTS)
    return limit_rounds(bench, lambda core: alone.run(max(1, int(bench.plan.seconds)), 0, core))


def limit_rounds(bench, once):
    """pgbench where the load generator is, which leaves Postgres as much of its core as it has under the function; and
    on the function's core."""
    rounds = max(1, bench.plan.rounds // 2 + 1)
    return {
        "in_the_loads_place": rows.summary([once(OTHER_CORE) for _ in range(rounds)]),
        "in_the_functions_place": rows.summary([once(FUNCTION_CORE) for _ in range(rounds)]),
    }
