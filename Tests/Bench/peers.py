"""The same two endpoints as other shops would write them, checked for equal answers and then measured."""

import collections
import http.client
import json
import os
import subprocess
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

import report
import rows
import traffic
from process import Measured
from shop import ROOT

FOLDER = ROOT / "Tests/Bench/peers"
NODE_MODULES = ROOT / ".local/node-modules"
CHECKED = {
    "/webhooks/stripe": ["content-type", "cache-control", "x-content-type-options"],
    "/download/": ["location", "cache-control", "referrer-policy", "x-robots-tag"],
}
# What differs between two links to the same file, and nothing else may.
PER_SIGNATURE = {"X-Goog-Date", "X-Goog-Signature"}


@dataclass(frozen=True)
class Peer:
    """Another server of the same endpoints."""

    name: str
    command: list
    environment: dict


def installed():
    """The peers that can run here, and why the others cannot."""
    python = ROOT / ".local/venv-bench/bin/python"
    node = NODE_MODULES / "usr/share/nodejs"
    peers, missing = [], {}
    if python.exists():
        peers.append(Peer("Python: FastAPI, uvicorn, asyncpg", [python, FOLDER / "server.py"], {}))
    else:
        missing["Python: FastAPI, uvicorn, asyncpg"] = f"{python.relative_to(ROOT)} is missing"
    built = subprocess.run([FOLDER / "build"], capture_output=True, text=True)
    if built.returncode == 0:
        peers.append(Peer("Go: net/http, pgx", [rows.NATIVE / "peer-go"], {"GOMAXPROCS": "1"}))
    else:
        missing["Go: net/http, pgx"] = (built.stderr.strip().splitlines() or ["go build failed"])[-1]
    if (node / "pg").exists():
        peers.append(Peer("Node: http, pg", ["node", FOLDER / "server.js"], {"NODE_PATH": str(node)}))
    else:
        missing["Node: http, pg"] = f"{node.relative_to(ROOT)}/pg is missing"
    return peers, missing


def server(bench, peer, function):
    """A peer in a function's place: same core, same settings, same role in the database."""
    environment = bench.shop.environment(function, **peer.environment, STATEMENTS=str(statements_file(bench)))
    log = bench.shop.layout.log(f"peer-{peer.name.split(':')[0].lower()}")
    return Measured(peer.command, environment, log, ready=None)


def statements_file(bench):
    return bench.shop.layout.folder / "statements.json"


def measure(bench, name, function, requests):
    """One row for each server, ours among them; they take turns in each round, so that all feel the machine's moods."""
    role, rounds, memory = bench.shop.functions[function].role, collections.defaultdict(list), {}
    for _ in range(bench.plan.rounds):
        for who, started in _everybody(bench, function):
            bench.say(f"{name}, {who}")
            with started as running:
                idle = running.resident()
                row = rows.Row(bench.shop, running, requests, role, bench.plan)
                row.until(2000)
                rounds[who].append(row.closed())
                memory[who] = {"idle": idle, "loaded": running.resident(), "requests": row.total}
    return {who: {"maximum": rows.summary(rounds[who]), "memory": memory[who]} for who in rounds}


# --- equal answers ----------------------------------------------------------------------------------------------------


def check_sales(bench):
    """Each server is told of the same sale, and of a forged one; answers and rows must be the same."""
    shop, sales = bench.shop, rows.Sales(bench.shop, has_mail=False)
    told = rows.numbers(1)
    rows.prepare_orders(shop, told.start, told.stop, "bench", is_disputed=True)
    events = traffic.Events(shop.setting("webhook", "STRIPE_WEBHOOK_SECRETS"))
    wanted = None
    for name, running in _everybody(bench, "webhook"):
        with running:
            good = _ask(running.port, _fresh(events, told.start))
            forged = _ask(running.port, _fresh(events, told.start).replace(b",v1=", b",v1=00", 1))
        found = (good, forged[0], _rows_of(shop, told.start))
        wanted = wanted or found
        _compare(f"{name} on a sale", wanted, found)
        _undo(shop, told.start)


