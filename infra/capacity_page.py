"""The text of infra/capacity.md around the figures that infra/capacity.py computes."""

import textwrap

from capacity import SERVICES, uses

HEAD = """\
# Capacity and cost

The cost of a shop at {volumes} sales a day, the limit reached first, and how to scale further. Computed by
`infra/capacity.py` from `infra/capacity.json`, which names the source of every price and limit; do not edit this page.
Prices are Google's for a Tier 1 region, in dollars without tax, as of {read}. When they change, update the JSON and
run `infra/capacity.py --write`. Stripe's fees and the mail provider's are not included.
"""

CHANGE = """\
## How to scale

In this order, each step when the previous one is exhausted. Only the last requires changes to the functions.

1. **A bigger database** (`infra/runbooks/bigger-database.md`): the next tier doubles CPU and connections in a minute's
   restart. A bigger disk is also faster.
2. **Pooling**, when the connections are exhausted before the CPU. The functions hold a connection only while a
   statement runs, send each statement whole in one round trip and keep no session state but two advisory locks:
   `latchkey migrate` and `reconcile` hold one for their whole run, so these two keep a direct connection. Cloud SQL's
   managed pooling supports this in transaction mode; it needs the Enterprise Plus edition, and a private address or the
   Auth Proxy instead of the socket below `/cloudsql`
   (<https://cloud.google.com/sql/docs/postgres/managed-connection-pooling>).
3. **Read replicas** for read-only work: verifying a license and the order's page. A replica receives `licenses.status`
   some milliseconds late, so a revoked license may be accepted once more; downloads count a use and stay with the
   primary. Rate limits are in an unlogged table, which a replica does not have: the gate stays on the primary, or moves
   into the process.
4. **Shorter retention**: event payloads are trimmed after 90 days already; old orders can move to an archive table.
5. **Sharding by shop or region**: every product, customer and order belongs to a row of `shops`, and every unique key
   includes the shop. A shop, or a continent, gets its own database, bucket and functions from the same Terraform
   module; Stripe's events go to the endpoint of their account.
6. **Another engine behind libpq**, when one shop exceeds the writes of one machine: AlloyDB first, because nothing
   changes; Citus, distributed by shop, for many shops; Spanner only with rewritten statements.
"""


def page(model):
    """The whole page."""
    inputs = model.inputs
    volumes = inputs["volumes"]
    each = [
        HEAD.format(volumes=_list([f"{volume:,}" for volume in volumes]), read=inputs["read"]),
        _costs(model, volumes),
        _first(model, volumes),
        _sale(model),
        CHANGE,
        _engines(inputs),
        _prices(inputs),
    ]
    return "\n".join(_wrapped(part) for part in each)


def _wrapped(text):
    """Long paragraphs broken into lines; tables and lists as they are."""
    lines = [line if line.startswith(("|", "-", " ")) or len(line) <= 120 else _filled(line) for line in text.split("\n")]
    return "\n".join(lines)


def _filled(line):
    return textwrap.fill(line, 120, break_long_words=False, break_on_hyphens=False)


def _costs(model, volumes):
    columns = {volume: model.costs(volume) for volume in volumes}
    names = list(next(iter(columns.values()))[1])
    rows = [[name, *(_dollars(columns[volume][1][name]) for volume in volumes)] for name in names]
    totals = {volume: sum(columns[volume][1].values()) for volume in volumes}
    month = model.inputs["days_a_month"]
    rows.append(["**a month**", *(f"**{_dollars(totals[volume])}**" for volume in volumes)])
    rows.append(["a sale", *(f"{totals[volume] / (volume * month):.3f}" for volume in volumes)])
    rows.append(["the database", *(f"`{columns[volume][0]['name']}`" + ("" if model.inputs["database"]["zones_at_volume"][str(volume)] == 1 else ", two zones") for volume in volumes)])
    file = model.inputs["file"]
    return "\n".join([
        "## What it costs\n",
        _table(["Dollars a month", *(f"{volume:,} sales a day" for volume in volumes)], rows),
        f"\nPer sale, {file['downloads_a_sale']} files of {file['bytes'] // 10**6} MB are downloaded ({file['why']}), and"
        f" {model.inputs['storefront']['page_views_a_sale']} pages are viewed ({model.inputs['storefront']['why']}). A"
        f" database keeps {model.inputs['database']['kept_days']} days of sales. Without sales, the load balancer and the"
        " database are the only costs.\n",
    ])


