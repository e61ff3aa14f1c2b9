"""Faults planted one by one in a copy: what the checks cannot find they do not check."""

import unittest

from .faults import BROKEN, INVALID
from .workspace import Workspace, terraform


class InvalidFilesAreFoundTests(unittest.TestCase):
    """`terraform validate` with the schema of the google provider."""


class BrokenPromisesAreFoundTests(unittest.TestCase):
    """`terraform test`."""


def _invalid(file, old, new, words):
    def test(self):
        with Workspace() as copy:
            copy.plant(file, old, new)
            faults = terraform().validate(copy.module)
            self.assertIn(words, "\n".join(faults))
            self.assertTrue(any(fault.startswith(f"{file}:") for fault in faults), faults)

    return test


def _broken(file, old, new, tests, words):
    def test(self):
        with Workspace() as copy:
            copy.plant(file, old, new)
            values = copy.root / "infra/terraform/production.tfvars"
            _, failures = terraform().test(copy.module, values, f"-filter=tests/{tests}.tftest.hcl")
            self.assertIn(words, "\n".join(failures))
            self.assertNotEqual(failures, [])

    return test


for _name, _fault in INVALID.items():
    setattr(InvalidFilesAreFoundTests, f"test_{_name}", _invalid(*_fault))
for _name, _fault in BROKEN.items():
    setattr(BrokenPromisesAreFoundTests, f"test_{_name}", _broken(*_fault))


if __name__ == "__main__":
    unittest.main()
