"""The steps of `make test`, one after another; `make sanitize` has two more, and `make infra-check` those of Tests/Infra.

Each step is a command of its own that can be run alone. What it says goes to a file below .local/log and is shown only
when it fails. A step whose last line is `N passed, N failed` counts for as much; any other counts for one. Whatever
happens, a step and all that it started have ended before the next begins.
"""

import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOGS = ROOT / ".local/log"
SHOWN_LINES = 120
GRACE = 60
MINUTE = 60

STACK = ["infra/local/stack.py", "--port-base", "free", "--fresh", "--dir"]
STEPS = {
    "lint": (2 * MINUTE, ["Tests/lint"]),
    "python": (5 * MINUTE, ["Tests/python"]),
    "swift": (15 * MINUTE, [*STACK, ".local/test", "services", "--", "Tests/swift"]),
    "build": (15 * MINUTE, ["infra/local/build"]),
    "stack": (5 * MINUTE, [*STACK, ".local/e2e", "run", "--", "Tests/against-stack"]),
    "faults": (5 * MINUTE, ["Tests/under-faults"]),
    "instructions": (5 * MINUTE, ["Tests/Bench/instructions.py"]),
}
# What takes longer than a change can wait for: run by name alone, as `make sanitize` does.
SLOW_STEPS = {
    sanitizer: (60 * MINUTE, [*STACK, f".local/{sanitizer}", "services", "--", "Tests/sanitize", sanitizer])
    for sanitizer in ["address", "thread"]
}
# What holds the cloud's files to their published shapes: every executable of Tests/Infra without an ending is a step.
INFRA_STEPS = {
    file.name: (40 * MINUTE, [str(file.relative_to(ROOT))])
    for file in sorted((ROOT / "Tests/Infra").glob("*"))
    if file.is_file() and not file.suffix and os.access(file, os.X_OK)
}

OWN_COUNT = re.compile(r"^(\d+) passed, (\d+) failed$", re.MULTILINE)
UNITTEST_COUNT = re.compile(r"^Ran (\d+) tests? in .*\n\n(OK|FAILED.*)", re.MULTILINE)


@dataclass(frozen=True)
class Count:
    """How many checks held and how many did not."""

    passed: int
    failed: int

    def __add__(self, other):
        return Count(self.passed + other.passed, self.failed + other.failed)

    def __str__(self):
        return f"{self.passed} passed, {self.failed} failed"


def main():
    signal.signal(signal.SIGTERM, _as_interrupt)
    signal.signal(signal.SIGHUP, _as_interrupt)
    wanted = sys.argv[1:] or list(STEPS)
    if wanted == ["infra"]:
        wanted = list(INFRA_STEPS)
    total = Count(0, 0)
    try:
        for name in wanted:
            total += _step(name)
    except KeyboardInterrupt:
        print("Interrupted.")
        total += Count(0, 1)
    print(total)
    return 1 if total.failed else 0


def _step(name):
    limit, command = (STEPS | SLOW_STEPS | INFRA_STEPS)[name]
    log, since = LOGS / f"test-{name}.log", time.monotonic()
    print(f"{name:14}", end="", flush=True)
    with open(log, "wb") as output:
        code = _run(command, output, limit)
    said = log.read_text(encoding="utf-8", errors="replace").splitlines()
    count = count_of(code, said)
    print(f"{count}  ({time.monotonic() - since:.0f} s, {log.relative_to(ROOT)})", flush=True)
    if count.failed:
        print("\n".join(f"    {line}" for line in shown(said)), flush=True)
    return count


def shown(said):
    """What a person sees of a step that failed: its end, and before it what Swift Testing marked as failed."""
    before = said[:-SHOWN_LINES]
    return [line for line in before if line.startswith("✘")] + said[-SHOWN_LINES:]


def _run(command, output, limit):
    """Runs a command in a group of its own and answers its exit code; past its limit it is stopped and has failed."""
    process = subprocess.Popen(
        ["setpriv", "--pdeathsig", "TERM", "--", *command], cwd=ROOT, stdout=output, stderr=output, start_new_session=True
    )
    try:
        return process.wait(limit)
    except subprocess.TimeoutExpired:
        output.write(f"\nstopped after {limit} s\n".encode())
        return 1
    finally:
        _end(process)


def _end(process):
    """Lets a command take down what it started, then ends whatever is left of its group."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(GRACE)
        except subprocess.TimeoutExpired:
            pass  # it had its time; the next line ends it
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass  # nothing is left
    process.wait()


def count_of(code, said):
    """What a step counted: its own closing lines and unittest's, or just its exit code.

    A command that failed has at least one failure, whatever it counted.
    """
    text = "\n".join(said)
    counts = [Count(int(passed), int(failed)) for passed, failed in OWN_COUNT.findall(text)]
    counts += [_unittest_count(*found) for found in UNITTEST_COUNT.findall(text)]
    if not counts:
        return Count(int(code == 0), int(code != 0))
    count = sum(counts, Count(0, 0))
    return count if code == 0 or count.failed else count + Count(0, 1)


def _unittest_count(ran, verdict):
    bad = sum(int(number) for number in re.findall(r"(?:failures|errors)=(\d+)", verdict))
    return Count(max(int(ran) - bad, 0), bad)


def _as_interrupt(*_):
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
