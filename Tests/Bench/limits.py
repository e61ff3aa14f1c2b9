"""What the parts can do alone: Postgres under pgbench with our own statements, HTTP under a bare libuv and llhttp."""

import os
import re
import subprocess

from process import cpu
from shop import DATABASE_CONNECTIONS, FUNCTION_CORE, OTHER_CORE, children

# Each value with a name as an expression over the transaction's own number; all others are sent as they are.
EXPRESSIONS = {
    "event_id": "'evt_pg' || :n::text",
    "session_id": "'cs_test_pg' || :n::text",
    "payment_intent": "'pi_pg' || :n::text",
    "email": "'buyer' || :n::text || '@customer.example'",
    "order_id": "('0190f000-0000-7000-8000-' || lpad(to_hex(:n::bigint), 12, '0'))::uuid",
    "fallback_order_id": "('0190f000-0000-7000-8001-' || lpad(to_hex(:n::bigint), 12, '0'))::uuid",
    "customer_id": "('0190f000-0000-7000-8002-' || lpad(to_hex(:n::bigint), 12, '0'))::uuid",
    "email_id": "('0190f000-0000-7000-8004-' || lpad(to_hex(:n::bigint), 12, '0'))::uuid",
    "license_ids": "ARRAY[('0190f000-0000-7000-8005-' || lpad(to_hex(:n::bigint), 12, '0'))::uuid]",
    "license_id": "('0190f000-0000-7000-8005-' || lpad(to_hex(:n::bigint), 12, '0'))::uuid",
    "key_hashes": "ARRAY[sha256(int8send(:n::bigint))]",
    "key_hash": "sha256(int8send(:n::bigint))",
    "now": "now() + :pOFFSET * interval '1 second'",
    "limit_keys": "ARRAY[sha256(int8send(:caller::bigint)), sha256(int8send(:grant::bigint + 1000000))]",
}
NEW_GRANT = "('0190f000-0000-7000-8003-' || lpad(to_hex(:n::bigint), 12, '0'))::uuid"
OLD_GRANT = "('0190f000-0000-7000-9000-' || lpad(to_hex(:grant::bigint), 12, '0'))::uuid"

# How many transactions have had their effect so far.
SALES = "SELECT count(*) FROM licenses l JOIN orders o ON o.id = l.order_id WHERE o.stripe_session_id LIKE 'cs_test_pg%' AND o.paid_at IS NOT NULL"
DOWNLOADS = "SELECT sum(uses) FROM download_grants"


class PgBench:
    """One script of pgbench made of captured statements."""

    def __init__(self, shop, role, statements, values, grants=0):
        self._shop = shop
        self._role = role
        self._variables = {}
        self._values = values
        self._effects = DOWNLOADS if grants else SALES
        grant = OLD_GRANT if grants else NEW_GRANT
        lines = [f"\\set i :i + 1", f"\\set n :base + :i * {DATABASE_CONNECTIONS} + :client_id"]
        if grants:
            lines += [f"\\set grant random(0, {grants - 1})", "\\set caller random(0, 2047)"]
        for transaction in sorted({statement.transaction for statement in statements}):
            lines.append("\\startpipeline")
            lines += [self._filled(s, grant) + ";" for s in statements if s.transaction == transaction]
            lines.append("\\endpipeline")
        self.script = "\n".join(lines) + "\n"

    def run(self, seconds, base, core=FUNCTION_CORE):
        """Transactions a second and the bytes of log for each, over `seconds`.

        Ends the program unless each transaction had its whole effect: a statement that finds nothing to do is fast.
        """
        shop = self._shop
        done_before = int(shop.sql(self._effects))
        file = shop.layout.folder / "requests" / "script.sql"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(self.script)
        variables = self._variables | {"base": base, "i": 0}
        command = ["pgbench", "-n", "-M", "prepared", "-c", DATABASE_CONNECTIONS, "-j", 1, "-T", seconds, "-f", file]
        command += ["-h", "127.0.0.1", "-p", shop.layout.database_port, "-U", self._role]
        command += [f"-D{name}={value}" for name, value in variables.items()]
        before = int(shop.sql("SELECT pg_current_wal_insert_lsn() - '0/0'"))
        done = subprocess.run(
            [*map(str, command), "latchkey"],
            env={"PATH": os.environ["PATH"], "PGPASSWORD": shop.settings.database_password(self._role)},
            capture_output=True,
            text=True,
            preexec_fn=lambda: os.sched_setaffinity(0, core),
        )
        if done.returncode or "failed transactions: 0 (" not in done.stdout:
            raise SystemExit(f"pgbench: {done.stderr[:3000]}\n{done.stdout}")
        wal = int(shop.sql("SELECT pg_current_wal_insert_lsn() - '0/0'")) - before
        count = int(re.search(r"actually processed: (\d+)", done.stdout)[1])
        if count < DATABASE_CONNECTIONS:
            raise SystemExit(f"pgbench managed {count} transactions in {seconds} s: the machine is too busy to measure")
        effects = int(shop.sql(self._effects)) - done_before
        # Downloads of one file within an hour are one use.
        if not (0 < effects <= count if self._effects == DOWNLOADS else effects == count):
            raise SystemExit(f"pgbench ran {count} transactions, and {effects} had an effect")
        return {
            "per_second": float(re.search(r"tps = ([\d.]+) \(without", done.stdout)[1]),
            "wal_bytes": wal / count,
            "latency_ms": float(re.search(r"latency average = ([\d.]+)", done.stdout)[1]),
        }

    def _filled(self, statement, grant):
        """The statement with an expression or a variable in each value's place."""

        def filled(match):
            parameter = statement.parameters[int(match[1]) - 1]
            return f"({self._expression(parameter, grant)})::{parameter.type}"

        return re.sub(r"\$(\d+)", filled, statement.text)

    def _expression(self, parameter, grant):
        if parameter.name == "grant_id":
            return grant
        if parameter.name == "now":
            return EXPRESSIONS["now"].replace("pOFFSET", self._variable(parameter.offset)) if parameter.offset else "now()"
        if parameter.name in EXPRESSIONS:
            return EXPRESSIONS[parameter.name]
        value = self._values[parameter.name] if parameter.name else parameter.constant
        return "NULL" if value is None else f":{self._variable(value)}"

    def _variable(self, value):
        for name, known in self._variables.items():
            if known == value:
                return name
        name = f"p{len(self._variables) + 1}"
        self._variables[name] = value
        return name


def postgres_cpu(shop):
    """Seconds of user and system time of the server's processes that run now."""
    return sum(cpu(process) for process in children(shop.postgres_pid))


def backend_cpu(shop, role):
    """The same of the backends of one role."""
    pids = shop.sql(f"SELECT pid FROM pg_stat_activity WHERE usename = '{role}'").split()
    return sum(cpu(int(pid)) for pid in pids)
