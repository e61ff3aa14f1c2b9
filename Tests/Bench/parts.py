"""What `make bench` measures, part by part."""

import json
import time

import peers
import report
import rows
import starts
import statements
from limits import backend_cpu
from process import Measured
from shop import ROOT
from sitting import capture_download, capture_sale, download_limit, post, sale_limit

MAILS = 1000
STATIC = ROOT / ".build/static/release"


def hello(bench):
    """What HTTP alone can do: libuv and llhttp in C, no database"""
    shop = bench.shop
    file = shop.layout.folder / "requests" / "hello"
    peers.traffic.write(file, [b"GET / HTTP/1.1\r\nHost: bench.example\r\n\r\n"])
    with Measured([rows.NATIVE / "hello", "{port}"], {}, shop.layout.log("hello"), ready=None) as server:
        found = []
        for _ in range(bench.plan.rounds):
            before = server.cpu()
            result = rows.load(server.port, file, "--seconds", bench.plan.seconds, "--loop", expect=200)
            found.append({
                "per_second": result["per_second"],
                "cpu_us": (server.cpu() - before) / result["answered"] * 1e6,
                "closed_p99_us": result["p99"],
            })
    bench.results["alone"]["http"] = rows.summary(found)
    report.alone("bare libuv and llhttp", bench.results["alone"]["http"])


def webhook(bench):
    """Signed deliveries of distinct sales; the receipt goes to a mail server that takes it at once"""
    with bench.mailbox():
        bench.row("webhook", "webhook", rows.Sales(bench.shop), limit=lambda: sale_limit(bench, True))


def webhook_quiet(bench):
    """The same without sending: the payment is in dispute already, so all is written and the receipt waits"""
    bench.row("webhook-no-mail", "webhook", rows.Sales(bench.shop, has_mail=False), limit=lambda: sale_limit(bench, False))


def duplicates(bench):
    """Deliveries of sales that are known"""
    sales, first = rows.Sales(bench.shop, has_mail=False), rows._next_number
    with bench.function("webhook") as server:
        rows.load(server.port, sales.file(5000), "--count", 5000, expect=200)
    bench.row("duplicates", "webhook", rows.Repeats(bench.shop, range(first, first + 5000)))


def download(bench):
    """302 to a freshly signed link"""
    bench.row("download", "download", rows.Downloads(bench.shop), limit=lambda: download_limit(bench))


def checkout(bench):
    """Buy is pressed; the stand-in for Stripe answers at once"""
    with bench.sandbox():
        bench.row("checkout", "checkout", rows.Checkouts(bench.shop))


def checkout_slow(bench):
    """Buy is pressed; the stand-in for Stripe answers after 300 ms"""
    with bench.sandbox(delay=300):
        bench.row("checkout-300ms", "checkout", rows.Checkouts(bench.shop), is_slow=True)


def email_retry(bench):
    """Messages a second out of the outbox, one call at a time"""
    shop, found, role = bench.shop, [], bench.shop.functions["email-retry"].role
    bench.say("email-retry")
    with bench.mailbox(), bench.function("email-retry") as server:
        idle = server.resident()
        for _ in range(bench.plan.rounds):
            prepare_mails(shop, rows.numbers(MAILS))
            before, since = (server.cpu(), backend_cpu(shop, role)), time.perf_counter()
            sent = call_until_nothing_is_due(shop, server.port)
            seconds = time.perf_counter() - since
            if sent != MAILS:
                raise SystemExit(f"email-retry sent {sent} of {MAILS} mails")
            found.append({
                "per_second": sent / seconds,
                "cpu_us": (server.cpu() - before[0]) / sent * 1e6,
                "backend_us": (backend_cpu(shop, role) - before[1]) / sent * 1e6,
            })
        memory = {"idle": idle, "loaded": server.resident(), "requests": MAILS * bench.plan.rounds}

    def send(server, number):
        prepare_mails(shop, rows.numbers(number))
        call_until_nothing_is_due(shop, server.port)

    with bench.mailbox():
        asked = rows.allocations_while(shop, "email-retry", send, MAILS)
    bench.results["rows"]["email-retry"] = {"maximum": rows.summary(found), "memory": memory, "allocations": asked}
    report.row("email-retry (messages)", bench.results["rows"]["email-retry"])


