"""infra/terraform as it is: formatted, valid, and as its own tests promise."""

import re
import unittest

from .workspace import MODULE, SOURCES, VALUES, Workspace, terraform


class ConfigurationTests(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.copy = Workspace().__enter__()
        cls.addClassCleanup(cls.copy.__exit__)

    def test_every_file_is_formatted(self):
        result = terraform().run(self.copy.root / "infra/terraform", "fmt", "-check", "-recursive", "-diff")
        self.assertEqual((result.returncode, result.stdout), (0, ""))

    def test_the_schema_knows_every_type_that_is_used(self):
        used = set()
        for file in SOURCES.rglob("*.tf"):
            used |= set(re.findall(r'^(resource|data) "(google_\w+)"', file.read_text(encoding="utf-8"), re.MULTILINE))
        self.assertEqual(used - terraform().types, set())

    def test_every_folder_is_valid(self):
        for folder in [self.copy.module, self.copy.root / "infra/terraform/bootstrap", self.copy.whole]:
            with self.subTest(folder.name):
                self.assertEqual(terraform().validate(folder), [])

    def test_the_provider_has_one_version(self):
        files = [file for file in SOURCES.rglob("*.tf") if "required_providers" in file.read_text(encoding="utf-8")]
        texts = [file.read_text(encoding="utf-8") for file in files]
        versions = {re.search(r'^ +version += "([^"]+)"', text, re.MULTILINE)[1] for text in texts}
        self.assertEqual((len(files), versions), (3, {"6.50.0"}))

    def test_the_root_hands_on_every_variable(self):
        text = (SOURCES / "main.tf").read_text(encoding="utf-8")
        passed = set(re.findall(r"^  (\w+) += var\.\1$", text, re.MULTILINE))
        declared = {
            name
            for file in (self.copy.root / MODULE).glob("variables*.tf")
            for name in re.findall(r'^variable "(\w+)"', file.read_text(encoding="utf-8"), re.MULTILINE)
        }
        self.assertEqual(passed, declared)


def _promise(folder, values):
    def test(self):
        place = self.copy.whole if folder == "whole" else self.copy.module
        held, failures = terraform().test(place, self.copy.root / f"infra/terraform/{values}.tfvars")
        self.assertEqual(failures, [])
        self.assertGreater(held, 0)

    return test


for _values in VALUES:
    setattr(ConfigurationTests, f"test_{_values}_plans_as_a_whole", _promise("whole", _values))
    setattr(ConfigurationTests, f"test_{_values}_keeps_every_promise", _promise("module", _values))


if __name__ == "__main__":
    unittest.main()
