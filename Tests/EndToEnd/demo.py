#!/usr/bin/python3
"""One purchase against the running stack, each step printed and checked.

Exits 0 only when every step happened and was found to be right.
"""

import argparse
import os
import sys
from pathlib import Path

import purchase

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "infra/local"))

from latchkey_local.layout import USUAL_FRONT, Layout


def main():
    layout = _layout()
    print(f"\nOne purchase at {layout.public_url}\n")
    try:
        for step, happened in purchase.steps(purchase.Shop(layout)):
            print(f"  ✓ {step:18} {happened}", flush=True)
    except purchase.Wrong as wrong:
        print(f"  ✗ {wrong}", file=sys.stderr)
        return 1
    print("\nEvery step was checked.")
    return 0


def _layout():
    read = argparse.ArgumentParser(description=__doc__)
    read.add_argument("--dir", default=os.environ.get("LATCHKEY_DIR", ".local"))
    read.add_argument("--port-base", type=int, default=int(os.environ.get("LATCHKEY_PORT_BASE", USUAL_FRONT)))
    asked = read.parse_args()
    return Layout(ROOT, (ROOT / asked.dir).resolve(), asked.port_base)


if __name__ == "__main__":
    sys.exit(main())
