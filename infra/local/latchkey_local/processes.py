"""Starting, watching and stopping the stack's processes so that none is left behind."""

import asyncio
import http.client
import json
import os
import signal
import time
import urllib.error
import urllib.request
from dataclasses import dataclass

from .fault import Fault

BETWEEN_LOOKS = 0.05


@dataclass(frozen=True)
class Program:
    """One process to run: what, with which environment, as whom, and how it says that it is ready."""

    name: str
    command: list
    environment: dict
    log: object
    ready_url: str = ""
    any_answer_will_do: bool = False
    stop_signal: signal.Signals = signal.SIGTERM
    folder: object = None
    user: str = ""
    grace: float = 12
    kept_open: tuple = ()


class Running:
    """A program that was started."""

    def __init__(self, program, process):
        self.program = program
        self.process = process
        self._since = time.monotonic()
        self.is_stopping = False

    @property
    def has_ended(self):
        return self.process.returncode is not None

    @property
    def age(self):
        """Seconds since it was started."""
        return time.monotonic() - self._since

    def last_words(self):
        """How it ended, and the last line it wrote."""
        code = self.process.returncode
        how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
        return f"{self.program.name} {how}: {last_line(self.program.log)}"

    async def stop(self):
        """Asks it to stop, waits for its grace time, and kills its whole group after that."""
        self.is_stopping = True
        if not self.has_ended:
            self._tell(self.program.stop_signal, only_leader=True)
            try:
                await asyncio.wait_for(self.process.wait(), self.program.grace)
            except asyncio.TimeoutError:
                pass
        self._tell(signal.SIGKILL)
        await self.process.wait()

    def _tell(self, number, only_leader=False):
        try:
            if only_leader:
                os.kill(self.process.pid, number)
            else:
                os.killpg(self.process.pid, number)
        except ProcessLookupError:
            pass  # ended meanwhile, which is what was asked


async def start(program):
    """Starts a program in a group of its own; it is told to stop when we die, however that happens."""
    program.log.parent.mkdir(parents=True, exist_ok=True)
    with open(program.log, "ab") as log:
        process = await asyncio.create_subprocess_exec(
            *_guarded(program),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=bare_environment() | program.environment,
            cwd=program.folder,
            pass_fds=program.kept_open,
            start_new_session=True,
        )
    return Running(program, process)


async def wait_until_ready(running, within=30):
    """Returns when the program's own readiness check answers.

    Raises a fault when it ends before that, or stays silent for too long.
    """
    program, deadline = running.program, time.monotonic() + within
    while not await asyncio.to_thread(_answers, program.ready_url, program.any_answer_will_do):
        if running.has_ended:
            raise Fault(f"{running.last_words()}\n  log: {os.path.relpath(program.log)}")
        if time.monotonic() > deadline:
            raise Fault(f"{program.name} is not ready after {within} s: {last_line(program.log)}\n  log: {os.path.relpath(program.log)}")
        await asyncio.sleep(BETWEEN_LOOKS)


def last_line(log):
    """What the last line of a log says, or what to think when there is none."""
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines() if log.exists() else []
    if not lines:
        return "it wrote nothing"
    try:
        return json.loads(lines[-1])["message"]
    except (ValueError, LookupError, TypeError):
        return lines[-1]


def bare_environment():
    """What every process may know of this machine."""
    return {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "LANG": "C.UTF-8"}


def as_user(name):
    """What tells setpriv to lay root aside for good."""
    return ["--reuid", name, "--regid", name, "--init-groups"]


def _guarded(program):
    """The command behind setpriv, which ties it to us and lays root aside where the program refuses root."""
    name = program.stop_signal.name.removeprefix("SIG")
    identity = as_user(program.user) if program.user else []
    return ["setpriv", "--pdeathsig", name, *identity, "--", *map(str, program.command)]


def _answers(url, any_answer_will_do):
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return any_answer_will_do or answer.status == 200
    except urllib.error.HTTPError:
        return any_answer_will_do
    except (OSError, http.client.HTTPException):
        return False
