"""A shop of the fault tests' own: a Postgres and a mail server that they may ill-treat, and every function's settings."""

import asyncio
import contextlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "infra/local"))

from database import Database
from function import Function
from mailbox import MailServer

from latchkey_local import demo_release, table
from latchkey_local.commands import only_one
from latchkey_local.layout import Layout, free_front
from latchkey_local.postgres import OWNER, Cluster
from latchkey_local.processes import bare_environment, start
from latchkey_local.settings import Settings
from latchkey_local.stack import usual_ports, wait_for_cluster

FIGURES = ROOT / ".local/figures"


class Shop:
    """One shop with a product and a published release, of which no function runs until a test starts it."""

    def __init__(self, layout, download_limit):
        self.layout = layout
        self.functions = {function.name: function for function in table.load(ROOT)}
        self.settings = Settings(layout)
        self.cluster = Cluster(layout, self.settings)
        self.database = Database(self.cluster, OWNER)
        self.mail = MailServer(layout.smtp_port)
        self.download_limit = download_limit
        self._postgres = None

    async def up(self):
        """Starts the services and fills the catalog."""
        self.cluster.make()
        await self.start_postgres()
        self.cluster.ask(f"DROP DATABASE IF EXISTS {OWNER}")
        self.cluster.make_owner_and_database()
        self._latchkey("migrate")
        self.cluster.let_in(function.role for function in self.functions.values())
        self._latchkey("catalog", "apply", str(self._catalog()))
        folder, _ = demo_release.make(self.layout)
        product, version = demo_release.PRODUCT, demo_release.VERSION
        self._latchkey("release", "publish", str(folder), "--product", product, "--version", version)
        await self.mail.start()

    async def down(self):
        """Stops the services."""
        await self.mail.stop()
        await self.database.close()
        if self._postgres:
            await self._postgres.stop()

    async def start_postgres(self):
        """Starts the database server and waits until it takes connections."""
        self._postgres = await start(self.cluster.program())
        await wait_for_cluster(self.cluster, self._postgres)

    def signal_postgres(self, number):
        """Tells the database server to go, in the way that the signal says."""
        self._postgres.process.send_signal(number)

    async def postgres_ended(self):
        """Waits until the database server is gone."""
        await self._postgres.process.wait()

    def function(self, name, **settings):
        """A function as a process that is not started yet; `settings` replace its own."""
        row = self.functions[name]
        environment = self.settings.of(row) | settings
        return Function(name, self.layout.executable(name), environment, self.layout.log(name))

    def sandbox(self, **settings):
        """The stand-in for Stripe as a process that is not started yet."""
        environment = self.settings.of_sandbox() | {"LOG_LEVEL": "info"} | settings
        return Function("sandbox", self.layout.executable("sandbox"), environment, self.layout.log("sandbox"))

    def setting(self, function, name):
        """What a function is told."""
        return self.settings.of(self.functions[function])[name]

    def _catalog(self):
        catalog = json.loads((ROOT / "infra/local/catalog.json").read_text(encoding="utf-8"))
        catalog["products"][0]["download_limit"] = self.download_limit
        file = self.layout.folder / "catalog.json"
        file.write_text(json.dumps(catalog), encoding="utf-8")
        return file

    def _latchkey(self, *arguments):
        subprocess.run(
            [self.layout.executable("latchkey"), *arguments],
            cwd=ROOT,
            env=bare_environment() | self.settings.of_operator(),
            check=True,
            stdout=subprocess.DEVNULL,
        )


@contextlib.asynccontextmanager
async def open_shop(download_limit):
    """A shop that has sold nothing, stopped at the end; its logs stay, and so does the cluster for the next one."""
    folder = ROOT / ".local/faults"
    layout = Layout(ROOT, folder, free_front(usual_ports(table.load(ROOT))))
    with only_one(layout):
        shutil.rmtree(layout.logs, ignore_errors=True)
        shop = Shop(layout, download_limit)
        try:
            await shop.up()
            yield shop
        finally:
            await asyncio.shield(shop.down())
