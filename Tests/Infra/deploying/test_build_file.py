"""cloudbuild.yaml and cloudbuild.test.yaml by Google's two readers and by our own rules; each is shown a fault that it must see."""

import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

import yaml
from build_file import ROOT, faults_of

FILE, TESTS = ROOT / "cloudbuild.yaml", ROOT / "cloudbuild.test.yaml"
TEST_STEP = "\n  - id: test\n    name: swift:6\n    entrypoint: bash\n    args: [infra/deploy/test]\n    waitFor: [plan]\n    timeout: 9s\n"

# One thing changed, and who has to see it: G is gcloud's loader, P Google's published messages, O our own rules.
PLANTED = [
    ("an unknown field", "timeout: 9000s", "timeout: 9000s\ntimeuot: 1s", "GP"),
    ("an unknown field inside", "  machineType:", "  machineTyp: X\n  machineType:", "GP"),
    ("a word that is none of the list's", "CLOUD_LOGGING_ONLY", "CLOUD_LOGING_ONLY", "GP"),
    ("a step's unknown field", "    entrypoint: bash\n", "    entrypoint: bash\n    entrypont: sh\n", "GP"),
    ("a substitution without _", "  _ENVIRONMENT: staging", "  ENVIRONMENT: staging", "GO"),
    ("minutes", "timeout: 9000s", "timeout: 30m", "P"),
    ("waiting for nobody", "waitFor: [migrate]", "waitFor: [migrat]", "O"),
    ("waiting for what comes later", "waitFor: [plan]", "waitFor: [shift]", "O"),
    ("a script that is not there", "infra/deploy/shift]", "infra/deploy/shfit]", "O"),
    ("a value that nobody gives", "REGION=${_REGION}", "REGION=${_REGOIN}", "O"),
    ("a secret that nobody offers", "    args: [infra/deploy/plan]", "    args: [infra/deploy/plan]\n    secretEnv: [KEY]", "O"),
    ("a build too short for its steps", "timeout: 9000s", "timeout: 60s", "O"),
    ("tests in the build that deploys", "\ntimeout: 9000s", f"{TEST_STEP}\ntimeout: 9000s", "O"),
    ("a deployment that asks for no tests", "args: [infra/deploy/tested]", "args: [infra/deploy/plan]", "O"),
    ("a step that does not wait for the answer", "waitFor: [tested]", 'waitFor: ["-"]', "O"),
]


def sdk():
    """Where gcloud and its Python are, or nothing."""
    program = shutil.which("gcloud")
    if not program:
        return None
    with tempfile.TemporaryDirectory() as folder:
        answer = subprocess.run(
            [program, "info", "--format=value(installation.sdk_root,basic.python_location)"],
            env=os.environ | {"CLOUDSDK_CONFIG": folder}, capture_output=True, text=True, check=True,
        )
    return answer.stdout.split()


class BuildFileTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.text, cls.sdk = FILE.read_text(encoding="utf-8"), sdk()
        cls.readers = {"P": lambda text: "\n".join(faults_of(text)), "O": lambda text: "\n".join(faults_of(text))}
        if cls.sdk:
            cls.readers["G"] = cls.by_gcloud

    @classmethod
    def by_gcloud(cls, text):
        """What gcloud's own loader says; nothing when it is content."""
        root, python = cls.sdk
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "cloudbuild.yaml"
            file.write_text(text, encoding="utf-8")
            paths = f"{root}/lib:{root}/lib/third_party"
            done = subprocess.run(
                [python, "-B", Path(__file__).with_name("gcloud_loader.py"), file],
                env={"PYTHONPATH": paths, "CLOUDSDK_CONFIG": folder, "PATH": os.environ["PATH"]}, capture_output=True, text=True,
            )
        return "" if done.returncode == 0 else done.stderr or "refused"

    def test_both_files_are_builds(self):
        for file in [FILE, TESTS]:
            for reader, read in self.readers.items():
                self.assertEqual(read(file.read_text(encoding="utf-8")), "", f"{file.name}: {reader}")

    def test_tests_are_a_build_of_their_own_with_the_name_that_the_deployment_looks_for(self):
        build = yaml.safe_load(TESTS.read_text(encoding="utf-8"))
        self.assertEqual([step["args"] for step in build["steps"]], [["infra/deploy/test"]])
        self.assertIn(f"tags={build['tags'][0]} ", (ROOT / "infra/deploy/tested").read_text(encoding="utf-8"))
        self.assertNotIn("infra/deploy/test]", self.text)

    def test_every_reader_sees_what_it_is_there_for(self):
        for what, old, new, seen_by in PLANTED:
            self.assertIn(old, self.text)
            text = self.text.replace(old, new, 1)
            for reader in set(seen_by) & self.readers.keys():
                with self.subTest(f"{what}: {reader}"):
                    self.assertNotEqual(self.readers[reader](text), "")

    def test_gcloud_takes_part_where_it_is_installed(self):
        if not self.sdk:
            self.skipTest("gcloud is not installed: Google's published messages alone have read the file")
        self.assertIn("G", self.readers)

    def test_the_order_of_the_steps_is_the_one_that_was_tested(self):
        from test_deploy import STEPS

        scripts = [line.split("[")[1].rstrip("]").split(", ") for line in self.text.splitlines() if "infra/deploy/" in line and "args" in line]
        names = [tuple([words[0].removeprefix("infra/deploy/"), *words[1:]]) for words in scripts]
        self.assertEqual(names, STEPS)


if __name__ == "__main__":
    unittest.main()