def _first(model, volumes):
    tiers = model.inputs["tiers"]
    names = list(model.saturation(tiers[0]))
    rows = []
    for tier in tiers:
        found = model.saturation(tier)
        first = min(found, key=found.get)
        rows.append([f"`{tier['name']}`", *(f"**{_thousands(found[name])}**" if name == first else _thousands(found[name]) for name in names)])
    peak, load = model.inputs["peak"], model.inputs["load"]
    needs = [[f"{volume:,}", f"{model.peak(volume):.2f}", str(sum(model.instances(service, model.peak(volume)) for service in SERVICES)), str(model.connections(model.peak(volume))), f"{model.peak(volume) * model.per_sale('postgres_us') / 1e6:.3f}", f"{model.peak(volume) * model.per_sale('wal_bytes') / 1e6:.2f}"] for volume in volumes]
    return "\n".join([
        "## The first limit\n",
        f"Sales a day at which each part is exhausted, if the busiest second is {peak['factor']} times the mean ({peak['why']});"
        f" the smallest in a row is the limit. The database counts as exhausted at {load['database_cpu']:.0%} of its CPU"
        f" ({load['why']}).\n",
        _table(["Database", *names], rows),
        "\nResources needed in the busiest second:\n",
        _table(["Sales a day", "Sales a second", "Instances", "Connections", "Database CPUs", "WAL MB/s"], needs),
        f"\n{_verdict(model)}\n",
    ])


def _verdict(model):
    """Which part is the limit on which databases, in words."""
    by_part = {}
    for tier in model.inputs["tiers"]:
        found = model.saturation(tier)
        by_part.setdefault(min(found, key=found.get), []).append(f"`{tier['name']}`")
    said = [f"{part} on {_list(tiers)}" for part, tiers in by_part.items()]
    each = model.inputs["instances"]
    return (
        f"The first limit is {'; then '.join(said)}. Connections are counted for the worst case: an instance's"
        f" {each['pool_size']}, twice while a new revision takes over, because Terraform rejects a shop that could run out of"
        " them. Terraform checks the maximum that `infra/terraform/production.tfvars` allows the functions; it does not grow"
        " with sales. There are few instances because one handles hundreds of requests a second; with a pool of ten per"
        " instance, or fewer connections of the database, connections would be the first limit. Commits are counted as if"
        " each waited for its own flush; under load several share one flush, so that the real limit is higher."
    )


def _sale(model):
    rows = []
    for row in model.inputs["per_sale"]:
        measured = model.inputs["measured"][row["row"]]
        rows.append([row["what"], f"`{row['service']}`", str(row["requests"]), f"{measured['cpu_us'] / 1e3:.2f}", f"{measured['postgres_us'] / 1e3:.2f}", f"{measured['wal_bytes']:,}", f"{row['held_ms']}" + (f", {row['held']}" if row["held"] else "")])
    rows.append(["**one sale**", "", f"**{model.requests_a_sale()}**", *(f"**{value}**" for value in [f"{model.per_sale('cpu_us') / 1e3:.2f}", f"{model.per_sale('postgres_us') / 1e3:.2f}", f"{model.per_sale('wal_bytes'):,}"]), ""])
    sources = "\n".join(f"- {name}: {row['source']}" for name, row in model.inputs["measured"].items())
    return "\n".join([
        "## Resources per sale\n",
        "CPU and WAL are per request; the sum multiplies them by the number of requests.\n",
        _table(["Request", "Function", "Times", "CPU ms", "Postgres ms", "WAL bytes", "Waits ms"], rows),
        f"\nSources of the figures (`infra/capacity.py --take .local/bench.json` updates them):\n\n{sources}\n",
    ])


def _engines(inputs):
    engines = inputs["engines"]
    rows, unused = [], []
    for feature in inputs["features"]:
        files = uses(feature)
        if not files:
            unused.append(feature["name"])
            continue
        marks = [f"[lacks]({feature['lacks'][engine]})" if engine in feature["lacks"] else "has" for engine in engines]
        rows.append([feature["name"], ", ".join(f"`{_short(file)}`" for file in files), *marks, feature["instead"]])
    intro = " ".join(f"[{name}]({engine['page']}) is {engine['is']}." for name, engine in engines.items())
    return "\n".join([
        "## SQL features and other engines\n",
        f"{intro} Found in the migrations (`infra/migrations`) and the statements (`Shared`); «lacks» links to the page that says"
        " so, or to a grammar without the feature. If tables are distributed by shop, Citus lacks a feature only for"
        " statements that concern more than one shop.\n",
        _table(["Feature", "Where", *engines, "Instead"], rows),
        f"\nNot used: {_list(unused)}.\n",
    ])


def _prices(inputs):
    rows = [[f"{price['usd']:g}", price["unit"], f"{price['free']:,}" if price["free"] else "–", f"<{price['page']}>"] for price in inputs["prices"]]
    limits = [[f"{limit['value']:g}", limit["what"], f"<{limit['page']}>"] for limit in inputs["limits"]]
    return "\n".join([
        f"## Prices and limits, as of {inputs['read']}\n",
        _table(["Dollars", "Per", "Free per month", "Page"], rows),
        "",
        _table(["Limit", "Resource", "Page"], limits),
        "",
    ])


def _short(file):
    return file.rsplit("/", 1)[1]


def _table(head, rows):
    return "\n".join(["| " + " | ".join(cells) + " |" for cells in [head, ["---"] * len(head), *rows]])


def _list(words):
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]


def _dollars(amount):
    return f"{amount:,.2f}" if amount < 100 else f"{amount:,.0f}"


def _thousands(amount):
    return f"{amount:,.0f}" if amount < 1000 else f"{round(amount, -3):,.0f}"
