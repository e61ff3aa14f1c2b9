"""Loses the database under load and brings it back: base backup, archived WAL, and what Stripe knows.

    Tests/Infra/restore-drill [--sales-a-second 20] [--seconds 15] [--archive-every 2]

Sells through checkout, the stand-in for Stripe and the webhook; takes a base backup while it sells; kills Postgres with
SIGKILL while it sells, and deletes its disk. Buyers who are on the payment page meanwhile pay all the same. Then restores
to the last archived WAL, reconciles, and holds every paid sale against its license and its key. Tells RPO (sales missing
before and after `latchkey reconcile`) and RTO (from the kill to the first moment that everything is there again).
"""

import argparse
import asyncio
import dataclasses
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "infra/local"), str(ROOT / "Tests/Faults")]
sys.dont_write_bytecode = True

import wire
from database import Database
from shop import FIGURES, Shop

from latchkey_local import table
from latchkey_local.commands import only_one
from latchkey_local.layout import Layout, free_front
from latchkey_local.postgres import OWNER, SUPERUSER, Cluster
from latchkey_local.processes import bare_environment
from latchkey_local.stack import usual_ports

FOLDER = ROOT / ".local/drill"
RUNBOOK, MARKS = ROOT / "infra/runbooks/restore.md", ("<!-- figures -->", "<!-- end of figures -->")
ROOMY = "checkout-address=1000000/60,webhook-failure=1000000/60"
# Buyers who are on the payment page when the database goes.
STRANDED = 20
LONGEST_RECOVERY = 120


class ArchivedCluster(Cluster):
    """A cluster that archives its WAL; made over a restored folder it first recovers from that archive."""

    def __init__(self, layout, settings, archive_every):
        super().__init__(layout, settings)
        self.archive = layout.folder / "archive"
        self.archive.mkdir(exist_ok=True)
        if self._user:
            shutil.chown(self.archive, self._user, self._user)
        self._archive_every = archive_every
        self._held = os.open(self.archive, os.O_RDONLY | os.O_DIRECTORY)

    def program(self):
        program, held = super().program(), f"/proc/self/fd/{self._held}"
        options = {
            "archive_mode": "on",
            "archive_command": f"test ! -f {held}/%f && cp %p {held}/%f.new && mv {held}/%f.new {held}/%f",
            "archive_timeout": str(self._archive_every),
            "restore_command": f"cp {held}/%f %p",
        }
        extra = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        return dataclasses.replace(
            program, command=[*program.command, *extra], kept_open=(*program.kept_open, self._held)
        )

    def base_backup(self, folder):
        """Copies the running server, as a scheduled backup does."""
        address = ["--host=127.0.0.1", f"--port={self._layout.database_port}", f"--username={SUPERUSER}"]
        subprocess.run(
            [self._binaries / "pg_basebackup", *address, f"--pgdata={folder}", "--checkpoint=fast", "--wal-method=fetch"],
            env=bare_environment() | {"PGPASSWORD": self._settings.database_password(SUPERUSER)},
            check=True,
        )

    def lose_disk(self):
        """Deletes the server's folder; what the killed server left running may still write there for a moment."""
        deadline = time.monotonic() + 10
        while self._data.exists():
            shutil.rmtree(self._data, ignore_errors=time.monotonic() < deadline)

    def put_back(self, backup):
        """Makes the backup the server's folder and has it recover from the archive when it starts."""
        shutil.copytree(backup, self._data)
        (self._data / "recovery.signal").touch()
        self._data.chmod(0o700)
        if self._user:
            subprocess.run(["chown", "-R", f"{self._user}:", self._data], check=True)
        self._handle = None

    def has_recovered(self):
        return self.ask("SELECT pg_is_in_recovery()") == "f"


class DrillShop(Shop):
    """The fault tests' shop, on a cluster that archives."""

    def __init__(self, layout, archive_every):
        super().__init__(layout, download_limit=10)
        self.cluster = ArchivedCluster(layout, self.settings, archive_every)
        self.database = Database(self.cluster, OWNER)

    def reconcile(self):
        """What the person at the terminal types; the exit code."""
        environment = bare_environment() | self.settings.of_operator() | {"LOG_LEVEL": "error"}
        environment["SMTP_URL"] = f"smtp://127.0.0.1:{self.layout.smtp_port}"
        with open(self.layout.log("latchkey"), "ab") as log:
            command = [self.layout.executable("latchkey"), "reconcile", "--since", "1h"]
            return subprocess.run(command, cwd=ROOT, env=environment, stdout=log, stderr=log).returncode


