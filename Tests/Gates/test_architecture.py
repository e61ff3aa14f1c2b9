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

    def migrate(self, text):
        migrations = self.root / "infra/migrations"
        migrations.mkdir(parents=True, exist_ok=True)
        (migrations / f"{len(list(migrations.iterdir())):04}_more.sql").write_text(text)

    def add(self, path, uses=(), kind="library", idle=(), **sources):
        """A target that imports what it uses, besides what is named as idle."""
        imports = [f"import {module}\n" for module in uses if module not in idle]
        if imports and not path.startswith("Tests/"):
            sources["Imports"] = "".join(imports)
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
        self.package.migrate("CREATE TABLE orders (id uuid);\nCREATE TABLE refunds (id uuid);\n")

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

    def test_a_function_may_not_import_glibc(self):
        self.package.add("Functions/Webhook", kind="executable", Main="import Glibc\n")
        self.assert_one_fault("Functions/Webhook/Main.swift:1", "Glibc", "a function may not")

    def test_a_dependency_that_is_declared_and_not_imported_is_a_fault(self):
        self.package.add("Shared/Shop/Orders", uses=["Kernel"], idle=["Kernel"], A="// import Kernel\n")
        self.assert_one_fault("Shared/Shop/Orders", "declares Kernel", "nowhere")

    def test_a_c_module_without_an_importer_is_a_fault(self):
        self.package.add("Shared/Platform/System/CUV", kind="system-target")
        self.assert_one_fault("CUV", "has 0 importers")

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
        self.package.add("Shared/Platform/EventLoop", A="\n")
        self.package.add("Shared/Platform/Postgres", uses=["EventLoop"], A="\n")
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
        for read in ["ProcessEnvironment.variables", 'getenv("A")', "environ"]:
            with self.subTest(read):
                self.package.targets = self.package.targets[:2]
                self.package.add("Shared/Shop/Outbox", A=f"let a = {read}\n")
                self.assert_one_fault("Shared/Shop/Outbox/A.swift:1", "environment")

    def test_contributing_names_the_exceptions(self):
        text = (Path(architecture.__file__).parents[2] / "CONTRIBUTING.md").read_text(encoding="utf-8")
        for path in architecture.EXCEPTIONS:
            self.assertIn(f"`{path}`", text)

    def test_a_shared_module_that_depends_on_a_function_is_a_fault(self):
        self.package.add("Functions/Webhook", kind="executable", Main="\n")
        self.package.add("Shared/Shop/Refunds", uses=["Webhook"], A="\n")
        self.assert_one_fault("Shared/Shop/Refunds", "Webhook")

    def test_a_module_of_values_is_one_that_reaches_neither_the_loop_nor_a_file(self):
        modules = {
            "Kernel": ("Shared/Platform/Kernel", set()),
            "EventLoop": ("Shared/Platform/EventLoop", {"Kernel"}),
            "Postgres": ("Shared/Platform/Postgres", {"EventLoop"}),
            "HTTP": ("Shared/Platform/HTTP", {"Kernel"}),
            "CCrypto": ("Shared/Platform/System/CCrypto", set()),
            "Crypto": ("Shared/Platform/Crypto", {"CCrypto"}),
            "Stripe": ("Shared/Providers/Stripe", {"HTTP"}),
            "Orders": ("Shared/Shop/Orders", {"Kernel"}),
        }
        self.assertEqual(architecture.value_modules(modules), {"Kernel", "HTTP", "Crypto", "Stripe"})
        modules["HTTP"] = ("Shared/Platform/HTTP", {"Postgres"})
        self.assertEqual(architecture.value_modules(modules), {"Kernel", "Crypto"})

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
        writes = ["INSERT INTO orders (a)", "DELETE FROM orders", "UPDATE orders SET", "LOCK TABLE orders IN", "update orders set"]
        for write in writes:
            with self.subTest(write):
                self.package.targets = self.package.targets[:2]
                self.package.add("Shared/Shop/Refunds", A=f'let a: SQL = "{write} \\(b)"\n')
                self.assert_one_fault("orders", "Shared/Shop/Orders/A.swift:3", "Shared/Shop/Refunds/A.swift:1")

    def test_an_upsert_writes_no_table_of_the_name_set(self):
        self.package.add("Shared/Shop/Orders", A='let a: SQL = "INSERT INTO orders ON CONFLICT (id) DO UPDATE SET a = 1"\n')
        self.package.add("Shared/Shop/Refunds", A='let a: SQL = "INSERT INTO refunds ON CONFLICT (id) DO UPDATE SET a = 1"\n')
        self.assertEqual(self.package.faults(), [])

    def test_a_write_that_does_not_name_its_table_is_a_fault(self):
        for table in ["\\(orders)", "ordres"]:
            with self.subTest(table):
                self.package.targets = self.package.targets[:1]
                self.package.add("Shared/Shop/Refunds", A=f'let a: SQL = "DELETE FROM {table} WHERE id = 1"\n')
                self.assert_one_fault("Shared/Shop/Refunds/A.swift:1", "does not name")

    def test_a_call_of_a_function_of_the_database_writes_what_its_body_writes(self):
        self.package.migrate("CREATE FUNCTION forget() RETURNS bigint AS $$ DELETE FROM public.orders $$;\n")
        self.package.add("Shared/Shop/Orders", A='let a: SQL = "UPDATE orders SET a = 1"\n')
        self.package.add("Shared/Shop/Reconciliation", A='let a: SQL = "SELECT forget()"\n')
        self.assert_one_fault("orders", "Shared/Shop/Reconciliation/A.swift:1")
        self.package.migrate("CREATE OR REPLACE FUNCTION forget() RETURNS bigint AS $$ DELETE FROM refunds $$;\n")
        self.assertEqual(self.package.faults(), [])

    def test_a_statement_in_a_function_is_a_fault(self):
        for statement in ["DELETE FROM orders", "SELECT id FROM orders"]:
            with self.subTest(statement):
                self.package.targets = self.package.targets[:1]
                self.package.add("Functions/Webhook", kind="executable", Main=f'let a: SQL = "{statement}"\n')
                self.assert_one_fault("Functions/Webhook/Main.swift:1", "SQL", "slice")

    def test_a_function_of_61_lines_is_a_fault_its_sql_included_and_one_of_60_is_not(self):
        for name in [
            "func a<B>(_ b: B) -> Int",
            "package init(_ b: [Int] = [])",
            "var a: Int",
            "subscript(b: Int) -> Int",
            "static let a: @Sendable (Int) -> Int =",
        ]:
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
