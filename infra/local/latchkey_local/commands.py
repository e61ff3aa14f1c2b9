"""What `infra/local/stack.py` can be asked to do."""

import asyncio
import contextlib
import fcntl
import os
import shutil
import signal
import time

from . import follow, mail, table
from .fault import Fault
from .postgres import SUPERUSER, Cluster
from .processes import start, wait_until_ready
from .settings import Settings
from .stack import Stack, wait_for_cluster

STOP_SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


def say(text):
    """One thing told to the person at the terminal."""
    print(text, flush=True)


async def run(layout, command):
    """Runs the stack until it is stopped, or for as long as a command takes; answers the exit code."""
    settings, functions = Settings(layout, mail_needs_login=True), table.load(layout.root)
    with only_one(layout):
        stack = Stack(layout, settings, functions, say)
        try:
            return await _until_stopped(_run(stack, command))
        finally:
            say("Stopping.")
            await stack.down()


async def _run(stack, command):
    say("Starting Latchkey.")
    await stack.up()
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, lambda: asyncio.ensure_future(_reload(stack)))
    if command:
        return await _command(command, stack.settings.of_operator() | _where(stack.layout))
    say(_table(stack))
    watching = asyncio.create_task(follow.warnings(stack.layout, say))
    try:
        return await stack.broken
    finally:
        watching.cancel()


async def services(layout, command):
    """Runs a command beside an empty database server and a mail server, both for tests."""
    settings = Settings(layout)
    cluster, running = Cluster(layout, settings, forgetful=True), []
    with only_one(layout):
        try:
            return await _until_stopped(_services(layout, settings, cluster, running, command))
        finally:
            for each in reversed(running):
                await each.stop()


async def _services(layout, settings, cluster, running, command):
    cluster.make()
    for program in [cluster.program(), mail.program(layout)]:
        running.append(await start(program))
    await wait_for_cluster(cluster, running[0])
    await wait_until_ready(running[1])
    return await _command(
        command,
        _where(layout)
        | {
            "TEST_DATABASE_URL": settings.database_url(SUPERUSER, database=""),
            "TEST_SMTP_URL": f"smtp://127.0.0.1:{layout.smtp_port}",
            "TEST_MAIL_URL": f"http://127.0.0.1:{layout.mail_page_port}",
            "TEST_PYTHON": str(layout.python),
        },
    )


async def _reload(stack):
    """What `reload` asked for, and its outcome where `reload` waits for it."""
    try:
        replaced = await stack.reload()
        outcome = f"ok {', '.join(replaced) or 'nothing'}"
    except (Fault, OSError) as fault:
        outcome = f"failed {fault}"
    draft = _outcome(stack.layout).with_suffix(".new")
    draft.write_text(outcome, encoding="utf-8")
    draft.replace(_outcome(stack.layout))


def reload(layout):
    """Has the running stack read its settings anew; returns when every function that they change runs with them."""
    lock, outcome = layout.folder / "lock", _outcome(layout)
    holder = lock.read_text(encoding="utf-8").strip() if lock.exists() and is_held(lock) else ""
    if not holder:
        raise Fault(f"no stack runs in {layout.shown(layout.folder)}: start one with `make run`")
    outcome.unlink(missing_ok=True)
    os.kill(int(holder), signal.SIGUSR1)
    deadline = time.monotonic() + 120
    while not outcome.exists():
        if time.monotonic() > deadline or not is_held(lock):
            raise Fault("the running stack does not answer: look at its terminal")
        time.sleep(0.05)
    word, _, what = outcome.read_text(encoding="utf-8").partition(" ")
    if word != "ok":
        raise Fault(what)
    say(f"New settings for: {what}")
    return 0


def is_held(lock):
    """Whether a stack holds its folder's lock."""
    with open(lock, "a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _outcome(layout):
    return layout.folder / "reloaded"


def execute(layout, command):
    """Becomes a command that has the operator's settings; a bare name is first looked for among our executables."""
    environment = os.environ | Settings(layout, mail_needs_login=True).of_operator() | _where(layout)
    ours = layout.root / layout.executables / command[0]
    program = ours if ours.exists() else _program(command)
    os.execve(program, command, environment)


def clean(layout):
    """Wipes the stack's folder, and with it the database, the mail, the secrets and the logs."""
    if not layout.folder.is_relative_to(layout.root / ".local"):
        raise Fault(f"{layout.folder} is not below .local: remove it by hand if you mean it")
    if layout.folder.exists():
        with only_one(layout):
            shutil.rmtree(layout.folder)
    say(f"{layout.shown(layout.folder)} is gone.")
    return 0


@contextlib.contextmanager
def only_one(layout):
    """Holds a folder for one stack at a time."""
    layout.folder.mkdir(parents=True, exist_ok=True)
    with open(layout.folder / "lock", "a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise Fault(f"{layout.shown(layout.folder)} is in use by process {lock.read().strip()}: stop that first")
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


async def _until_stopped(work):
    """What `work` answers, or 0 when a person or a supervisor asks us to stop before that."""
    task = asyncio.ensure_future(work)
    for number in STOP_SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    try:
        return await task
    except asyncio.CancelledError:
        return 0


async def _command(command, environment):
    """Runs a command in our own terminal and group; a stop ends it too."""
    program = _program(command)
    process = await asyncio.create_subprocess_exec(program, *command[1:], env=os.environ | environment)
    try:
        return await process.wait()
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


def _program(command):
    """Where the program of a command is."""
    program = shutil.which(command[0])
    if program is None:
        raise Fault(f"there is no program `{command[0]}`")
    return program


def _where(layout):
    return {
        "LATCHKEY_DIR": str(layout.folder),
        "LATCHKEY_PORT_BASE": str(layout.front),
        "LATCHKEY_EXECUTABLES": layout.executables,
    }


def _table(stack):
    layout = stack.layout
    rows = [
        ("shop", layout.public_url, "nginx"),
        *((f.name, f"{layout.public_url}{f.patterns[0]}", f.name) for f in stack.functions),
        ("mail", layout.mail_page, "mail"),
        ("sandbox", layout.sandbox_url, "sandbox"),
        ("database", f"127.0.0.1:{layout.database_port}", "postgres"),
    ]
    lines = [f"  {name:12} {url:44} {layout.shown(layout.log(log))}" for name, url, log in rows]
    return "\n".join(["", "Latchkey runs. Ctrl-C stops all of it and keeps the data.", "", *lines, "", _next(layout), ""])


def _next(layout):
    return "\n".join(
        [
            "Next:",
            f"  buy something      open {layout.public_url} (the payment page is the sandbox's: any name will do)",
            f"  read the mail      open {layout.mail_page}",
            "  or see one sale    make demo, in another terminal",
            "  ask the operator   infra/local/stack.py exec latchkey",
        ]
    )
