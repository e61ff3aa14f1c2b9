#!/usr/bin/python3
"""How many instructions a request takes, and whether that is more than it was.

    Tests/Bench/instructions.py            compares with instructions.json; fails where it is more than 3 % above
    Tests/Bench/instructions.py --write    keeps the new counts, after a change that was meant

Callgrind counts what the release executable does for N and for 2N requests over one connection; their difference over
N is what one request takes, and what starting takes cancels. Nothing is timed, so a busy machine changes nothing. Other
versions of the compiler or of a C library make other counts: those are not compared.
"""

import argparse
import asyncio
import concurrent.futures
import contextlib
import dataclasses
import json
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import rows
from process import Measured, free_port
from shop import OTHER_CORE, ROOT, open_shop

KEPT = ROOT / "Tests/Bench/instructions.json"
SLACK = 1.03
REQUESTS = 60
PATIENCE = 60
LIBRARIES = ["libc6", "libcurl4", "libcurl4t64", "libidn2-0", "libllhttp9.2", "libpq5", "libssl3", "libssl3t64", "libuv1", "libuv1t64", "libyyjson0", "valgrind"]
# The same hash tables each time, and one connection to the database, so that the same one does every request.
STEADY = {"SWIFT_DETERMINISTIC_HASHING": "1", "DATABASE_POOL_SIZE": "1"}
# The counts are taken on a server that asks for no password: proving one takes as much as a hundred requests.
TRUST = "host all all 127.0.0.1/32 trust\n"


@dataclasses.dataclass(frozen=True)
class Way:
    """One kind of request: the function that answers, and what it is sent."""

    function: str
    requests: object


def ways(shop):
    """Every way that is counted."""
    known = rows.Sales(shop, has_mail=False)
    first = rows._next_number
    with Measured([shop.executable("webhook")], shop.environment("webhook"), shop.layout.log("webhook")) as server:
        rows.load(server.port, known.file(20), "--count", 20, expect=200)
    return {
        "webhook": Way("webhook", rows.Sales(shop, has_mail=False)),
        "webhook with mail": Way("webhook", rows.Sales(shop)),
        "webhook, known already": Way("webhook", rows.Repeats(shop, range(first, first + 20))),
        "download": Way("download", rows.Downloads(shop)),
        "checkout": Way("checkout", rows.Checkouts(shop)),
    }


def per_request(shop, way):
    """Instructions per request; the shorter and the longer run go on at once."""
    files = []
    for count in [REQUESTS, 2 * REQUESTS]:
        file = way.requests.file(count)
        files.append((count, shutil.copy(file, file.with_name(f"{way.function}-{count}"))))
    with concurrent.futures.ThreadPoolExecutor() as pool:
        less, more = pool.map(lambda each: run(shop, way, *each), files)
    return round((more - less) / REQUESTS)


def run(shop, way, count, file):
    """Instructions of a whole run in which `count` requests are answered."""
    port = free_port()
    name = f"{way.function}-{count}"
    log, out = shop.layout.log(name), shop.layout.folder / f"callgrind.{name}"
    command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", shop.executable(way.function)]
    environment = shop.environment(way.function, **STEADY) | {"PORT": str(port)}
    with open(log, "wb") as said:
        process = subprocess.Popen(list(map(str, command)), env=environment, cwd=ROOT, stdout=said, stderr=said)
    try:
        _until_listening(process, log)
        loops = ["--loop"] if way.requests.loops else []
        rows.load(port, file, "--count", count, *loops, connections=1, expect=way.requests.expect)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)
    return int(re.search(r"Collected : (\d+)", log.read_text(errors="replace"))[1])


