"""A Docker daemon of our own, and the images that compose needs, for the length of one check.

Everything of it lies below .local/engine; nothing of a daemon that this machine may have is touched. It is started in
namespaces of its own (`Tests/Infra/compose`): its processes, bridges and rules end with them.
"""

import fcntl
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
HOME = ROOT / ".local/engine"
SOCKET = HOME / "docker.sock"
STAND_IN = "latchkey-stand-in"
TAG = "check"
PATIENCE = 60

ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "HOME": str(HOME),
    "DOCKER_HOST": f"unix://{SOCKET}",
    "DOCKER_CONFIG": str(ROOT / ".local/docker"),
    "DOCKER_BUILDKIT": "0",
}


class Engine:
    """The daemon, from `start` to `stop`."""

    def __init__(self):
        self._process = None

    def start(self):
        """Returns when it answers."""
        HOME.mkdir(parents=True, exist_ok=True)
        self._lock = open(HOME / "lock", "w")
        fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # What one that was killed left behind names processes of namespaces that are gone.
        (HOME / "pid").unlink(missing_ok=True)
        SOCKET.unlink(missing_ok=True)
        shutil.rmtree(HOME / "run", ignore_errors=True)
        # Without a bridge of its own: compose makes the networks that it uses. The hard limit of this machine may be
        # below what the daemon gives containers by itself.
        command = ["dockerd", "--data-root", HOME / "data", "--exec-root", HOME / "run", "--host", f"unix://{SOCKET}"]
        command += ["--pidfile", HOME / "pid", "--bridge", "none", "--default-ulimit", "nofile=4096:4096"]
        with open(HOME / "dockerd.log", "wb") as log:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + PATIENCE
        while docker("version", check=False).returncode != 0:
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                sys.exit(f"the Docker daemon does not start: see {HOME / 'dockerd.log'}")
            time.sleep(0.2)

    def stop(self):
        """Returns when it and all containers are gone."""
        if self._process and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(PATIENCE)


def docker(*words, check=True, environment=None, timeout=600):
    """One command of docker against our daemon."""
    done = subprocess.run(
        ["docker", *map(str, words)], cwd=ROOT, env=ENVIRONMENT | (environment or {}), stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=timeout,
    )
    if check and done.returncode != 0:
        raise AssertionError(f"docker {' '.join(map(str, words))} exits with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done


def load_product(names):
    """The images that Tests/Infra/images built, under the names that docker-compose.yml gives them."""
    store = {"CONTAINERS_STORAGE_CONF": str(ROOT / ".local/images/storage.conf"), "PATH": os.environ["PATH"], "HOME": str(HOME)}
    archive = HOME / "image.tar"
    for name in names:
        archive.unlink(missing_ok=True)
        subprocess.run(
            ["buildah", "push", "--quiet", f"localhost/latchkey/{name}", f"docker-archive:{archive}:latchkey/{name}:{TAG}"],
            check=True, env=store, stdin=subprocess.DEVNULL,
        )
        docker("load", "--input", archive)
    archive.unlink(missing_ok=True)


def make_stand_ins():
    """Postgres, a mail catcher and Python, for a machine that reaches no registry: one Debian with all of it."""
    tree = HOME / "stand-in.tar"
    if tree.exists():
        docker("import", tree, STAND_IN)
        tree.unlink()
    docker("build", "--quiet", "--tag", "stand-in/postgres", "Tests/Infra/containers/postgres")
    context = HOME / "mail"
    shutil.rmtree(context, ignore_errors=True)
    shutil.copytree(ROOT / ".local/venv", context / "venv", symlinks=True)
    shutil.copy(ROOT / "Tests/Infra/containers/mail/Dockerfile", context)
    docker("build", "--quiet", "--tag", "stand-in/mail", context)
    shutil.rmtree(context)
