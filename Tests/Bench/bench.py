"""Measures Latchkey against the limit and against what others would pick: `make bench`.

    Tests/Bench/run                          everything but the slow parts, one sitting
    Tests/Bench/run webhook download         single parts
    Tests/Bench/run growth plan              the slow parts: 10 million sales; the load of the plan for a minute
    Tests/Bench/run --list                   their names

Options: --rounds N (3), --seconds S (2) a round, --build FOLDER (.build/release), --quick (three rounds of 4000
requests, no limit, nothing paced: for tuning), --json FILE (.local/bench.json).
"""

import argparse
import asyncio
import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

import growth
import instructions
import peers
import plan
import report
import statements
from parts import PARTS
from shop import ROOT, open_shop
from sitting import Bench, Plan

# Each brings a shop of its own.
SLOW_PARTS = {"growth": growth.main, "plan": plan.main, "instructions": instructions.main}


async def sitting(names, plan, build, file):
    """Measures the parts in one shop and keeps the figures after each."""
    since = time.monotonic()
    others, missing = peers.installed() if "peers" in names else ([], {})
    async with open_shop("bench", build, {"log_line_prefix": statements.LOG_PREFIX}) as shop:
        bench = Bench(shop, plan, others, missing)
        bench.results["machine"] = machine()
        for name in names:
            PARTS[name](bench)
            bench.results["seconds"] = time.monotonic() - since
            file.write_text(json.dumps(bench.results, indent=1))
    report.summary(bench.results)
    print(f"\n{time.monotonic() - since:.0f} s; all figures are in {os.path.relpath(file, ROOT)}")


def machine():
    """What was measured on, and what the disk does: Postgres waits for it at each commit."""
    cpu = next((line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")), ": unknown")
    return {
        "processor": cpu.split(": ")[1],
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "load before": os.getloadavg()[0],
        "commit": subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True).stdout.strip(),
        "fdatasync_us": fdatasync(),
    }


def fdatasync(times=200):
    """Microseconds that the disk takes to keep 8 KiB, the median: what a commit alone costs."""
    taken, file = [], ROOT / ".local/bench.sync"
    handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        for _ in range(times):
            os.pwrite(handle, b"x" * 8192, 0)
            began = time.perf_counter()
            os.fdatasync(handle)
            taken.append((time.perf_counter() - began) * 1e6)
    finally:
        os.close(handle)
        file.unlink()
    return sorted(taken)[times // 2]


def main():
    read = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    read.add_argument("parts", nargs="*")
    read.add_argument("--rounds", type=int, default=3)
    read.add_argument("--seconds", type=float, default=2)
    read.add_argument("--requests", type=int, default=100_000, help="after so many memory is read (100000)")
    read.add_argument("--quick", action="store_true")
    read.add_argument("--list", action="store_true")
    read.add_argument("--build", type=Path, default=ROOT / ".build/release")
    read.add_argument("--json", type=Path, default=ROOT / ".local/bench.json")
    asked = read.parse_args()
    if asked.list:
        about = {name: part.__doc__ for name, part in PARTS.items()} | {name: part.__module__ for name, part in SLOW_PARTS.items()}
        return print("\n".join(f"{name:18}{text.splitlines()[0]}" for name, text in about.items()))
    for name in asked.parts:
        if name not in PARTS | SLOW_PARTS:
            read.error(f"there is no part {name}: {', '.join(PARTS | SLOW_PARTS)}")
    failed = 0
    for name in asked.parts:
        if name in SLOW_PARTS:
            failed |= SLOW_PARTS[name](["--build", str(asked.build)])
    quick = [name for name in asked.parts or PARTS if name in PARTS]
    if quick:
        rounds = 3 if asked.quick else asked.rounds
        asyncio.run(sitting(quick, Plan(rounds, asked.seconds, asked.quick, asked.requests), asked.build.resolve(), asked.json.resolve()))
    return failed


if __name__ == "__main__":
    sys.exit(main())
