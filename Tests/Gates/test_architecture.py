"""Every rule of the architecture gate, once with a planted fault and once without."""

import tempfile
import unittest
from pathlib import Path

import architecture
import swift_source


class Package:
    """A small package in a temporary folder, as `swift package describe` would tell it."""

    def __init__(self, root):
        self.root = root
        self.targets = []

    def add(self, path, uses=(), kind="library", **sources):
        for name, text in sources.items():
            file = self.root / path / f"{name}.swift"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        self.targets.append(
            {
                "name": path.rsplit("/", 1)[-1],
                "path": path,
                "type": kind,
                "sources": [f"{name}.swift" for name in sources],
                "target_dependencies": list(uses),
            }
        )

    def faults(self):
        return architecture.check({"targets": self.targets}, self.root)


class ArchitectureTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.package = Package(Path(folder.name))
        self.package.add("Shared/Platform/Kernel", WallClock="import Glibc\nlet now = unsafe read()\n")

    def assert_one_fault(self, *words):
        faults = self.package.faults()
        self.assertEqual(len(faults), 1, faults)
        for word in words:
            self.assertIn(word, faults[0])

    def test_a_sound_package_has_no_fault(self):
        self.package.add("Shared/Platform/System/CUV", kind="system-target")
        self.package.add("Shared/Platform/EventLoop", uses=["CUV"], Loop="internal import CUV\nimport Glibc\nlet a = unsafe b\n")
        self.package.add("Functions/Webhook", uses=["Kernel"], kind="executable", Main="import Kernel\n")
        self.package.add(
            "Tests/Functions/WebhookTests",
            uses=["Webhook"],
            kind="test",
            WebhookTests="import Foundation\nimport Testing\n@testable import Webhook\n",
        )
        self.assertEqual(self.package.faults(), [])

    def test_an_undeclared_import_is_a_fault_however_it_is_written(self):
        for line in ["import Kernel", "package import Kernel", "@testable import Kernel", "internal import struct Kernel.Money"]:
            with self.subTest(line):
                self.package.targets = self.package.targets[:1]
                self.package.add("Shared/Shop/Orders", Order=f"// first\n{line}\n")
                self.assert_one_fault("Shared/Shop/Orders/Order.swift:2", "Kernel", "Package.swift")

    def test_an_import_that_the_gate_has_never_heard_of_is_a_fault(self):
        self.package.add("Shared/Shop/Orders", Order="import Vapor\n")
        self.assert_one_fault("Vapor")

    def test_a_commented_import_is_no_import(self):
        self.package.add("Shared/Shop/Orders", Order='// import Vapor\n/* \nimport Vapor\n*/\nlet a = """\nimport Vapor\n"""\n')
        self.assertEqual(self.package.faults(), [])

    def test_foundation_is_a_fault_in_the_product(self):
        for module in ["Foundation", "FoundationEssentials"]:
            with self.subTest(module):
                self.package.targets = self.package.targets[:1]
                self.package.add("Functions/Webhook", kind="executable", Main=f"import {module}\n")
                self.assert_one_fault("Functions/Webhook/Main.swift:1", f"imports {module}", "use JSON, Files")

    def test_foundation_networking_is_a_fault_even_in_a_test(self):
        self.package.add("Tests/Platform/KernelTests", kind="test", A="import FoundationNetworking\n")
        self.assert_one_fault("FoundationNetworking", "Outbound")

    def test_only_a_module_that_wraps_a_c_library_may_import_glibc(self):
        self.package.add("Shared/Shop/Orders", Order="import Glibc\n")
        self.assert_one_fault("Shared/Shop/Orders/Order.swift:1", "Glibc")

    def test_foundation_is_a_fault_in_every_shared_module(self):
        self.package.add("Shared/Shop/Orders", Order="import FoundationEssentials\n")
        self.assert_one_fault("Shared/Shop/Orders/Order.swift:1", "FoundationEssentials")

    def test_an_exception_that_nobody_needs_is_a_fault(self):
        self.package.targets.clear()
        self.package.add("Shared/Platform/Kernel", WallClock="let a = 1\n")
        self.assert_one_fault("Shared/Platform/Kernel/WallClock.swift", "Glibc", "exception")

    def test_a_c_module_with_two_importers_is_a_fault(self):
        self.package.add("Shared/Platform/System/CUV", kind="system-target")
        for name in ["EventLoop", "Server"]:
            self.package.add(f"Shared/Platform/{name}", uses=["CUV"], A="internal import CUV\n")
        self.assert_one_fault("CUV", "EventLoop, Server")

    def test_a_c_module_with_a_second_declarer_is_a_fault_before_it_is_imported(self):
        self.package.add("Shared/Platform/System/CUV", kind="system-target")
        self.package.add("Shared/Platform/EventLoop", uses=["CUV"], A="internal import CUV\n")
        self.package.add("Tests/Platform/EventLoopTests", uses=["CUV"], kind="test", A="import Testing\n")
        self.assert_one_fault("CUV", "EventLoopTests")

    def test_a_dependency_on_a_higher_tier_is_a_fault(self):
        order = ["Shared/Platform/Postgres", "Shared/Providers/StripeClient", "Shared/Shop/Orders"]
        for lower, upper in zip(order, order[1:]):
            with self.subTest(lower):
                self.package.targets = self.package.targets[:1]
                self.package.add(upper, A="\n")
                self.package.add(lower, uses=[upper.rsplit("/", 1)[-1]], A="\n")
                self.assert_one_fault(lower, upper, "imports go down")

    def test_a_shared_module_outside_the_tiers_is_a_fault(self):
        self.package.add("Shared/Orders", A="\n")
        self.assert_one_fault("Shared/Orders", "tier")

    def test_a_function_that_depends_on_another_is_a_fault(self):
        self.package.add("Functions/Webhook", kind="executable", Main="\n")
        self.package.add("Functions/Checkout", uses=["Webhook"], kind="executable", Main="\n")
        self.assert_one_fault("Functions/Checkout", "Functions/Webhook")

    def test_a_slices_rules_may_import_values_and_other_slices_and_nothing_that_does_io(self):
        self.package.add("Shared/Platform/Postgres", A="\n")
        self.package.add("Shared/Shop/Catalog", uses=["Postgres"], Statements="import Postgres\n")
        self.package.add("Shared/Shop/Orders", uses=["Postgres", "Catalog", "Kernel"], Statements="import Postgres\n")
        self.package.targets[-1]["sources"].append("Rules/Order.swift")
        rules = self.package.root / "Shared/Shop/Orders/Rules/Order.swift"
        rules.parent.mkdir()
        rules.write_text("import Catalog\nimport Kernel\n")
        self.assertEqual(self.package.faults(), [])
        rules.write_text("import Kernel\nimport Postgres\n")
        self.assert_one_fault("Shared/Shop/Orders/Rules/Order.swift:2", "Postgres")

    def test_a_shared_module_that_reads_the_environment_is_a_fault(self):
        self.package.add("Functions/Webhook", kind="executable", Main="let a = ProcessEnvironment.variables\n")
        self.assertEqual(self.package.faults(), [])
        self.package.add("Shared/Shop/Outbox", A="let a = ProcessEnvironment.variables\n")
        self.assert_one_fault("Shared/Shop/Outbox/A.swift:1", "environment")

    def test_contributing_names_the_modules_of_values_and_the_exceptions(self):
        text = (Path(architecture.__file__).parents[2] / "CONTRIBUTING.md").read_text(encoding="utf-8")
        for module in architecture.VALUE_MODULES:
            self.assertIn(f"`{module}`", text)
        for path in architecture.EXCEPTIONS:
            self.assertIn(f"`{path}`", text)

    def test_a_shared_module_that_depends_on_a_function_is_a_fault(self):
        self.package.add("Functions/Webhook", kind="executable", Main="\n")
        self.package.add("Shared/Shop/Refunds", uses=["Webhook"], A="\n")
        self.assert_one_fault("Shared/Shop/Refunds", "Webhook")

    def test_a_value_module_that_depends_on_io_is_a_fault(self):
        self.package.add("Shared/Platform/Postgres", A="\n")
        self.package.add("Shared/Platform/HTTP", uses=["Postgres", "Kernel"], A="\n")
        self.assert_one_fault("Shared/Platform/HTTP", "Postgres")

    def test_unsafe_outside_a_wrapper_is_a_fault(self):
        self.package.add("Shared/Shop/Orders", A="let a = 1\nlet b = unsafe a\n")
        self.assert_one_fault("Shared/Shop/Orders/A.swift:2", "unsafe")

    def test_unsafe_in_an_interpolation_is_code(self):
        self.package.add("Shared/Shop/Orders", A='let b = "a \\(f("x", unsafe a)) b"\n')
        self.assert_one_fault("unsafe")

    def test_the_word_unsafe_in_a_comment_or_text_is_no_fault(self):
        self.package.add("Shared/Shop/Orders", A='/// unsafe\nlet a = "unsafe \\" unsafe"\nlet b = #"unsafe " \\(unsafe)"#\n')
        self.assertEqual(self.package.faults(), [])

    def test_a_file_of_301_lines_is_a_fault_and_one_of_300_is_not(self):
        self.package.add("Shared/Shop/Orders", A="\n" * 300)
        self.assertEqual(self.package.faults(), [])
        self.package.add("Shared/Shop/Licensing", A="\n" * 301)
        self.assert_one_fault("Shared/Shop/Licensing/A.swift", "301")


    def test_a_table_that_two_modules_write_is_a_fault_however_it_is_written(self):
        self.package.add("Shared/Shop/Orders", A='let a: SQL = """\nWITH b AS (\n    UPDATE orders o SET c = 1\n)\n"""\n')
        self.package.add("Shared/Shop/Refunds", A='// UPDATE orders\nlet a: SQL = "SELECT FROM orders FOR UPDATE"\n')
        self.assertEqual(self.package.faults(), [])
        for write in ["INSERT INTO orders (a)", "DELETE FROM orders", "UPDATE orders SET", "LOCK TABLE orders IN"]:
            with self.subTest(write):
                self.package.targets = self.package.targets[:2]
                self.package.add("Shared/Shop/Refunds", A=f'let a: SQL = "{write} \\(b)"\n')
                self.assert_one_fault("orders", "Shared/Shop/Orders/A.swift:3", "Shared/Shop/Refunds/A.swift:1")

    def test_an_upsert_writes_no_table_of_the_name_set(self):
        self.package.add("Shared/Shop/Orders", A='let a: SQL = "INSERT INTO orders ON CONFLICT (id) DO UPDATE SET a = 1"\n')
        self.package.add("Shared/Shop/Refunds", A='let a: SQL = "INSERT INTO refunds ON CONFLICT (id) DO UPDATE SET a = 1"\n')
        self.assertEqual(self.package.faults(), [])

    def test_a_function_that_writes_a_table_is_a_fault(self):
        self.package.add("Functions/Webhook", kind="executable", Main='let a: SQL = "DELETE FROM orders"\n')
        self.assert_one_fault("Functions/Webhook/Main.swift:1", "orders", "slice")

    def test_a_function_of_61_lines_is_a_fault_its_sql_included_and_one_of_60_is_not(self):
        for name in ["func a<B>(_ b: B) -> Int", "package init(_ b: [Int] = [])"]:
            with self.subTest(name):
                self.package.targets = self.package.targets[:1]
                text = "let a = 1\n" * 100 + f'struct A {{\n{name} {{\n"""\n' + "SELECT }\n" * 56 + '"""\n}\n}\n'
                self.package.add("Shared/Shop/Orders", A=text)
                self.assertEqual(self.package.faults(), [])
                self.package.add("Shared/Shop/Catalog", A=text.replace("SELECT", "\nSELECT", 1))
                self.assert_one_fault("Shared/Shop/Catalog/A.swift:102", "61")


class SwiftSourceTests(unittest.TestCase):
    def test_lines_stay_where_they_are(self):
        source = 'let a = """\n  x\n  """ // b\n/* c\n */ let d = 1\n'
        code = swift_source.blanked(source)
        self.assertEqual([len(line) for line in code.split("\n")], [len(line) for line in source.split("\n")])
        self.assertEqual(code.split("\n")[4].strip(), "let d = 1")

    def test_a_function_without_a_body_has_no_lines(self):
        code = "protocol A {\n  func b() -> Int\n  init(c: Int)\n}\nfunc d() {\n}\n"
        self.assertEqual(swift_source.functions(code), [("d", 5, 2)])

    def test_nested_comments_end_where_they_should(self):
        self.assertEqual(swift_source.blanked("/* a /* b */ c */d").strip(), "d")


if __name__ == "__main__":
    unittest.main()
