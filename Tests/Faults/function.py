"""One executable as a process that a test starts, kills and starts again."""

import asyncio
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "infra/local"))

from latchkey_local.processes import bare_environment

PATIENCE = 30


class Function:
    """A function, or the sandbox; it ends with us, however we end."""

    def __init__(self, name, executable, environment, log):
        self.name = name
        self.port = int(environment["PORT"])
        self._executable = executable
        self._environment = bare_environment() | environment
        self._log = log
        self._process = None
        self._reader = None
        self._listening = None

    @property
    def pid(self):
        return self._process.pid

    @property
    def is_running(self):
        return self._process is not None and self._process.returncode is None

    async def spawn(self):
        """Starts the process and does not wait for it."""
        self._log.parent.mkdir(parents=True, exist_ok=True)
        self._listening = asyncio.get_running_loop().create_future()
        self._process = await asyncio.create_subprocess_exec(
            *["setpriv", "--pdeathsig", "KILL", "--", self._executable],
            env=self._environment,
            cwd=Path(__file__).resolve().parents[2],
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        self._reader = asyncio.create_task(self._read(self._process.stdout, self._listening))

    async def listening(self):
        """Waits until it listens; an error when it ends before."""
        await asyncio.wait_for(asyncio.shield(self._listening), PATIENCE)

    async def start(self):
        """Starts the process and waits until it listens."""
        await self.spawn()
        await self.listening()

    async def kill(self):
        """Ends it as a crash would: no instruction of its own runs any more."""
        self._listening.cancel()
        self._process.send_signal(signal.SIGKILL)
        await self._process.wait()
        await self._reader

    async def stop(self):
        """Ends it as the platform does."""
        if self.is_running:
            self._process.send_signal(signal.SIGTERM)
            await asyncio.wait_for(self._process.wait(), PATIENCE)
        await self._reader

    async def _read(self, output, listening):
        """Keeps what it says in its log, and notes when it listens."""
        with open(self._log, "ab", buffering=0) as log:
            while line := await output.readline():
                log.write(line)
                if not listening.done() and b'"message":"listening"' in line:
                    listening.set_result(None)
        if not listening.done():
            listening.set_exception(RuntimeError(f"{self.name} ended before it listened: see {self._log}"))
