"""docker-compose.yml as compose itself reads it, with the settings of a fresh `.env`."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from engine import ENVIRONMENT, ROOT

FILE = ROOT / "docker-compose.yml"


def fresh_settings(file, **changes):
    """Writes what `make compose-up` would make, with some values changed, and answers the path."""
    environment = os.environ | {"COMPOSE_ENV_FILES": str(file)}
    subprocess.run(
        [sys.executable, "-B", ROOT / "infra/compose/prepare"], check=True, env=environment, capture_output=True, cwd=ROOT
    )
    lines = file.read_text(encoding="utf-8").splitlines()
    known = {line.partition("=")[0] for line in lines}
    assert changes.keys() <= known, changes.keys() - known
    changed = [f"{name}={changes[name]}" if (name := line.partition("=")[0]) in changes else line for line in lines]
    file.write_text("\n".join(changed) + "\n", encoding="utf-8")
    return file


def read(text=None, settings=None, profile="*"):
    """The file (or another text of it) as compose understands it; the text of its complaint when it refuses."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "docker-compose.yml"
        file.write_text(FILE.read_text(encoding="utf-8") if text is None else text, encoding="utf-8")
        settings = settings or fresh_settings(Path(folder) / "settings")
        command = ["docker", "compose", "--project-directory", ROOT, "--file", file, "--env-file", settings]
        done = subprocess.run(
            [*command, "--profile", profile, "config", "--format", "json"], env=ENVIRONMENT, capture_output=True, text=True
        )
    return json.loads(done.stdout) if done.returncode == 0 else done.stderr
