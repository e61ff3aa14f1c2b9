"""One process under measurement: pinned to a core, and what the kernel knows of it."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from shop import FUNCTION_CORE, ROOT

PATIENCE = 30


class Measured:
    """A server on a core of its own; started and ended with the scope."""

    def __init__(self, command, environment, log, core=FUNCTION_CORE, ready="/readyz", port=None):
        self.port = port or free_port()
        self._command = [str(word).replace("{port}", str(self.port)) for word in command]
        self._environment = environment | {"PORT": str(self.port)}
        self._log = log
        self._core = core
        self._ready = ready
        self._process = None

    def __enter__(self):
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with open(self._log, "ab") as log:
            self._process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", "--", *self._command],
                env=self._environment,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=lambda: os.sched_setaffinity(0, self._core),
            )
        self._wait_until_ready()
        return self

    def __exit__(self, *_):
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.truncate(self._log, 0) if self._log.stat().st_size > 1 << 26 else None

    @property
    def pid(self):
        return self._process.pid

    def cpu(self):
        """Seconds of user and system time so far."""
        return cpu(self.pid)

    def resident(self):
        """MiB resident."""
        return int(re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{self.pid}/status").read_text())[1]) / 1024

    def shrink_log(self):
        """Forgets what it said, so that a run does not fill the disk; it appends, so nothing breaks."""
        os.truncate(self._log, 0)

    def last_words(self):
        """The end of its log."""
        return self._log.read_text(errors="replace")[-1500:]

    def _wait_until_ready(self):
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            if self._process.poll() is not None:
                raise SystemExit(f"{self._command[0]} ended with code {self._process.returncode}: {self.last_words()}")
            if time.monotonic() > deadline:
                raise SystemExit(f"{self._command[0]} is not ready after {PATIENCE} s: {self.last_words()}")
            time.sleep(0.02)

    def _answers(self):
        if not self._ready:
            return accepts(self.port)
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{self._ready}", timeout=2) as answer:
                return answer.status == 200
        except urllib.error.HTTPError:
            return False
        except OSError:
            return False


def cpu(pid):
    """Seconds on a processor, user and system, of a process so far: its threads that run, to the nanosecond."""
    spent = 0
    for thread in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # one that ends meanwhile
            spent += int(thread.read_text().split()[0])
    return spent / 1e9


def accepts(port):
    """Whether somebody listens."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port():
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
