"""infra/capacity.md as text: the words around what infra/capacity.py computes."""

import textwrap

from capacity import SERVICES, uses

HEAD = """\
# Past one machine

What a shop costs at {volumes} sales a day, which part is full first, and what to change then. Computed by
`infra/capacity.py` from `infra/capacity.json`, where every price and limit has its page; do not edit this page.
Prices are Google's for a Tier 1 region, in dollars without tax, as read on {read}. They change: put the new ones
in and run `infra/capacity.py --write`. Stripe's share and the mail provider's are not in it.
"""

CHANGE = """\
## What to change then

In this order, each step when the one before is used up. None of them changes a line of the functions until the last.

1. **A bigger database** (`infra/runbooks/bigger-database.md`): the next tier doubles CPU and connections in a minute's
   restart. A bigger disk is faster as well.
2. **Pooling**, when connections are full and the CPU is not. The functions hold a connection only while a statement runs,
   send each statement whole in one round trip and keep no session state but two advisory locks: `latchkey migrate` and
   `reconcile` hold one for their whole run, so these two keep a direct connection. Cloud SQL's managed pooling does it in
   transaction mode; it needs the Enterprise Plus edition, and a private address or the Auth Proxy instead of the socket
   below `/cloudsql` (<https://cloud.google.com/sql/docs/postgres/managed-connection-pooling>).
3. **Read replicas** for what only reads: verifying a license and the order's page. A replica has `licenses.status` some
   milliseconds late, so a revoked license may pass once more; downloads count a use and stay with the primary. Rate limits
   live in an unlogged table, which a replica does not have: the gate stays with the primary, or moves into the process.
4. **Shorter memory**: the ledger's words are trimmed after 90 days already; old orders can move to a table of their own.
5. **A region each**: every product, customer and order belongs to a row of `shops`, and every unique key is a shop's. A
   shop, or a continent, gets a database, a bucket and functions of its own from the same Terraform module; Stripe's
   events go to the endpoint of their account.
6. **Another engine behind libpq**, when one shop is larger than one machine can write: AlloyDB first, because nothing
   changes; Citus, distributed by shop, when there are many shops; Spanner only with the statements written anew.
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
        f"\nOf each sale {file['downloads_a_sale']} files of {file['bytes'] // 10**6} MB are fetched ({file['why']}), and"
        f" {model.inputs['storefront']['page_views_a_sale']} pages are looked at ({model.inputs['storefront']['why']}). A"
        f" database keeps {model.inputs['database']['kept_days']} days of sales. While nobody buys, the load balancer and"
        " the database are the bill.\n",
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
        "## What is full first\n",
        f"Sales a day at which each part is full, if the busiest second is {peak['factor']} times the mean ({peak['why']});"
        f" the smallest of a row is the limit. The database counts as full at {load['database_cpu']:.0%} of its CPU"
        f" ({load['why']}).\n",
        _table(["Database", *names], rows),
        "\nWhat the busiest second asks for:\n",
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
        f"First full is {'; then '.join(said)}. Connections are counted as they could be at worst: an instance's"
        f" {each['pool_size']}, twice while a new revision takes over, because Terraform refuses a shop that could run out of"
        " them. What `infra/terraform/production.tfvars` lets the functions hold at most is checked there, and does not grow with"
        " sales. Instances are few because one answers hundreds of requests a second; a pool of ten an instance, or a"
        " database that is given fewer connections, would make connections the first to be full. Commits are counted as if"
        " each waited for the disk alone; under load several share one flush, so that the true limit is higher."
    )


def _sale(model):
    rows = []
    for row in model.inputs["per_sale"]:
        measured = model.inputs["measured"][row["row"]]
        rows.append([row["what"], f"`{row['service']}`", str(row["requests"]), f"{measured['cpu_us'] / 1e3:.2f}", f"{measured['postgres_us'] / 1e3:.2f}", f"{measured['wal_bytes']:,}", f"{row['held_ms']}" + (f", {row['held']}" if row["held"] else "")])
    rows.append(["**one sale**", "", f"**{model.requests_a_sale()}**", *(f"**{value}**" for value in [f"{model.per_sale('cpu_us') / 1e3:.2f}", f"{model.per_sale('postgres_us') / 1e3:.2f}", f"{model.per_sale('wal_bytes'):,}"]), ""])
    sources = "\n".join(f"- {name}: {row['source']}" for name, row in model.inputs["measured"].items())
    return "\n".join([
        "## What a sale asks for\n",
        "CPU and WAL are of each request; the sum counts them as often as they come.\n",
        _table(["Request", "Function", "Times", "CPU ms", "Postgres ms", "WAL bytes", "Waits ms"], rows),
        f"\nWhere the figures come from (`infra/capacity.py --take .local/bench.json` takes them anew):\n\n{sources}\n",
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
        "## What the SQL asks of another engine\n",
        f"{intro} Found in the migrations (`infra/migrations`) and the statements (`Shared`); «lacks» links to the page that says"
        " so or whose grammar has no such thing. Citus lacks what it lacks only where a statement concerns more than one shop,"
        " if tables are distributed by shop.\n",
        _table(["Feature", "Where", *engines, "Instead"], rows),
        f"\nNot used: {_list(unused)}.\n",
    ])


def _prices(inputs):
    rows = [[f"{price['usd']:g}", price["unit"], f"{price['free']:,}" if price["free"] else "–", f"<{price['page']}>"] for price in inputs["prices"]]
    limits = [[f"{limit['value']:g}", limit["what"], f"<{limit['page']}>"] for limit in inputs["limits"]]
    return "\n".join([
        f"## Prices and limits, as read on {inputs['read']}\n",
        _table(["Dollars", "For each", "Free a month", "Page"], rows),
        "",
        _table(["Limit", "Of what", "Page"], limits),
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