class Drill:
    """One loss and one return."""

    def __init__(self, shop, sales_a_second):
        self.shop = shop
        self.functions = [shop.function(name, RATE_LIMITS=ROOMY) for name in ["checkout", "webhook"]]
        port = {name: shop.layout.port(row.port) for name, row in shop.functions.items()}
        self.checkout = port["checkout"]
        # Stripe goes on for days; a short drill must not outlast its stand-in's patience.
        self.sandbox = shop.sandbox(WEBHOOK_URL=f"http://127.0.0.1:{port['webhook']}/webhooks/stripe", RETRY_LIMIT="2")
        self.pause = 1 / sales_a_second
        self.paid = {}
        self.is_over = False

    async def up(self):
        await self.sandbox.start()
        for function in self.functions:
            await function.start()

    async def down(self):
        for function in [*self.functions, self.sandbox]:
            await function.stop()

    async def sell(self):
        """Sells until told to stop, whatever becomes of the database."""
        async with asyncio.TaskGroup() as group:
            while not self.is_over:
                group.create_task(self._buy())
                await asyncio.sleep(self.pause)

    async def _buy(self):
        if begun := await self.begin():
            await self.pay(*begun)

    async def begin(self):
        """A session and its buyer; None where the shop cannot make one."""
        email = f"buyer-{len(self.paid)}-{os.urandom(4).hex()}@customer.example"
        body = json.dumps({"product": "genx-delay", "quantity": 1, "email": email}).encode()
        fields = {"Content-Type": "application/json", "Accept": "application/json"}
        answer = await wire.ask(self.checkout, "POST", "/checkout", fields, body)
        if answer is None or answer.status not in (200, 201):
            return None
        return answer.json()["session_id"], email

    async def pay(self, session, email):
        form = urlencode({"email": email, "name": "Drill Buyer"}).encode()
        fields = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = await wire.ask(self.sandbox.port, "POST", f"/pay/{session}/pay", fields, form)
        if answer and answer.status == 303:
            self.paid[session] = email

    async def sales(self):
        """Every paid order's license, by session, as the database has it."""
        rows = await self.shop.database.rows(
            """SELECT o.stripe_session_id, l.id, encode(l.key_hash, 'hex') FROM orders o JOIN licenses l ON l.order_id = o.id
            WHERE o.status = 'paid' AND l.status = 'active'"""
        )
        return {session: (license, digest) for session, license, digest in rows}


async def drill(shop, asked):
    """The whole of it; answers the figures and what is wrong."""
    test, backup = Drill(shop, asked.sales_a_second), shop.layout.folder / "backup"
    await test.up()
    try:
        selling = asyncio.create_task(test.sell())
        await asyncio.sleep(asked.seconds / 3)
        since = time.monotonic()
        await asyncio.to_thread(shop.cluster.base_backup, backup)
        backup_time = time.monotonic() - since
        await asyncio.sleep(asked.seconds * 2 / 3)
        stranded = [begun for begun in [await test.begin() for _ in range(STRANDED)] if begun]
        before = await test.sales()
        shop.signal_postgres(signal.SIGKILL)
        killed, killed_at = time.monotonic(), time.time()
        await shop.postgres_ended()
        shop.database = Database(shop.cluster, OWNER)
        shop.cluster.lose_disk()
        for begun in stranded:
            await test.pay(*begun)
        test.is_over = True
        await selling
        shop.cluster.put_back(backup)
        await shop.start_postgres()
        deadline = time.monotonic() + LONGEST_RECOVERY
        while not shop.cluster.has_recovered():
            if time.monotonic() > deadline:
                return {}, [f"Postgres still recovers after {LONGEST_RECOVERY} s: see {shop.layout.log('postgres')}"]
            await asyncio.sleep(0.1)
        database_time = time.monotonic() - killed
        restored = await test.sales()
        newest = float(await shop.database.value(
            f"SELECT extract(epoch FROM max(paid_at)) FROM orders WHERE paid_at <= to_timestamp({killed_at})"
        ))
        rounds, code = 0, None
        while code != 0 and rounds < 5:
            code, rounds = await asyncio.to_thread(shop.reconcile), rounds + 1
        everything_time = time.monotonic() - killed
        after = await test.sales()
    finally:
        test.is_over = True
        await test.down()
    figures = {
        "sales": len(test.paid),
        "sales_before_the_loss": len(before),
        "of_them_lost_with_the_disk": len(before.keys() - restored.keys()),
        "paid_while_the_database_was_gone": len(test.paid.keys() - before.keys()),
        "archived_wal_segments": sum(1 for _ in shop.cluster.archive.glob("0*")),
        "base_backup_seconds": round(backup_time, 1),
        "rpo_seconds_before_reconcile": round(killed_at - newest, 1),
        "rpo_sales_before_reconcile": len(test.paid.keys() - restored.keys()),
        "rpo_sales_after_reconcile": len(test.paid.keys() - after.keys()),
        "rto_database_seconds": round(database_time, 1),
        "rto_everything_seconds": round(everything_time, 1),
    }
    return figures, [*wrong(test, before, restored, after, code), *wrong_mails(shop, test, after)]