def check_downloads(bench):
    """Each server is asked for the same file; answers must be the same but for the link's signature, and one use counts."""
    shop = bench.shop
    expires = int(shop.sql("SELECT extract(epoch FROM max(expires_at))::bigint FROM download_grants"))
    request = traffic.Links(shop.setting("download", "TOKEN_SECRETS")).request(7, expires)
    forged = traffic.Links(f"1:{'A' * 44}").request(7, expires)
    wanted = None
    for name, running in _everybody(bench, "download"):
        shop.sql(f"UPDATE download_grants SET file_uses = '{{}}' WHERE id = '{traffic.grant_id(7)}'")
        before = _uses(shop)
        with running:
            found = (_without_signature(_ask(running.port, request)), _ask(running.port, forged)[0])
        found += (_uses(shop) - before,)
        wanted = wanted or found
        _compare(f"{name} on a download", wanted, found)
    if wanted[2] != 1:
        raise SystemExit(f"a download counted {wanted[2]} uses")


def _everybody(bench, function):
    yield report.OURS, bench.function(function)
    for peer in bench.peers:
        yield peer.name, server(bench, peer, function)


def _fresh(events, n):
    import time

    return events.request(n, int(time.time()))


def _ask(port, request):
    """Status, the fields that matter and the body of one answer."""
    head, _, body = request.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    method, target, _ = first.split(" ")
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, target, body or None, dict(line.split(": ", 1) for line in lines))
    answer = connection.getresponse()
    text = answer.read().decode()
    names = next(fields for path, fields in CHECKED.items() if target.startswith(path))
    connection.close()
    return answer.status, {name: answer.headers.get(name) for name in names}, json.loads(text) if answer.status == 200 else ""


def _without_signature(answer):
    status, fields, body = answer
    link = urlsplit(fields["location"] or "")
    query = sorted((name, "" if name in PER_SIGNATURE else value) for name, value in parse_qsl(link.query))
    return status, fields | {"location": (link.scheme, link.netloc, link.path, query)}, body


def _compare(who, wanted, found):
    if wanted != found:
        raise SystemExit(f"{who} answers otherwise.\n  Latchkey: {wanted}\n  it:       {found}")


def _uses(shop):
    return int(shop.sql(f"SELECT uses FROM download_grants WHERE id = '{traffic.grant_id(7)}'"))


ROWS = """SELECT jsonb_build_object(
    'event', (SELECT to_jsonb(e) - '{received_at}'::text[] FROM webhook_events e WHERE stripe_event_id = 'evt_bench%(number)s'),
    'order', (SELECT to_jsonb(o) - '{customer_id,created_at,paid_at}'::text[] FROM orders o WHERE id = '%(order)s'),
    'customer', (SELECT to_jsonb(c) - '{id,created_at}'::text[] FROM customers c JOIN orders o ON o.customer_id = c.id WHERE o.id = '%(order)s'),
    'items', (SELECT jsonb_agg(to_jsonb(i)) FROM order_lines i WHERE order_id = '%(order)s'),
    'licenses', (SELECT jsonb_agg(to_jsonb(l) - '{created_at}'::text[]) FROM licenses l WHERE order_id = '%(order)s'),
    'grants', (SELECT jsonb_agg(to_jsonb(g) - '{id,created_at,expires_at}'::text[]) FROM download_grants g WHERE order_id = '%(order)s'),
    'mails', (SELECT jsonb_agg(to_jsonb(m) - '{created_at,next_attempt_at}'::text[]) FROM emails m WHERE order_id = '%(order)s'))"""


def _rows_of(shop, n):
    return json.loads(shop.sql(ROWS % {"number": traffic.number(n), "order": traffic.order_id(n)}))


def _undo(shop, n):
    """Sets the shop back to before the sale, its order pending."""
    order = traffic.order_id(n)
    shop.sql(
        f"""DELETE FROM emails WHERE order_id = '{order}'; DELETE FROM licenses WHERE order_id = '{order}';
        DELETE FROM download_grants WHERE order_id = '{order}';
        DELETE FROM webhook_events WHERE stripe_event_id = 'evt_bench{traffic.number(n)}';
        UPDATE orders SET status = 'pending', customer_id = NULL, email = NULL, paid_at = NULL, stripe_payment_intent_id = NULL
        WHERE id = '{order}';
        DELETE FROM customers WHERE email = 'buyer{traffic.number(n)}@customer.example'"""
    )
