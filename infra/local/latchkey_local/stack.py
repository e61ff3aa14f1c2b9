"""The whole local shop, brought up in order, watched, and taken down in the opposite order."""

import asyncio
import os
import signal
import subprocess
import time

from . import demo_release, front_door, mail, scheduler
from .fault import Fault
from .layout import FIXED_PORTS, SPARE, holder, is_free
from .postgres import OWNER, Cluster
from .processes import Program, bare_environment, last_line, start, wait_until_ready
from .settings import Settings

# A process that dies twice this soon after its start will not get better by itself.
SOONEST_RESTART = 10


def usual_ports(functions):
    """The ports of a stack in its usual place."""
    return [*FIXED_PORTS.values(), *(function.port for function in functions)]


def reserved_ports(functions):
    """Those, and the ports of functions that take over from one that still runs."""
    return [*usual_ports(functions), *(function.port + SPARE for function in functions)]


class Stack:
    """Everything that `make run` starts."""

    def __init__(self, layout, settings, functions, say):
        self.layout = layout
        self.settings = settings
        self.functions = functions
        self.broken = asyncio.get_running_loop().create_future()
        self._say = say
        self._running = []
        self._tasks = []
        self._moved = {}

    async def up(self):
        """Starts everything and returns when each part has answered its readiness check."""
        programs = self._programs()
        self._check_ports()
        self._keep_old_logs()
        await self._start_database()
        self._prepare_data()
        await self._start_together(programs)
        await self._start(front_door.program(self.layout, self.functions))
        for function in self.functions:
            if function.schedule:
                self._later(scheduler.keep_calling(function, lambda name=function.name: self._task_door(name), self._say))

    async def down(self):
        """Stops everything, last started first."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for running in reversed(self._running):
            await running.stop()

    async def reload(self):
        """Reads the settings anew and puts each function that they change on a new process, one after the other.

        As with a new revision in the cloud: the new one is ready before the door turns to it, and the old one goes when
        nobody asks it any more. A function that does not start with its new settings stays as it was.
        """
        settings, replaced = Settings(self.layout, mail_needs_login=True), []
        for function in self.functions:
            old = self._of(function.name)
            port = self._port_of(function)
            if settings.of(function, port) != old.program.environment:
                await self._take_over(function, old, settings)
                replaced.append(function.name)
        self.settings = settings
        return replaced

    async def _take_over(self, function, old, settings):
        usual = self.layout.port(function.port)
        port = usual + SPARE if self._port_of(function) == usual else usual
        await self._start(self._function(function, settings, port))
        self._moved[function.name] = port
        await self._turn_front_door()
        self._running.remove(old)
        await old.stop()

    async def _turn_front_door(self):
        """Gives nginx its configuration anew; done when the last of its workers that has the old one is gone."""
        front_door.write(self.layout, self.functions, self._moved)
        nginx = self._of("front door").process.pid
        before = _children(nginx)
        os.kill(nginx, signal.SIGHUP)
        deadline = time.monotonic() + 20
        while not (_children(nginx) - before) or _children(nginx) & before:
            if time.monotonic() > deadline:
                raise Fault(f"nginx does not take its new configuration: {last_line(self.layout.log('nginx'))}")
            await asyncio.sleep(0.02)

    def _of(self, name):
        return next(running for running in reversed(self._running) if running.program.name == name)

    def _port_of(self, function):
        return self._moved.get(function.name, self.layout.port(function.port))

    def _task_door(self, name):
        function = next(each for each in self.functions if each.name == name)
        return f"http://127.0.0.1:{self._port_of(function)}", self.settings.tasks_token()

    def ports(self):
        """Every port of the stack, by who listens there."""
        fixed = {name: self.layout.port(port) for name, port in FIXED_PORTS.items()}
        return fixed | {function.name: self.layout.port(function.port) for function in self.functions}

    def _programs(self):
        layout = self.layout
        sandbox = Program(
            name="sandbox",
            command=[layout.executable("sandbox")],
            environment=self.settings.of_sandbox(),
            log=layout.log("sandbox"),
            ready_url=f"{layout.sandbox_url}/healthz",
            any_answer_will_do=True,
            folder=layout.root,
        )
        logins = self.settings.mail_logins()
        return [mail.program(layout, logins), sandbox, *(self._function(each, self.settings) for each in self.functions)]

    def _function(self, function, settings, port=None):
        port = port or self.layout.port(function.port)
        return Program(
            name=function.name,
            command=[self.layout.executable(function.name)],
            environment=settings.of(function, port),
            log=self.layout.log(function.name),
            ready_url=f"http://127.0.0.1:{port}/readyz",
            folder=self.layout.root,
        )

    def _check_ports(self):
        for name, port in self.ports().items():
            if not is_free(port):
                raise Fault(
                    f"Port {port}, which {name} needs, is held by {holder(port) or 'another program'}: "
                    f"stop that, or choose other ports with `make run PORT_BASE={self.layout.front + 1000}`"
                )

    def _keep_old_logs(self):
        for log in self.layout.logs.glob("*.log"):
            if log.name != "bootstrap.log":
                log.replace(log.with_suffix(".log.1"))

    async def _start_database(self):
        cluster = Cluster(self.layout, self.settings)
        cluster.make()
        running = await start(cluster.program())
        self._running.append(running)
        await wait_for_cluster(cluster, running)
        self._later(self._watch(running))
        cluster.make_owner_and_database()
        self._latchkey("migrate")
        cluster.let_in(function.role for function in self.functions)

    def _prepare_data(self):
        """The catalog (the demo's unless CATALOG names another), and the demo release unless it is published already."""
        self._latchkey("catalog", "apply", os.environ.get("CATALOG", "infra/local/catalog.json"))
        folder, digest = demo_release.make(self.layout)
        published = self.layout.folder / "published-release"
        if not published.exists() or published.read_text() != digest:
            product, version = demo_release.PRODUCT, demo_release.VERSION
            self._latchkey("release", "publish", str(folder), "--product", product, "--version", version)
            published.write_text(digest)

    def _latchkey(self, *arguments):
        log = self.layout.log("latchkey")
        with open(log, "ab") as output:
            done = subprocess.run(
                [self.layout.executable("latchkey"), *arguments],
                cwd=self.layout.root,
                env=bare_environment() | self.settings.of_operator(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        if done.returncode != 0:
            raise Fault(f"`latchkey {' '.join(arguments[:2])}` failed: {last_line(log)}\n  log: {self.layout.shown(log)}")

    async def _start_together(self, programs):
        """All at once; the first that fails ends the others' waiting."""
        try:
            async with asyncio.TaskGroup() as group:
                for program in programs:
                    group.create_task(self._start(program))
        except ExceptionGroup as faults:
            raise faults.exceptions[0]

    async def _start(self, program):
        running = await start(program)
        self._running.append(running)
        await wait_until_ready(running)
        self._later(self._watch(running))

    async def _watch(self, running):
        """Starts a program again when it dies, unless it keeps dying."""
        died_young = False
        while True:
            await running.process.wait()
            if running.is_stopping:
                return
            told = f"{running.last_words()}\n  log: {self.layout.shown(running.program.log)}"
            if running.age < SOONEST_RESTART and died_young:
                return self._give_up(f"{told}\n  It keeps failing: mend that and start again")
            died_young = running.age < SOONEST_RESTART
            self._say(f"✗ {told}\n  Starting it again")
            running = await self._replace(running)

    async def _replace(self, ended):
        self._running.remove(ended)
        running = await start(ended.program)
        self._running.append(running)
        return running

    def _give_up(self, why):
        if not self.broken.done():
            self.broken.set_exception(Fault(why))

    def _later(self, work):
        self._tasks.append(asyncio.create_task(work))


def _children(process):
    """The processes that a process of one thread started and that are still there."""
    with open(f"/proc/{process}/task/{process}/children", encoding="ascii") as children:
        return set(children.read().split())


async def wait_for_cluster(cluster, running, within=60):
    """Returns when the database takes connections (it may have to recover first)."""
    deadline = time.monotonic() + within
    while not await asyncio.to_thread(cluster.is_ready):
        if running.has_ended:
            raise Fault(f"{running.last_words()}\n  log: {os.path.relpath(running.program.log)}")
        if time.monotonic() > deadline:
            raise Fault(f"Postgres is not ready after {within} s\n  log: {os.path.relpath(running.program.log)}")
        await asyncio.sleep(0.1)
