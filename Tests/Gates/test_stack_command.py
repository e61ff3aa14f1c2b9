"""`infra/local/stack.py` as somebody types it who does not know it: nothing is wiped by mistake, no traceback is shown."""

import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class StackCommandTests(unittest.TestCase):
    def setUp(self):
        (ROOT / ".local").mkdir(exist_ok=True)
        self.folder = Path(tempfile.mkdtemp(dir=ROOT / ".local"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def stack(self, *words):
        command = [ROOT / "infra/local/stack.py", "--dir", self.folder, *words]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, stdin=subprocess.DEVNULL)
        self.assertNotIn("Traceback", done.stderr)
        return done

    def test_only_a_plain_clean_wipes(self):
        for words, code in [(["--help"], 0), (["-h"], 0), (["--dry-run"], 2), (["mail"], 2), (["--", "mail"], 2)]:
            with self.subTest(words):
                self.assertEqual(self.stack("clean", *words).returncode, code)
                self.assertTrue(self.folder.exists())
        self.assertEqual(self.stack("clean").returncode, 0)
        self.assertFalse(self.folder.exists())

    def test_help_is_help_wherever_it_stands(self):
        for what in ["run", "exec", "services"]:
            with self.subTest(what):
                done = self.stack(what, "--help")
                self.assertEqual(done.returncode, 0)
                self.assertIn("infra/local/stack.py run", done.stdout)

    def test_what_cannot_be_is_told_in_a_line(self):
        self.assertIn("no program `lachtkey`", self.stack("exec", "lachtkey", "doctor").stderr)
        for port in ["eighty", "0", "70000"]:
            with self.subTest(port):
                done = self.stack("--port-base", port, "exec", "true")
                self.assertEqual(done.returncode, 2)
                self.assertIn("--port-base", done.stderr.splitlines()[-1])


if __name__ == "__main__":
    unittest.main()
