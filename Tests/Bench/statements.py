"""The statements as the running function sends them, with a name for each value, so that nothing here can drift.

A function is told of one made-up sale, or asked for one download, while Postgres logs what it executes. Each bound value
is then named by comparing it with what the sale is known to hold and with the rows that it left. What has no name is a
constant of the source. Those who run the same statements (pgbench, the peers) get texts, names and types from here.
"""

import datetime
import json
import re
import time
from dataclasses import asdict, dataclass

PREFIX = re.compile(r"^(\d{4}-\d\d-\d\d [\d:.]+ UTC) \[(\d+)\] (\S*) (\w+)@\w+ (\w+):  ", re.MULTILINE)
EXECUTE = re.compile(r"duration: [\d.]+ ms  execute [^:]+: (.*)", re.DOTALL)
VALUE = re.compile(r"\$(\d+) = (NULL|'((?:[^']|'')*)')", re.DOTALL)
LOG_PREFIX = "%m [%p] %v %q%u@%d "


@dataclass(frozen=True)
class Parameter:
    """One bound value: its type, and its name or, where it has none, the constant it always is."""

    type: str
    name: str = ""
    constant: str = None
    offset: float = 0  # of `now`: seconds from the present


@dataclass(frozen=True)
class Statement:
    """One statement and its values, and which statements share its transaction."""

    text: str
    transaction: int
    parameters: tuple


class Capture:
    """Reads what one role executes."""

    def __init__(self, shop, role):
        self._shop = shop
        self._role = role
        self._log = shop.layout.log("postgres")
        self._start = 0

    def __enter__(self):
        self._shop.sql(f"ALTER ROLE {self._role} SET log_min_duration_statement = 0")
        return self

    def __exit__(self, *_):
        self._shop.sql(f"ALTER ROLE {self._role} RESET log_min_duration_statement")

    def begin(self):
        """Forgets what was executed so far."""
        self._start = self._log.stat().st_size

    def read(self, names):
        """What was executed since, named after `names` (from a value to its name)."""
        with open(self._log, "rb") as log:
            log.seek(self._start)
            text = log.read().decode()
        found, transactions, executed, now = [], [], None, time.time()
        entries = [*PREFIX.finditer(text)]
        for entry, following in zip(entries, [*entries[1:], None]):
            said = text[entry.end() : following.start() if following else len(text)].rstrip("\n").replace("\n\t", "\n")
            if entry[4] != self._role:
                continue
            if entry[5] == "LOG":
                executed = EXECUTE.match(said)
                if not executed:
                    continue
                if (entry[2], entry[3]) not in transactions:
                    transactions.append((entry[2], entry[3]))
                found.append([executed[1], transactions.index((entry[2], entry[3])), {}])
            elif executed and said.startswith("parameters:"):
                found[-1][2] = {int(place): None if raw == "NULL" else value.replace("''", "'") for place, raw, value in VALUE.findall(said)}
        return [self._statement(*each, names, now) for each in found]

    def _statement(self, text, transaction, values, names, now):
        types = self._types(text)
        if len(types) != len(values):
            raise SystemExit(f"a statement with {len(types)} parameters was logged with {len(values)} values")
        return Statement(text, transaction, tuple(_named(type, values[place + 1], names, now) for place, type in enumerate(types)))

    def _types(self, text):
        prepared = f"PREPARE asked AS {text};\nSELECT array_to_json(parameter_types) FROM pg_prepared_statements WHERE name = 'asked'"
        return json.loads(self._shop.sql(prepared))


def _named(type, value, names, now):
    if value is None:
        return Parameter(type, constant=None)
    if value in names:
        return Parameter(type, names[value])
    if type == "timestamp with time zone":
        offset = datetime.datetime.fromisoformat(value).timestamp() - now
        return Parameter(type, "now", offset=round(offset / 30) * 30)
    if type == "uuid":
        return Parameter(type, "fallback_order_id")
    if type == "bytea[]":
        return Parameter(type, "limit_keys")
    return Parameter(type, constant=value)


def as_json(statements):
    """What the peers read."""
    return [asdict(statement) for statement in statements]


def sale_names(shop, event, n):
    """The names of what stands in the statements about the sale that `event` told of, by value."""
    session = event["data"]["object"]
    order = session["metadata"]["latchkey_order"]
    row = shop.sql(
        f"""SELECT l.id, l.key_hash, l.key_last_four, e.id, g.id, o.customer_id, i.product_id
        FROM orders o JOIN licenses l ON l.order_id = o.id LEFT JOIN emails e ON e.order_id = o.id
        JOIN download_grants g ON g.order_id = o.id JOIN order_lines i ON i.order_id = o.id WHERE o.id = '{order}'"""
    ).split("|")
    license, key_hash, last_four, email, grant, customer, product = row
    created = datetime.datetime.fromtimestamp(event["created"], datetime.timezone.utc).strftime("%Y-%m-%d %H:%M:%S+00")
    return {
        event["id"]: "event_id",
        event["type"]: "event_type",
        event["api_version"]: "api_version",
        created: "created",
        json.dumps(event): "payload",
        session["id"]: "session_id",
        session["payment_intent"]: "payment_intent",
        session["customer_details"]["email"]: "email",
        session["customer_details"]["name"]: "customer_name",
        str(session["amount_total"]): "amount",
        session["currency"]: "currency",
        order: "order_id",
        product: "product_id",
        customer: "customer_id",
        grant: "grant_id",
        email: "email_id",
        f"{{{license}}}": "license_ids",
        license: "license_id",
        '{"\\\\' + key_hash[1:] + '"}': "key_hashes",
        key_hash: "key_hash",
        f"{{{last_four}}}": "last_fours",
        last_four: "last_four",
    }
