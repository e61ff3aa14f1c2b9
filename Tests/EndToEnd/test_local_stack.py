"""Starting and stopping the stack: nothing is left behind, and what goes wrong is told in a line."""

import os
import re
import shutil
import signal
import socket
import subprocess
import time
import unittest
from pathlib import Path

import stack_under_test

from latchkey_local import table
from latchkey_local.layout import Layout, free_front, is_free
from latchkey_local.stack import usual_ports

ROOT = stack_under_test.ROOT
FUNCTIONS = table.load(ROOT)
PATIENCE = 60
FOLDER = ROOT / ".local/e2e-own"


class Running:
    """A stack of this test's own, with what it said."""

    def __init__(self, front):
        self.layout = Layout(ROOT, FOLDER, front)
        where = ["--dir", self.layout.folder, "--port-base", str(front)]
        self.said = self.layout.folder / "said"
        self.layout.folder.mkdir(parents=True, exist_ok=True)
        with open(self.said, "wb") as said:
            self.process = subprocess.Popen(
                [ROOT / "infra/local/stack.py", *where, "run"], stdout=said, stderr=said, start_new_session=True
            )

    def text(self):
        return self.said.read_text(encoding="utf-8")

    def wait_until(self, words):
        deadline = time.monotonic() + PATIENCE
        while words not in self.text():
            if time.monotonic() > deadline or (self.process.poll() is not None and words not in self.text()):
                raise AssertionError(f"«{words}» was not said:\n{self.text()}")
            time.sleep(0.05)

    def processes(self):
        """Every process that carries this stack's folder or ports in its command line or environment."""
        database = self.layout.database_port
        marks = [mark.encode() for mark in [str(self.layout.folder), f"port={database}", f":{database}/latchkey"]]
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                about = (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()
            except OSError:
                continue  # ended meanwhile, or another user's
            if any(mark in about for mark in marks) and int(folder.name) != os.getpid():
                found[int(folder.name)] = (folder / "comm").read_text().strip()
        return found

    def taken_ports(self):
        return [port for port in map(self.layout.port, usual_ports(FUNCTIONS)) if not is_free(port)]


class LocalStackTests(unittest.TestCase):
    def setUp(self):
        self.front = free_front(usual_ports(FUNCTIONS))
        # A run that was cut off may have left a part of it.
        shutil.rmtree(FOLDER, ignore_errors=True)

    def start(self):
        running = Running(self.front)
        self.addCleanup(self._end, running)
        return running

    def _end(self, running):
        if running.process.poll() is None:
            running.process.terminate()
        running.process.wait(PATIENCE)
        shutil.rmtree(running.layout.folder)

    def assert_nothing_is_left(self, running):
        deadline = time.monotonic() + PATIENCE
        while running.taken_ports() or running.processes():
            self.assertLess(time.monotonic(), deadline, f"{running.processes()}, ports {running.taken_ports()}")
            time.sleep(0.05)

    def test_each_way_to_stop_leaves_nothing_running_and_a_second_start_keeps_the_data(self):
        for number, code in [(signal.SIGINT, 0), (signal.SIGTERM, 0), (signal.SIGKILL, -9)]:
            with self.subTest(number.name):
                running = Running(self.front)
                running.wait_until("Latchkey runs.")
                self.assertEqual(len(running.taken_ports()), len(usual_ports(FUNCTIONS)))
                running.process.send_signal(number)
                self.assertEqual(running.process.wait(PATIENCE), code)
                self.assert_nothing_is_left(running)
        secrets = (running.layout.folder / "secrets.env").read_text()
        self.assertEqual(len(re.findall(r"^LICENSE_SECRETS=", secrets, re.MULTILINE)), 1)
        self._end(running)

    def test_a_port_in_use_is_one_line_that_names_who_holds_it(self):
        with socket.socket() as squatter:
            # Another test's stack may have left closed connections at this port, which are no listener.
            squatter.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            squatter.bind(("127.0.0.1", self.front))
            squatter.listen(1)
            running = self.start()
            self.assertEqual(running.process.wait(PATIENCE), 1)
        lines = [line for line in running.text().splitlines() if line.startswith("✗")]
        self.assertEqual(len(lines), 1, running.text())
        self.assertRegex(lines[0], rf"Port {self.front}, .* held by .*{os.getpid()}.*stop that")

    def test_a_function_that_cannot_start_is_one_line_with_its_own_last_words(self):
        FOLDER.mkdir(parents=True, exist_ok=True)
        (FOLDER / "secrets.env").write_text("KEY_PEPPER=short\n")
        running = self.start()
        self.assertEqual(running.process.wait(PATIENCE), 1)
        lines = [line for line in running.text().splitlines() if line.startswith("✗")]
        self.assertEqual(len(lines), 1, running.text())
        # All that need the pepper end at once, and the first of them is told.
        needing = "|".join(function.name for function in FUNCTIONS if "KEY_PEPPER" in function.settings)
        self.assertRegex(lines[0], f"✗ ({needing}) ended with code 1: .*KEY_PEPPER")
        self.assertNotIn("Traceback", running.text())
        self.assert_nothing_is_left(running)

    def test_a_function_that_dies_is_told_in_a_line_and_started_again(self):
        running = self.start()
        running.wait_until("Latchkey runs.")
        self._kill(running, FUNCTIONS[0])
        running.wait_until(f"✗ {FUNCTIONS[0].name} was killed by SIGKILL")
        running.wait_until("Starting it again")
        self._wait_until_taken(running.layout.port(FUNCTIONS[0].port))

    def test_two_stacks_cannot_share_a_folder(self):
        running = self.start()
        running.wait_until("Latchkey runs.")
        second = subprocess.run(
            [ROOT / "infra/local/stack.py", "--dir", running.layout.folder, "run"], capture_output=True, text=True
        )
        self.assertEqual(second.returncode, 1)
        self.assertIn(f"in use by process {running.process.pid}", second.stderr)

    def test_what_is_generated_is_for_its_owner_alone(self):
        running = self.start()
        running.wait_until("Latchkey runs.")
        for name in ["secrets.env", "postgres", "mail"]:
            self.assertEqual((running.layout.folder / name).stat().st_mode & 0o077, 0, name)

    def _kill(self, running, function):
        for process, name in running.processes().items():
            if name == function.name[:15]:
                os.kill(process, signal.SIGKILL)
                return
        self.fail(f"{function.name} does not run: {running.processes()}")

    def _wait_until_taken(self, port):
        deadline = time.monotonic() + PATIENCE
        while is_free(port):
            self.assertLess(time.monotonic(), deadline, f"nothing listens on {port}")
            time.sleep(0.05)


if __name__ == "__main__":
    unittest.main()
