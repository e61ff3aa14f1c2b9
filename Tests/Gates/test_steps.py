"""How `make test` counts: a failure is never lost."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from steps import Count, count_of, shown


class CountTests(unittest.TestCase):
    def test_a_step_that_counts_for_itself_is_believed(self):
        self.assertEqual(count_of(0, ["…", "12 passed, 0 failed"]), Count(12, 0))
        self.assertEqual(count_of(1, ["10 passed, 2 failed"]), Count(10, 2))

    def test_a_failed_command_never_counts_as_passed(self):
        self.assertEqual(count_of(1, ["12 passed, 0 failed"]), Count(12, 1))
        self.assertEqual(count_of(139, []), Count(0, 1))

    def test_unittest_is_understood(self):
        self.assertEqual(count_of(0, ["Ran 3 tests in 0.1s", "", "OK"]), Count(3, 0))
        self.assertEqual(count_of(1, ["Ran 3 tests in 0.1s", "", "FAILED (failures=1, errors=1)"]), Count(1, 2))

    def test_several_counts_in_one_step_add_up(self):
        said = ["8 passed, 0 failed", "Ran 1 test in 2s", "", "OK", "Ran 4 tests in 2s", "", "FAILED (errors=1)"]
        self.assertEqual(count_of(1, said), Count(12, 1))

    def test_a_command_that_counts_nothing_is_one_check(self):
        self.assertEqual(count_of(0, ["fine"]), Count(1, 0))

    def test_a_failure_is_shown_however_much_was_said_after_it(self):
        said = ["✘ Test \"a sale\" failed", "✔ Test \"a refund\" passed"] + ["…"] * 500
        self.assertEqual(shown(said)[0], said[0])
        self.assertNotIn(said[1], shown(said))


if __name__ == "__main__":
    unittest.main()
