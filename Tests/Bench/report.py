"""What is printed: a block for each row, then the tables and the goals."""

OURS = "Latchkey"
GO, PYTHON, NODE = "Go: net/http, pgx", "Python: FastAPI, uvicorn, asyncpg", "Node: http, pg"


def row(name, result):
    """One row as lines of text."""
    top = result["maximum"]
    print(f"\n{name}")
    line("requests/s", top["per_second"], "{:.0f}")
    line("CPU µs of the function a request", top["cpu_us"], "{:.1f}")
    line("CPU µs of its Postgres backends", top["backend_us"], "{:.1f}")
    if "wal_bytes" in top:
        line("bytes of write-ahead log", top["wal_bytes"], "{:.0f}")
        line("p99 ms at the maximum", scaled(top["closed_p99_us"], 1000), "{:.2f}")
    for share in ["at_50", "at_90"]:
        if share in result:
            for percentile in ["p50", "p95", "p99"]:
                line(f"{percentile} ms at {share[3:]} % of it", scaled(result[share][percentile], 1000), "{:.2f}")
    memory = result["memory"]
    print(f"  resident MiB: {memory['idle']:.1f} idle, {memory['loaded']:.1f} after {memory['requests']} requests")
    if "allocations" in result:
        asked = result["allocations"]
        print(f"  malloc: {asked['calls']:.0f} calls for {asked['bytes'] / 1024:.1f} KiB a request")
    for place, limit in result.get("limit", {}).items():
        line(f"pgbench {place.replace('_', ' ').replace('s place', chr(8217) + 's place')}", limit["per_second"], "{:.0f}")
        print(f"    ÷ pgbench: {top['per_second']['median'] / limit['per_second']['median']:.2f}")


def alone(name, top):
    """A limit."""
    print(f"\n{name}")
    line("requests/s", top["per_second"], "{:.0f}")
    line("CPU µs a request", top["cpu_us"], "{:.1f}")
    line("p99 ms at the maximum", scaled(top["closed_p99_us"], 1000), "{:.2f}")


def peers(results):
    """Latchkey and the peers side by side."""
    for name, found in results["peers"].items():
        ours = found[OURS]["maximum"]["cpu_us"]["median"]
        print(f"\n{name}: same core, same statements, same answers")
        print(f"  {'':34}{'requests/s':>12}{'CPU µs':>10}{'p99 ms':>10}{'MiB':>14}{'CPU ÷ ours':>12}")
        for who, result in found.items():
            top, memory = result["maximum"], result["memory"]
            print(
                f"  {who:34}{top['per_second']['median']:>12.0f}{top['cpu_us']['median']:>10.1f}"
                f"{top['closed_p99_us']['median'] / 1000:>10.2f}{memory['idle']:>7.1f} →{memory['loaded']:>5.1f}"
                f"{top['cpu_us']['median'] / ours:>12.2f}"
            )
        for who, why in results["missing peers"].items():
            print(f"  {who:34}cannot run here: {why}")


def cold(found):
    """Starts."""
    print("\nfrom exec to an answer, ms")
    for name, top in found.items():
        line(f"{name}: first healthy", top["healthy_ms"], "{:.1f}")
        line(f"{name}: first with the database", top["database_ms"], "{:.1f}")


def sizes(found):
    """Weights."""
    for kind, files in found.items():
        print(f"\nMB of the {kind} (compressed)" + ("" if files else ": there are none; infra/images/build-static makes them"))
        for name, size in files.items():
            print(f"  {name:34}{size['megabytes']:>9.1f}  ({size['compressed']:.1f})")


def summary(results):
    """One line for each row, then the goals."""
    machine = results["machine"]
    print(f"\n{machine['processor']}, {machine['cores']} cores, Linux {machine['kernel']}; fdatasync {machine['fdatasync_us']:.0f} µs; ", end="")
    print(f"load before {machine['load before']:.1f}; commit {machine['commit']}\n")
    if results["rows"]:
        print(f"{'':20}{'req/s':>8}{'CPU µs':>8}{'PG µs':>8}{'WAL B':>8}{'÷ pgbench':>10}{'÷ HTTP':>8}{'p50/p95/p99 ms at 50 %':>24}{'at 90 %':>20}{'MiB':>14}{'mallocs':>9}")
    for name, result in results["rows"].items():
        _line(name, result, results["alone"])
    goals(results)


