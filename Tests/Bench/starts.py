"""What a start takes and what a function weighs."""

import gzip
import os
import signal
import socket
import subprocess
import tempfile
import time

from process import free_port
from shop import FUNCTION_CORE, OTHER_CORE, ROOT

PATIENCE = 20


def cold(command, environment, path, rounds):
    """Milliseconds from exec to the first 200 for `path`, by round."""
    try:
        once(command, environment, path)  # the first start reads the file from the disk
        return [once(command, environment, path) for _ in range(rounds)]
    finally:
        os.sched_setaffinity(0, FUNCTION_CORE | OTHER_CORE)


def once(command, environment, path):
    """Milliseconds from exec to the first 200; the port is asked again and again without a pause."""
    port = free_port()
    request = f"GET {path} HTTP/1.1\r\nHost: bench.example\r\nConnection: close\r\n\r\n".encode()
    environment = environment | {"PORT": str(port)}
    words, nowhere = [*map(str, command)], os.open(os.devnull, os.O_WRONLY)
    silent = [(os.POSIX_SPAWN_DUP2, nowhere, 1), (os.POSIX_SPAWN_DUP2, nowhere, 2)]
    os.sched_setaffinity(0, FUNCTION_CORE)  # the child keeps it
    began = time.perf_counter()
    pid = os.posix_spawnp(words[0], words, environment, file_actions=silent)
    os.sched_setaffinity(0, OTHER_CORE)
    try:
        while not _is_answered(port, request):
            if time.perf_counter() - began > PATIENCE or os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                raise SystemExit(f"{command[0]} does not answer {path}")
        return (time.perf_counter() - began) * 1000
    finally:
        os.kill(pid, signal.SIGTERM)
        os.waitpid(pid, 0)
        os.close(nowhere)


def _is_answered(port, request):
    with socket.socket() as connection:
        if connection.connect_ex(("127.0.0.1", port)):
            return False
        connection.settimeout(PATIENCE)
        try:
            connection.sendall(request)
            return connection.recv(4096).split(b" ", 2)[1] == b"200"
        except (OSError, IndexError):
            return False


def size(raw):
    """Megabytes of some bytes, as they are and compressed as a registry keeps them."""
    return {"megabytes": len(raw) / 1e6, "compressed": len(gzip.compress(raw, 6)) / 1e6}


def image_sizes(names):
    """The same of the one layer that each image has: what infra/images/roots lays out of the static build."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([ROOT / "infra/images/roots", folder], check=True, stdout=subprocess.DEVNULL)
        layers = {name: subprocess.run(["tar", "-c", "-C", f"{folder}/{name}", "."], check=True, capture_output=True).stdout for name in names}
        return {name: size(layer) for name, layer in layers.items()}
