#!/usr/bin/python3
"""What every function may weigh: its size, its start, its memory, what it links. Prints a table; fails past a limit.

Needs the release executables and a running stack, whose settings and database the functions are started with:

    infra/local/stack.py run -- Tests/Gates/budgets.py
"""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "infra/local"))

from latchkey_local import table
from latchkey_local.layout import Layout
from latchkey_local.processes import bare_environment
from latchkey_local.settings import Settings

MEGABYTE = 1_000_000
MEBIBYTE = 1_048_576
LARGEST = 16.0  # megabytes on disk; one call that needs ICU makes it 58
SLOWEST = 25.0  # milliseconds from exec to the first answer, warm
FATTEST = 20.0  # MiB resident when idle and connected to the database, as the kernel counts and `top` shows
# The fastest start counts, at real-time priority where that may be had, and less the time in which no core was free: a busy
# machine is not the function's fault, and a function that waits or works too long is slow at every start.
STARTS = 9
PATIENCE = 10

FORBIDDEN_LIBRARIES = re.compile(r"libicu|FoundationInternationalization|FoundationNetworking|lib(swift|Foundation)\w*\.so")


def main():
    layout = Layout(
        ROOT, Path(os.environ["LATCHKEY_DIR"]), int(os.environ["LATCHKEY_PORT_BASE"]), os.environ["LATCHKEY_EXECUTABLES"]
    )
    settings, rows = Settings(layout), table.load(ROOT)
    _be_first()
    print(f"{'function':14}{'size MB':>9}{'start ms':>10}{'idle MiB':>9}  links")
    faults = [fault for row in rows for fault in _weigh(row, layout.executable(row.name), settings.of(row))]
    for fault in faults:
        print(f"✗ {fault}")
    print(f"{4 * len(rows) - len(faults)} passed, {len(faults)} failed")
    return 1 if faults else 0


def _weigh(function, executable, environment):
    """Measures one function, prints its row, and answers each limit that it breaks."""
    size = executable.stat().st_size / MEGABYTE
    unwanted = sorted({found[0] for found in FORBIDDEN_LIBRARIES.finditer(linked(executable))})
    with Started(executable, environment) as started:
        starts = [started.until_healthy()]
        resident = started.resident_when_connected()
    while len(starts) < STARTS:
        with Started(executable, environment) as started:
            starts.append(started.until_healthy())
    start = min(starts)
    print(f"{function.name:14}{size:9.1f}{start:10.1f}{resident:9.1f}  {', '.join(unwanted) or 'nothing unwanted'}")
    return faults(function.name, size, start, resident, unwanted)


def faults(name, size, start, resident, unwanted):
    """The limits that a function breaks, one line each."""
    broken = []
    if size >= LARGEST:
        broken.append(f"{name}: {size:.1f} MB on disk, {LARGEST:.0f} allowed: does it link Foundation?")
    if start >= SLOWEST:
        broken.append(f"{name}: first answer after {start:.1f} ms, {SLOWEST:.0f} allowed: what does it wait for?")
    if resident >= FATTEST:
        broken.append(f"{name}: {resident:.1f} MiB resident when idle, {FATTEST:.0f} allowed: what does it keep or link?")
    if unwanted:
        broken.append(f"{name}: links {', '.join(unwanted)}: build with --static-swift-stdlib, without full Foundation")
    return broken


def linked(executable):
    """What the dynamic linker would load; nothing for a static executable."""
    return subprocess.run(["ldd", executable], capture_output=True, text=True).stdout


class Started:
    """One process of a function on a port of its own, ended at the end of the scope."""

    def __init__(self, executable, environment):
        self._port = _free_port()
        self._environment = bare_environment() | environment | {"PORT": str(self._port)}
        self._executable = executable

    def __enter__(self):
        self._since = time.perf_counter()
        self._process = subprocess.Popen(
            [self._executable], cwd=ROOT, env=self._environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        return self

    def __exit__(self, *_):
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def until_healthy(self):
        """Milliseconds from its start to its first healthy answer, without those in which it had no core."""
        self._wait_for("/healthz", between=0.0002)
        took = time.perf_counter() - self._since
        return (took - _time_without_core(self._process.pid)) * 1000

    def resident_when_connected(self):
        """MiB resident once it is connected to the database."""
        self._wait_for("/readyz", between=0.01)
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) * 1024 / MEBIBYTE

    def _wait_for(self, path, between):
        deadline = time.monotonic() + PATIENCE
        while not _answers(f"http://127.0.0.1:{self._port}{path}"):
            if self._process.poll() is not None:
                raise SystemExit(f"{self._executable.name} ended with code {self._process.returncode} at its start")
            if time.monotonic() > deadline:
                raise SystemExit(f"{self._executable.name}: {path} is not 200 after {PATIENCE} s")
            time.sleep(between)


def _be_first():
    """Real-time priority for this process and all that it starts, where it is allowed."""
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    except PermissionError:
        print("No real-time priority here: the times below are those of a busy machine.")


def _time_without_core(process):
    """Seconds in which a process's main thread was ready to run and no core was free (proc(5), schedstat)."""
    return int(Path(f"/proc/{process}/schedstat").read_text().split()[1]) / 1e9


def _answers(url):
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return answer.status == 200
    except (urllib.error.HTTPError, OSError):
        return False


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


if __name__ == "__main__":
    sys.exit(main())