def call_until_nothing_is_due(shop, port):
    """How many mails the calls sent; one call ends by itself after a while."""
    fields, sent = {"Authorization": f"Bearer {shop.settings.tasks_token()}"}, 0
    while report := post(f"http://127.0.0.1:{port}/tasks/email-retry", fields=fields):
        if not any(report.values()):
            return sent
        sent += report["sent"]


def prepare_mails(shop, told):
    """Paid orders whose receipts are due, and no mail besides, such as other parts leave behind."""
    id = lambda kind: f"('0190f000-0000-7000-{kind}-' || lpad(to_hex(n), 12, '0'))::uuid"
    series = f"generate_series({told.start}, {told.stop - 1}) n"
    shop.sql(
        f"""DELETE FROM emails WHERE status = 'pending';
        INSERT INTO orders (id, shop_id, status, email, currency, amount_total, stripe_session_id, livemode, created_at, paid_at)
        SELECT {id("8000")}, s.id, 'paid', 'buyer' || n || '@customer.example', 'usd', 4900, 'cs_test_mail' || n, false, now(), now()
        FROM {series}, shops s;
        INSERT INTO order_lines (order_id, position, product_id, quantity, unit_amount, amount_total)
        SELECT {id("8000")}, 1, p.id, 1, 4900, 4900 FROM {series}, products p;
        INSERT INTO licenses (id, order_id, product_id, status, key_version, key_hash, key_last_four, created_at)
        SELECT {id("8005")}, {id("8000")}, p.id, 'active', 1, sha256(int8send(n::bigint) || 'mail'::bytea), '0000', now()
        FROM {series}, products p;
        INSERT INTO emails (id, order_id, kind, recipient, status, next_attempt_at, created_at)
        SELECT {id("8004")}, {id("8000")}, 'receipt', 'buyer' || n || '@customer.example', 'pending', now() - interval '1 minute', now()
        FROM {series};"""
    )


def others(bench):
    """The webhook without mail and the download in Python, Go and Node, checked for equal answers first"""
    sale, _ = capture_sale(bench, has_mail=False)
    use, _ = capture_download(bench)
    peers.statements_file(bench).write_text(json.dumps({"webhook": statements.as_json(sale), "download": statements.as_json(use)}))
    peers.check_sales(bench)
    peers.check_downloads(bench)
    for name, function, requests in [
        ("webhook-no-mail", "webhook", rows.Sales(bench.shop, has_mail=False)),
        ("download", "download", rows.Downloads(bench.shop)),
    ]:
        bench.results["peers"][name] = peers.measure(bench, name, function, requests)
    report.peers(bench.results)


def cold(bench):
    """From exec to the first healthy answer, and to the first that used the database"""
    shop, found = bench.shop, {}
    builds = {"dynamic": shop.build} | ({"static": STATIC} if STATIC.exists() else {})
    for function in ["webhook", "download", "checkout"]:
        for build, folder in builds.items():
            if not (folder / function).exists():
                continue
            command, environment = [folder / function], shop.environment(function)
            bench.say(f"cold start, {function}, {build}")
            found[f"{function}, {build}"] = rows.summary([
                {"healthy_ms": healthy, "database_ms": ready}
                for healthy, ready in zip(
                    starts.cold(command, environment, "/healthz", 4 * bench.plan.rounds),
                    starts.cold(command, environment, "/readyz", 4 * bench.plan.rounds),
                )
            ])
    bench.results["cold start"] = found
    report.cold(found)


def sizes(bench):
    """Executables and images, as they are and compressed as a registry keeps them"""
    names, found = [*bench.shop.functions, "latchkey"], {}
    for build, folder in {"dynamic": bench.shop.build, "static": STATIC}.items():
        files = [folder / name for name in names if (folder / name).exists()]
        found[f"{build} executables"] = {file.name: starts.size(file.read_bytes()) for file in files}
    found["images"] = starts.image_sizes(names) if all((STATIC / name).exists() for name in [*names, "sandbox"]) else {}
    bench.results["sizes"] = found
    report.sizes(found)


PARTS = {
    "hello": hello,
    "webhook": webhook,
    "webhook-no-mail": webhook_quiet,
    "duplicates": duplicates,
    "download": download,
    "checkout": checkout,
    "checkout-300ms": checkout_slow,
    "email-retry": email_retry,
    "peers": others,
    "cold": cold,
    "sizes": sizes,
}