def wrong(test, before, restored, after, code):
    """What is not as it was, or not as Stripe knows it."""
    faults = [] if code == 0 else [f"latchkey reconcile ended with {code}: see its log"]
    faults += [f"{session} was paid and is not sold" for session in sorted(test.paid.keys() - after.keys())]
    faults += [f"{session} was sold and not paid" for session in sorted(after.keys() - test.paid.keys())]
    faults += [
        f"{session} has another license or key than before the loss"
        for session in sorted(before.keys() & after.keys())
        if before[session] != after[session]
    ]
    if not before.keys() - restored.keys():
        faults.append("nothing was lost, so the drill shows nothing: archive more seldom, or sell more")
    return faults


def wrong_mails(shop, test, after):
    """Buyers without a mail, or with another key in a second mail than in the first."""
    keys = {}
    for mail in shop.mail.mails:
        keys.setdefault(mail.to, set()).update(mail.keys)
    faults = []
    for session, email in test.paid.items():
        if session in after and len(keys.get(email, ())) != 1:
            faults.append(f"{session}: {len(keys.get(email, ()))} different keys were mailed instead of one")
    return faults


async def run(asked):
    if FOLDER.exists():
        shutil.rmtree(FOLDER)
    layout = Layout(ROOT, FOLDER, free_front(usual_ports(table.load(ROOT))))
    with only_one(layout):
        shop = DrillShop(layout, asked.archive_every)
        try:
            await shop.up()
            return await drill(shop, asked)
        finally:
            await asyncio.shield(shop.down())


def write(figures):
    """Puts the figures between their marks in the runbook."""
    rows = [f"| {name.replace('_', ' ')} | {value} |" for name, value in figures.items()]
    before, rest = RUNBOOK.read_text(encoding="utf-8").split(MARKS[0])
    after = rest.split(MARKS[1])[1]
    table = "\n".join(["| Figure | Last run |", "| --- | --- |", *rows])
    RUNBOOK.write_text(f"{before}{MARKS[0]}\n{table}\n{MARKS[1]}{after}", encoding="utf-8")


def main():
    read = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    read.add_argument("--sales-a-second", type=float, default=20)
    read.add_argument("--seconds", type=float, default=15)
    read.add_argument("--archive-every", type=int, default=2, help="seconds: archive_timeout")
    read.add_argument("--write", action="store_true", help="put the figures into infra/runbooks/restore.md")
    asked = read.parse_args()
    figures, faults = asyncio.run(run(asked))
    for fault in faults[:20]:
        print(f"✗ {fault}")
    for name, value in figures.items():
        print(f"{name.replace('_', ' '):36} {value}")
    FIGURES.mkdir(parents=True, exist_ok=True)
    (FIGURES / "restore.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    if asked.write and not faults:
        write(figures)
    print(f"{int(not faults)} passed, {len(faults)} failed")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
