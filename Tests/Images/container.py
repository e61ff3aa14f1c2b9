"""An image as a container engine would run it: its own root, which nobody can write to, and no rights.

Meant for a private mount namespace (`unshare --mount`), in which every mount made here ends with the process.
"""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "infra/local"))

from latchkey_local.layout import Layout

IMAGES = ROOT / ".local/images/out"
PATIENCE = 20


def layout():
    """The running stack, as `infra/local/stack.py run -- …` tells its command."""
    folder, front = Path(os.environ["LATCHKEY_DIR"]), int(os.environ["LATCHKEY_PORT_BASE"])
    return Layout(ROOT, folder, front, os.environ["LATCHKEY_EXECUTABLES"])


class Image:
    """What Tests/Infra/images exported of one image."""

    def __init__(self, name):
        self.name = name
        self.root = IMAGES / name / "root"
        self.config = json.loads((IMAGES / name / "image.json").read_text())["OCIv1"]["config"]
        self.environment = dict(setting.split("=", 1) for setting in self.config.get("Env", []))
        self.user = self.config.get("User", "")

    @property
    def files(self):
        """Every file, as a path from the root."""
        return {str(file.relative_to(self.root)) for file in self.root.rglob("*") if file.is_symlink() or not file.is_dir()}

    @property
    def compressed(self):
        """Bytes that a registry would keep of its layers."""
        manifest = json.loads((IMAGES / self.name / "packed/manifest.json").read_text())
        return sum(layer["size"] for layer in manifest["layers"])

    def copy(self, to):
        """A root that a test may change before it is run."""
        shutil.copytree(self.root, to, symlinks=True, dirs_exist_ok=True)
        return Path(to)


class Container:
    """One process of an image; ended with its scope."""

    def __init__(self, image, environment, root=None, arguments=(), writable=(), devices=False):
        self.image = image
        self._root = str(root or image.root)
        self._arguments = [*image.config["Entrypoint"], *arguments]
        self._environment = image.environment | environment
        self._mount(writable, devices)

    def _mount(self, writable, devices):
        """The mounts that an engine makes too; Swift's runtime wants to find its own executable in /proc."""
        places = {"proc": ["-t", "proc", "proc"]}
        places |= {folder: ["-t", "tmpfs", "-o", "mode=1777", "tmpfs"] for folder in writable}
        if devices:
            places["dev"] = ["--bind", "/dev"]
        for folder in places:
            Path(self._root, folder).mkdir(exist_ok=True)
        _run("mount", "--bind", self._root, self._root)
        _run("mount", "-o", "remount,bind,ro", self._root)
        for folder, how in places.items():
            _run("mount", *how, f"{self._root}/{folder}")

    def __enter__(self):
        started, telling = os.pipe()
        self.process = subprocess.Popen(
            self._arguments,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            preexec_fn=lambda: self._enter(telling),
            pass_fds=[telling],
            start_new_session=True,
            text=True,
        )
        os.close(telling)
        with os.fdopen(started) as told:
            self.executed_at = int(told.readline()) / 1e9
        return self

    def _enter(self, telling):
        """In the child, just before the executable: root, user and rights are laid aside."""
        os.chroot(self._root)
        os.chdir("/")
        user, group = map(int, self.image.user.split(":"))
        os.setgroups([])
        os.setgid(group)
        os.setuid(user)
        os.set_inheritable(telling, False)
        os.write(telling, b"%d\n" % time.monotonic_ns())

    def __exit__(self, *_):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)  # and its children
        self.process.communicate()
        _run("umount", "--recursive", self._root)

    def stop(self):
        """Asks it to stop as its image says, and answers its exit code and what it said."""
        self.process.send_signal(getattr(signal, self.image.config["StopSignal"]))
        said, _ = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, said

    def until_healthy(self, host, port):
        """Milliseconds from its exec to its first healthy answer."""
        while True:
            answer = ask(host, port, "/healthz")
            if answer.startswith(b"HTTP/1.1 200 "):
                return (time.monotonic() - self.executed_at) * 1000
            if self.process.poll() is not None:
                raise AssertionError(f"{self.image.name} ended with {self.process.returncode}: {self.process.stdout.read()}")
            if time.monotonic() > self.executed_at + PATIENCE:
                raise AssertionError(f"{self.image.name} is not healthy after {PATIENCE} s")
            time.sleep(0.0001)


@contextlib.contextmanager
def undisturbed():
    """Goes before whatever else this machine does, and what is started meanwhile does too: for measuring a start."""
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    except PermissionError:
        print("without the right to go first, starts are measured beside whatever else runs here")
        yield
        return
    try:
        yield
    finally:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


def ask(host, port, path):
    """What is answered to a plain request, as bytes; nothing when nobody listens."""
    request = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
    try:
        with socket.create_connection((host, port), timeout=PATIENCE) as connection:
            connection.sendall(request)
            answer = b""
            while some := connection.recv(65536):
                answer += some
            return answer
    except OSError:
        return b""


def _run(*command):
    subprocess.run(command, check=True)
