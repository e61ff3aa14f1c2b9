"""Each limit of the budget gate, broken once."""

import unittest

import budgets


class BudgetTests(unittest.TestCase):
    def test_a_function_within_every_limit_has_no_fault(self):
        self.assertEqual(budgets.faults("checkout", size=15.9, start=24.9, resident=19.9, unwanted=[]), [])

    def test_each_limit_is_a_fault_of_its_own(self):
        within = {"size": 1.0, "start": 1.0, "resident": 1.0, "unwanted": []}
        for change in [{"size": 16.0}, {"start": 25.0}, {"resident": 20.0}, {"unwanted": ["libicu"]}]:
            with self.subTest(change):
                self.assertEqual(len(budgets.faults("checkout", **(within | change))), 1)

    def test_what_ldd_may_not_show_is_recognised(self):
        for library in ["libicuuc.so.72", "lib_FoundationInternationalization", "libswiftCore.so", "libFoundationEssentials.so"]:
            with self.subTest(library):
                self.assertRegex(f"\t{library} => /usr/lib/{library}", budgets.FORBIDDEN_LIBRARIES)

    def test_what_a_function_links_anyway_is_no_fault(self):
        ours = ["libpq.so.5", "libcrypto.so.3", "libcurl.so.4", "libuv.so.1", "libllhttp.so.9.2", "libyyjson.so.0",
                "libidn2.so.0"]
        for library in [*ours, "libc.so.6"]:
            with self.subTest(library):
                self.assertNotRegex(f"\t{library} => /usr/lib/{library}", budgets.FORBIDDEN_LIBRARIES)


if __name__ == "__main__":
    unittest.main()
