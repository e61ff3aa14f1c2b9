#!/usr/bin/python3
"""The load of the plan through the front door: 500 reads and 50 checkouts a second together, for a minute.

    Tests/Bench/plan.py [--seconds 60]

The whole local shop runs, nginx and the stand-in for Stripe included. Reads are pages of the storefront, download pages
and order pages, a third each. Passes when 95 of 100 reads take under 300 ms and as many checkouts under 800 ms, counted
from the moment each was due, when no answer is an error, and when nothing waits anywhere afterwards.
"""

import argparse
import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path

import rows
import traffic
from shop import NO_LIMITS, ROOT, Shop

from latchkey_local.layout import Layout

READS, CHECKOUTS = 500, 50
READ_LIMIT, CHECKOUT_LIMIT = 300, 800  # milliseconds, of 95 in 100
GRANTS = 2000


def main(words=None):
    read = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    read.add_argument("--seconds", type=float, default=60)
    read.add_argument("--build", type=Path, help="taken for the sake of the other parts: the stack has its own")
    read.add_argument("--inside", action="store_true", help="the stack runs already, as its environment says")
    asked = read.parse_args(words)
    if asked.inside:
        return run(asked.seconds)
    subprocess.run([ROOT / "Tests/Bench/native/build"], check=True)
    stack = [ROOT / "infra/local/stack.py", "--port-base", "free", "--fresh", "--dir", ".local/bench-plan", "run", "--"]
    command = [*stack, ROOT / "Tests/Bench/plan.py", "--inside", "--seconds", str(asked.seconds)]
    return subprocess.run(command, env=os.environ | {"RATE_LIMITS": NO_LIMITS}).returncode


def run(seconds):
    """Puts the load on the stack and answers 0 when all held."""
    layout = Layout(ROOT, Path(os.environ["LATCHKEY_DIR"]), int(os.environ["LATCHKEY_PORT_BASE"]))
    shop = Shop(layout, ROOT / ".build/release")
    reads, checkouts = layout.folder / "requests/reads", layout.folder / "requests/checkouts"
    write_reads(shop, reads)
    traffic.checkout_requests(checkouts, 2000)
    begun = [start(layout.front, reads, seconds, READS), start(layout.front, checkouts, seconds, CHECKOUTS)]
    results = [json.loads(each.communicate()[0]) for each in begun]
    return report(results, left(shop))


def write_reads(shop, file):
    """Requests for pages, download pages and order pages in turn."""
    expires = rows.prepare_grants(shop, GRANTS)
    links = traffic.Links(shop.setting("download", "TOKEN_SECRETS"))
    pages = ["/", "/faq.html", "/styles.css", "/support.html"]

    def targets():
        for n in range(GRANTS):
            yield pages[n % len(pages)]
            yield f"/download/{links.token(n, expires)}"
            yield f"/orders/cs_test_grant{traffic.number(n)}"

    form = "GET {} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bench\r\nAccept: text/html\r\n\r\n"
    traffic.write(file, (form.format(target).encode() for target in targets()))


def start(port, file, seconds, rate):
    """One load generator at a fixed rate."""
    command = [rows.NATIVE / "load", port, rows.CONNECTIONS, file, "--loop", "--seconds", seconds, "--rate", rate]
    return subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, text=True)


def left(shop):
    """What waits somewhere after the load, by place."""
    state = json.loads(ask(f"{shop.layout.sandbox_url}/sandbox/state"))
    return {
        "mails that wait": int(shop.sql("SELECT count(*) FROM emails WHERE status = 'pending'")),
        "events that failed": int(shop.sql("SELECT count(*) FROM webhook_events WHERE status = 'failed'")),
        "events undelivered": state["undelivered"],
        "checkouts without a session": int(
            shop.sql("SELECT count(*) FROM orders WHERE status = 'pending' AND stripe_session_id IS NULL")
        ),
    }


def ask(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read()


def report(results, queues):
    """Prints each check with its figure."""
    checks = []
    for name, result, status, limit in zip(["reads", "checkouts"], results, ["200", "303"], [READ_LIMIT, CHECKOUT_LIMIT]):
        wrong = sum(count for code, count in result["statuses"].items() if code != status) + result["broken"]
        print(f"{name}: {result['answered']} answered, {result['per_second']:.1f}/s, p50 {result['p50'] / 1000:.1f} ms, p95 "
              f"{result['p95'] / 1000:.1f} ms, p99 {result['p99'] / 1000:.1f} ms, most {result['max'] / 1000:.1f} ms, {result['statuses']}")
        checks += [(f"95 of 100 {name} under {limit} ms", result["p95"] / 1000 < limit), (f"no {name} failed", wrong == 0)]
    checks += [(f"{count} {name}", count == 0) for name, count in queues.items()]
    for what, holds in checks:
        print(f"{'·' if holds else '✗'} {what}")
    failed = sum(not holds for _, holds in checks)
    print(f"{len(checks) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
