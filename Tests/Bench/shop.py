"""A shop for measuring: Postgres as in production, pinned to one core, and every function's settings."""

import asyncio
import contextlib
import dataclasses
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "infra/local"))

from latchkey_local import demo_release, table
from latchkey_local.commands import only_one
from latchkey_local.layout import Layout, free_front
from latchkey_local.postgres import OWNER, Cluster
from latchkey_local.processes import bare_environment, start
from latchkey_local.settings import Settings
from latchkey_local.stack import usual_ports, wait_for_cluster

# The function has a core for itself; Postgres, the load and what stands in for the world share the other.
FUNCTION_CORE, OTHER_CORE = {0}, {1}
DATABASE_CONNECTIONS = 8
NO_LIMITS = ",".join(
    f"{rule}=1000000/1"
    for rule in ["checkout-address", "download-address", "download-link", "order-address", "order-session"]
)

# What a small production server has; writes are as safe as there: fsync, full_page_writes and synchronous_commit on.
PRODUCTION = {"shared_buffers": "1GB", "max_wal_size": "8GB", "checkpoint_timeout": "15min", "wal_level": "replica"}
# What our functions ask of their connections (DatabaseSettings.plansOnce), asked for everybody: else pgbench and the peers
# would be measured planning.
PLANS_ONCE = {"plan_cache_mode": "force_generic_plan", "enable_seqscan": "off", "jit": "off"}


class Shop:
    """One shop with a product and a published release, of which no function runs yet."""

    def __init__(self, layout, build):
        self.layout = layout
        self.build = build
        self.functions = {function.name: function for function in table.load(ROOT)}
        self.settings = Settings(layout)
        self.cluster = Cluster(layout, self.settings)
        self._postgres = None

    async def up(self, options=None):
        """Starts Postgres with an empty shop; `options` are settings of the server besides the usual ones."""
        self.cluster.make()
        await self.start_postgres(options)
        self.cluster.make_owner_and_database()
        self.latchkey("migrate")
        self.cluster.let_in(function.role for function in self.functions.values())
        self.latchkey("catalog", "apply", "infra/local/catalog.json")
        folder, _ = demo_release.make(self.layout)
        self.latchkey("release", "publish", str(folder), "--product", demo_release.PRODUCT, "--version", demo_release.VERSION)

    async def start_postgres(self, options=None):
        """Starts the server on its core."""
        program = self.cluster.program()
        settings = PRODUCTION | PLANS_ONCE | (options or {})
        extra = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        program = dataclasses.replace(program, command=[*program.command, *extra])
        self._postgres = await start(program)
        os.sched_setaffinity(self._postgres.process.pid, OTHER_CORE)
        await wait_for_cluster(self.cluster, self._postgres)
        for process in [self.postgres_pid, *children(self.postgres_pid)]:
            os.sched_setaffinity(process, OTHER_CORE)

    async def down(self):
        """Stops the server."""
        if self._postgres:
            await self._postgres.stop()
            self._postgres = None

    @property
    def postgres_pid(self):
        return self._postgres.process.pid

    def latchkey(self, *arguments):
        """A command of the seller's."""
        command = [self.executable("latchkey"), *arguments]
        environment = bare_environment() | self.settings.of_operator()
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"latchkey {arguments[0]} failed: {done.stderr or done.stdout}")

    def executable(self, name):
        """An executable of the build that is measured."""
        file = self.build / name
        if not file.exists():
            raise SystemExit(f"{file} is missing: run `make build`")
        return file

    def environment(self, name, **settings):
        """What a function is told, with eight connections to the database and no rate limit that a run would meet."""
        more = {"DATABASE_POOL_SIZE": str(DATABASE_CONNECTIONS), "RATE_LIMITS": NO_LIMITS}
        return bare_environment() | self.settings.of(self.functions[name]) | more | settings

    def setting(self, function, name):
        """One setting of a function."""
        return self.settings.of(self.functions[function])[name]

    def sql(self, text):
        """What the superuser's statements in the shop's database answer, one line for each row."""
        command, environment = self.cluster.psql(OWNER)
        done = subprocess.run([*command, "-f", "-"], env=environment, input=text, text=True, capture_output=True)
        if done.returncode:
            raise SystemExit(f"psql: {done.stderr.strip()}\n{text[:500]}")
        return done.stdout.strip()


def children(process):
    """The processes that a process has started and that run."""
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


@contextlib.asynccontextmanager
async def open_shop(name, build, options=None):
    """An empty shop in a folder of its own, gone afterwards but for its logs."""
    folder = ROOT / ".local" / name
    layout = Layout(ROOT, folder, free_front(usual_ports(table.load(ROOT))))
    with only_one(layout):
        for old in folder.iterdir():
            if old.name != "lock":
                shutil.rmtree(old) if old.is_dir() else old.unlink()
        shop = Shop(layout, build)
        try:
            await shop.up(options)
            yield shop
        finally:
            await asyncio.shield(shop.down())
            shutil.rmtree(folder / "postgres", ignore_errors=True)
            shutil.rmtree(folder / "requests", ignore_errors=True)