def _until_listening(process, log):
    """Reads the log instead of asking, which would be counted."""
    deadline = time.monotonic() + PATIENCE
    while '"message":"listening"' not in log.read_text(errors="replace"):
        if process.poll() is not None or time.monotonic() > deadline:
            raise SystemExit(f"the function does not listen under valgrind: {log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.02)


def made_with():
    """What the counts depend on besides our own source."""
    swift = subprocess.run(["swift", "--version"], capture_output=True, text=True, check=True).stdout
    versions = subprocess.run(
        ["dpkg-query", "-W", "-f=${Package} ${Version} ${db:Status-Status}\n", *LIBRARIES], capture_output=True, text=True
    ).stdout
    installed = dict(line.split(" ")[:2] for line in versions.splitlines() if line.endswith(" installed"))
    # Callgrind's processor has what this one has up to AVX2, and the libraries choose their code after it.
    has_avx2 = " avx2 " in Path("/proc/cpuinfo").read_text()
    return {"swift": re.search(r"Swift version ([\d.]+)", swift)[1], "avx2": has_avx2} | installed


@contextlib.asynccontextmanager
async def running_shop(build):
    """A shop with a mail server and the stand-in for Stripe."""
    async with open_shop("instructions", build) as shop:
        (shop.layout.folder / "postgres/pg_hba.conf").write_text(TRUST)
        shop.sql("SELECT pg_reload_conf()")
        with contextlib.ExitStack() as stack:
            for command, environment, port in [
                ([rows.NATIVE / "mailbox", "{port}"], {}, shop.layout.smtp_port),
                ([shop.executable("sandbox")], shop.settings.of_sandbox(), shop.layout.sandbox_port),
            ]:
                log = shop.layout.log(Path(command[0]).name)
                stack.enter_context(Measured(command, environment, log, OTHER_CORE, ready=None, port=port))
            yield shop


async def measure(build, wanted, kept):
    """Instructions per request by way; what is not as it was is counted a second time, and the smaller count holds."""
    async with running_shop(build) as shop:
        found = {}
        for name, way in ways(shop).items():
            if wanted and name not in wanted:
                continue
            found[name] = per_request(shop, way)
            if not 2 - SLACK < found[name] / kept.get(name, 1) < SLACK:
                found[name] = min(found[name], per_request(shop, way))
        return found


def compare(kept, found):
    """One line for each path; answers how many held and how many did not."""
    failed = 0
    for name, number in found.items():
        before = kept.get(name)
        if before is None:
            failed += 1
            print(f"✗ {name}: {number} instructions, and none are kept: {' '.join(sys.argv[:1])} --write")
            continue
        ratio = number / before
        mark = "✗" if ratio > SLACK else "·"
        failed += ratio > SLACK
        hint = "  faster: keep it with --write" if ratio < 2 - SLACK else ""
        print(f"{mark} {name:26}{number:>10} instructions a request, {100 * (ratio - 1):+.1f} %{hint}")
    return len(found) - failed, failed


def main(words=None):
    read = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    read.add_argument("--write", action="store_true")
    read.add_argument("--build", type=Path, default=ROOT / ".build/release")
    read.add_argument("ways", nargs="*", help="these alone")
    asked = read.parse_args(words)
    kept = json.loads(KEPT.read_text()) if KEPT.exists() else {"made with": {}, "instructions": {}}
    here = made_with()
    if not asked.write and not asked.ways and kept["made with"] != here:
        print("The counts are of other versions, so they are not compared. Kept:")
        print(f"  {kept['made with']}\nhere:\n  {here}\nTo keep this machine's: Tests/Bench/instructions.py --write")
        print("0 passed, 0 failed")
        return 0
    subprocess.run([ROOT / "Tests/Bench/native/build"], check=True)
    found = asyncio.run(measure(asked.build.resolve(), asked.ways, kept["instructions"]))
    passed, failed = compare(kept["instructions"], found)
    if asked.write:
        KEPT.write_text(json.dumps({"made with": here, "instructions": kept["instructions"] | found}, indent=1) + "\n")
        print(f"kept in {KEPT.relative_to(ROOT)}")
        return 0
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
