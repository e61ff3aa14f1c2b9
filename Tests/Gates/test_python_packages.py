"""Every Python package that is installed has a hash, whatever installs it and whatever it is built with."""

import re
import subprocess
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LISTS = ["Tests/requirements", "Tests/build.requirements", "Tests/Bench/requirements"]
LISTS += [str(file.relative_to(ROOT).with_suffix("")) for file in sorted((ROOT / "Tests/Infra").glob("*.requirements.txt"))]
PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)((?: \\\n    --hash=sha256:[0-9a-f]{64})*)$", re.MULTILINE)


def text_of(name):
    return (ROOT / name).read_text(encoding="utf-8")


def plain(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def faults_of(text):
    """What of a list has no hash, or would be built with what has none."""
    pins = PIN.findall(text)
    faults = [f"{name} has no hash" for name, _, hashes in pins if not hashes]
    options = [line for line in text.splitlines() if line.startswith("--")]
    if "--only-binary :all:" not in options:
        faults.append("source archives are taken, whatever they are built with")
    for line in text.splitlines():
        if not re.match(r"$|#|--only-binary|--no-binary|    (#|--hash=sha256:[0-9a-f]{64}( \\)?$)", line) and not re.match(r"[\w.-]+==\S+ \\$", line):
            faults.append(f"{line} is no package at a version with a hash")
    return faults


class ListTests(unittest.TestCase):
    def test_every_package_of_every_list_has_hashes(self):
        self.assertGreater(len(LISTS), 5)
        for name in LISTS:
            with self.subTest(name):
                self.assertEqual(faults_of(text_of(f"{name}.txt")), [])
                self.assertTrue(PIN.findall(text_of(f"{name}.txt")))

    def test_a_package_without_a_hash_is_a_fault(self):
        hashed = "--only-binary :all:\na==1 \\\n    --hash=sha256:" + "0" * 64 + "\n"
        self.assertEqual(faults_of(hashed), [])
        for wrong in [
            hashed + "b==2\n", hashed + "b>=2\n", hashed + "b @ https://example.com/b.whl\n", hashed + "-e .\n",
            hashed.replace("sha256", "md5"), hashed.replace("--only-binary :all:\n", ""),
        ]:
            with self.subTest(wrong):
                self.assertNotEqual(faults_of(wrong), [])

    def test_what_is_asked_for_is_what_is_installed(self):
        for name in LISTS:
            with self.subTest(name):
                installed = {plain(package): version for package, version, _ in PIN.findall(text_of(f"{name}.txt"))}
                for line in text_of(f"{name}.in").splitlines():
                    if re.match(r"[\w.-]+", line) and not line.startswith("-"):
                        package, _, version = line.partition("==")
                        self.assertIn(installed[plain(package)], [version] if version else installed.values())

    def test_what_has_no_wheel_is_named_and_built_with_packages_that_have_hashes(self):
        for name in LISTS:
            sources = re.findall(r"^--no-binary (\S+)$", text_of(f"{name}.txt"), re.MULTILINE)
            self.assertEqual(sources, ["cssmin", "pyscss"] if name == "Tests/requirements" else [], name)
        self.assertIn("setuptools==", text_of("Tests/build.requirements.txt"))


class InstallationTests(unittest.TestCase):
    def test_whatever_installs_packages_demands_hashes(self):
        files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
        calls = []
        for name in files.split("\0"):
            if name.endswith((".md", ".csv", ".py")) or not (ROOT / name).is_file():
                continue
            lines = (ROOT / name).read_bytes().decode(errors="replace").splitlines()
            calls += [f"{name}: {line.strip()}" for line in lines if re.search(r"\bpip3?\"? install\b", line) and not line.lstrip().startswith("#")]
        self.assertEqual(len(calls), 2, calls)
        for call in calls:
            self.assertIn(" install --require-hashes ", call)

    def test_nothing_is_built_with_what_pip_would_fetch_by_itself(self):
        text = text_of("infra/local/bootstrap")
        (call,) = re.findall(r'^ +quietly .*--requirement "\$requirements"$', text, re.MULTILINE)
        self.assertIn(" --no-build-isolation ", call)


if __name__ == "__main__":
    unittest.main()
