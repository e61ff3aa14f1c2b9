"""Where one stack keeps its files and on which ports it listens."""

import random
import socket
from dataclasses import dataclass
from pathlib import Path

from .fault import Fault

USUAL_FRONT = 8080
USUAL_EXECUTABLES = ".build/release"
# How far from its usual port a function listens while it takes over from one that still runs.
SPARE = 20

# Who listens where in a stack of the usual ports; the functions' own stand in infra/functions.json.
FIXED_PORTS = {
    "the front door": USUAL_FRONT,
    "Postgres": 8432,
    "the sandbox": 8090,
    "the object store": 8091,
    "the mail page": 8025,
    "the mail server": 1025,
}


@dataclass(frozen=True)
class Layout:
    """One stack: the repository it runs from, its own folder, how far its ports are from the usual ones, what it runs."""

    root: Path
    folder: Path
    front: int = USUAL_FRONT
    executables: str = USUAL_EXECUTABLES

    def port(self, usual):
        """The port that stands in for a usual one, so that two stacks never collide."""
        return usual + self.front - USUAL_FRONT

    @property
    def database_port(self):
        return self.port(FIXED_PORTS["Postgres"])

    @property
    def sandbox_port(self):
        return self.port(FIXED_PORTS["the sandbox"])

    @property
    def objects_port(self):
        return self.port(FIXED_PORTS["the object store"])

    @property
    def mail_page_port(self):
        return self.port(FIXED_PORTS["the mail page"])

    @property
    def smtp_port(self):
        return self.port(FIXED_PORTS["the mail server"])

    @property
    def public_url(self):
        return f"http://localhost:{self.front}"

    @property
    def mail_page(self):
        return f"http://localhost:{self.mail_page_port}"

    @property
    def sandbox_url(self):
        return f"http://127.0.0.1:{self.sandbox_port}"

    @property
    def logs(self):
        return self.folder / "log"

    @property
    def storage(self):
        return self.folder / "storage"

    @property
    def python(self):
        """The Python that has the packages of Tests/requirements.txt."""
        return self.root / ".local/venv/bin/python"

    def log(self, name):
        return self.logs / f"{name}.log"

    def executable(self, name):
        """A release executable; the fault says how to make it."""
        file = self.root / self.executables / name
        if not file.exists():
            raise Fault(f"{self.shown(file)} is missing: run `make build`")
        return file

    def shown(self, path):
        """A path as a person in the repository would type it."""
        try:
            return str(path.relative_to(self.root))
        except ValueError:
            return str(path)


def free_front(usual_ports):
    """A front port whose whole range of ports is free: for tests, which may run beside a developer's stack."""
    for front in random.sample(range(18080, 28080, 200), 50):
        layout = Layout(Path(), Path(), front)
        if all(is_free(layout.port(port)) for port in usual_ports):
            return front
    raise Fault("none of the port ranges for tests is free: something holds ports 11000 to 29000")


def is_free(port):
    """Whether nobody listens on a TCP port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("0.0.0.0", port))
            probe.listen(1)
        except OSError:
            return False
    return True


def holder(port):
    """Who listens on a port, as far as we may look: a name and a process ID, or None."""
    inodes = _listening_inodes(port)
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            links = [str(link.readlink()) for link in (folder / "fd").iterdir()]
        except OSError:
            continue  # ended meanwhile, or another user's
        if any(f"socket:[{inode}]" in links for inode in inodes):
            return f"{(folder / 'comm').read_text().strip()} (process {folder.name})"
    return None


def _listening_inodes(port):
    listening, inodes = "0A", set()
    for table in ["/proc/net/tcp", "/proc/net/tcp6"]:
        if not Path(table).exists():
            continue
        for line in Path(table).read_text().splitlines()[1:]:
            columns = line.split()
            if columns[3] == listening and int(columns[1].rsplit(":", 1)[1], 16) == port:
                inodes.add(columns[9])
    return inodes
