#!/usr/bin/python3
"""The local shop: everything that `make run` starts.

    infra/local/stack.py run                      start all of it; Ctrl-C stops all of it
    infra/local/stack.py run -- COMMAND …         start all of it, run a command, stop
    infra/local/stack.py exec latchkey …          run a command with the operator's settings
    infra/local/stack.py reload                   give the running stack its settings anew, without a pause
    infra/local/stack.py services -- COMMAND …    run a command beside an empty database and a mail server, for tests
    infra/local/stack.py clean                    wipe the data
"""

import argparse
import asyncio
import os
import sys
from pathlib import Path

from latchkey_local import commands, table
from latchkey_local.fault import Fault
from latchkey_local.layout import FIXED_PORTS, USUAL_EXECUTABLES, USUAL_FRONT, Layout, free_front
from latchkey_local.stack import reserved_ports

ROOT = Path(__file__).resolve().parents[2]


def main():
    asked = _arguments()
    try:
        layout = _layout(asked)
        if asked.fresh:
            commands.clean(layout)
        return _run(asked.what, layout, asked.command)
    except Fault as fault:
        print(f"\n✗ {fault}", file=sys.stderr)
        return 1


def _run(what, layout, command):
    if what == "run":
        return asyncio.run(commands.run(layout, command))
    if what == "services":
        return asyncio.run(commands.services(layout, command))
    if what == "reload":
        return commands.reload(layout)
    if what == "exec":
        return commands.execute(layout, command)
    return commands.clean(layout)


def _layout(asked):
    front = free_front(reserved_ports(table.load(ROOT))) if asked.port_base == "free" else int(asked.port_base)
    return Layout(ROOT, (ROOT / asked.dir).resolve(), front, asked.executables)


def _port(text):
    """A front port, or `free`; every other port of the stack must be one as well."""
    offsets = [port - USUAL_FRONT for port in FIXED_PORTS.values()]
    if text != "free" and not (text.isdecimal() and all(0 < int(text) + offset < 65536 for offset in offsets)):
        raise argparse.ArgumentTypeError(f"must be 8080, another port above 7055, or `free`, and is {text}")
    return text


def _arguments():
    read = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    read.add_argument("--dir", default=os.environ.get("LATCHKEY_DIR", ".local"), help="the stack's folder (.local)")
    read.add_argument(
        "--port-base",
        type=_port,
        default=os.environ.get("LATCHKEY_PORT_BASE", str(USUAL_FRONT)),
        help="the front door's port, from which all others are counted (8080), or `free`",
    )
    read.add_argument(
        "--executables",
        default=os.environ.get("LATCHKEY_EXECUTABLES", USUAL_EXECUTABLES),
        help=f"the folder of the executables ({USUAL_EXECUTABLES}); .build/static/release has the fully static ones",
    )
    read.add_argument("--fresh", action="store_true", help="wipe the stack's folder first")
    read.add_argument("what", choices=["run", "exec", "reload", "services", "clean"])
    read.add_argument("command", nargs=argparse.REMAINDER, help="after --: a command to run meanwhile")
    asked = read.parse_args()
    if asked.command[:1] == ["--"]:
        asked.command = asked.command[1:]
    elif asked.command[:1] in [["-h"], ["--help"]]:
        read.print_help()
        read.exit()
    elif asked.command and asked.command[0].startswith("-"):
        read.error(f"options such as {asked.command[0]} stand before {asked.what}")
    if asked.what == "clean" and asked.command:
        read.error(f"clean takes no {asked.command[0]}: it wipes everything in the folder")
    if asked.what == "reload" and asked.command:
        read.error(f"reload takes no {asked.command[0]}: it looks at every function's settings")
    if asked.what in ["exec", "services"] and not asked.command:
        read.error(f"{asked.what} needs a command")
    return asked


if __name__ == "__main__":
    sys.exit(main())
