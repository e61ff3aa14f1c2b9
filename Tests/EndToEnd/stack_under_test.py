"""The running stack that the end-to-end tests are pointed at, and ways to start others."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "infra/local"))

from latchkey_local.layout import Layout


def layout():
    """Where the running stack lives, as `infra/local/stack.py run -- …` tells its command."""
    return Layout(
        ROOT, Path(os.environ["LATCHKEY_DIR"]), int(os.environ["LATCHKEY_PORT_BASE"]), os.environ["LATCHKEY_EXECUTABLES"]
    )