def _line(name, result, alone):
    top, memory = result["maximum"], result["memory"]
    ratio = _get(lambda: f"{top['per_second']['median'] / result['limit']['in_the_loads_place']['per_second']['median']:.2f}")
    times = [_get(lambda: "/".join(f"{result[share][p]['median'] / 1000:.2f}" for p in ["p50", "p95", "p99"])) for share in ["at_50", "at_90"]]
    http = _get(lambda: f"{top['per_second']['median'] / alone['http']['per_second']['median']:.3f}")
    wal = _get(lambda: f"{top['wal_bytes']['median']:.0f}")
    asked = _get(lambda: f"{result['allocations']['calls']:.0f}")
    print(
        f"{name:20}{top['per_second']['median']:>8.0f}{top['cpu_us']['median']:>8.1f}{top['backend_us']['median']:>8.1f}{wal:>8}"
        f"{ratio:>10}{http:>8}{times[0]:>24}{times[1]:>20}{memory['idle']:>7.1f} →{memory['loaded']:>5.1f}{asked:>9}"
    )


def goals(results):
    """Goal, measured, met or missed; what was not measured in this sitting is left out."""
    rows, others = results["rows"], results["peers"]
    cpu = lambda name: rows[name]["maximum"]["cpu_us"]["median"]
    speed = lambda name: rows[name]["maximum"]["per_second"]["median"]
    limit = lambda name: rows[name]["limit"]["in_the_loads_place"]["per_second"]["median"]
    go = lambda name: others[name][GO]["maximum"]["cpu_us"]["median"] / others[name][OURS]["maximum"]["cpu_us"]["median"]
    starts = lambda: max(
        (top["healthy_ms"]["median"] for name, top in results["cold start"].items() if name.endswith("static")), default=None
    )
    table = [
        ("CPU µs per webhook (no mail in it, as at the peers)", "≤", 60, lambda: cpu("webhook-no-mail")),
        ("Go ÷ ours, CPU per webhook", "≥", 2.2, lambda: go("webhook-no-mail")),
        ("CPU µs per download", "≤", 28, lambda: cpu("download")),
        ("Go ÷ ours, CPU per download", "≥", 2, lambda: go("download")),
        ("webhooks/s ÷ pgbench, same statements", "≥", 0.90, lambda: speed("webhook-no-mail") / limit("webhook-no-mail")),
        ("the same, mail sent and settled", "≥", 0.90, lambda: speed("webhook") / limit("webhook")),
        ("downloads/s ÷ pgbench, same statement", "≥", 0.92, lambda: speed("download") / limit("download")),
        ("Postgres CPU µs per sale", "≤", 180, lambda: rows["webhook-no-mail"]["maximum"]["backend_us"]["median"]),
        ("p99 ms at 32 connections, download", "≤", 3, lambda: rows["download"]["maximum"]["closed_p99_us"]["median"] / 1000),
        ("ms from exec to healthy, static build, the slowest", "≤", 4, starts),
        ("resident MiB, download, idle", "≤", 8, lambda: rows["download"]["memory"]["idle"]),
        ("resident MiB, download, after load", "≤", 12, lambda: rows["download"]["memory"]["loaded"]),
    ]
    print(f"\n{'goal':56}{'':>10}{'measured':>12}")
    for what, sign, goal, measure in table:
        measured = _get(measure, None)
        if measured is None:
            print(f"{what:56}{sign} {goal:<8}{'not measured':>12}")
            continue
        is_met = measured <= goal if sign == "≤" else measured >= goal
        print(f"{what:56}{sign} {goal:<8}{measured:>12.2f}  {'met' if is_met else 'MISSED'}")


def _get(read, otherwise="–"):
    """What `read` finds in the results; `otherwise` where that was not measured."""
    try:
        return read()
    except (KeyError, TypeError):
        return otherwise


def line(what, figure, form):
    """Median and spread."""
    print(f"  {what:44}{form.format(figure['median']):>10}  ({form.format(figure['min'])} to {form.format(figure['max'])})")


def scaled(figure, by):
    """The same figure in another unit."""
    return {name: value / by for name, value in figure.items()}
