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
        self.package.add("Shared/Kernel", WallClock="import Glibc\nlet now = unsafe read()\n")

    def assert_one_fault(self, *words):
        faults = self.package.faults()
        self.assertEqual(len(faults), 1, faults)
        for word in words:
            self.assertIn(word, faults[0])

    def test_a_sound_package_has_no_fault(self):
        self.package.add("Shared/System/CUV", kind="system-target")
        self.package.add("Shared/EventLoop", uses=["CUV"], Loop="internal import CUV\nimport Glibc\nlet a = unsafe b\n")
        self.package.add("Functions/Webhook", uses=["Kernel"], kind="executable", Main="import Kernel\n")
        self.package.add(
            "Tests/WebhookTests",
            uses=["Webhook"],
            kind="test",
            WebhookTests="import Foundation\nimport Testing\n@testable import Webhook\n",
        )
        self.assertEqual(self.package.faults(), [])

    def test_an_undeclared_import_is_a_fault_however_it_is_written(self):
        for line in ["import Kernel", "package import Kernel", "@testable import Kernel", "internal import struct Kernel.Money"]:
            with self.subTest(line):
                self.package.targets = self.package.targets[:1]
                self.package.add("Shared/Orders", Order=f"// first\n{line}\n")
                self.assert_one_fault("Shared/Orders/Order.swift:2", "Kernel", "Package.swift")

    def test_an_import_that_the_gate_has_never_heard_of_is_a_fault(self):
        self.package.add("Shared/Orders", Order="import Vapor\n")
        self.assert_one_fault("Vapor")

    def test_a_commented_import_is_no_import(self):
        self.package.add("Shared/Orders", Order='// import Vapor\n/* \nimport Vapor\n*/\nlet a = """\nimport Vapor\n"""\n')
        self.assertEqual(self.package.faults(), [])

    def test_the_full_foundation_is_a_fault_in_the_product(self):
        self.package.add("Functions/Webhook", kind="executable", Main="import Foundation\n")
        self.assert_one_fault("Functions/Webhook/Main.swift:1", "FoundationEssentials")

    def test_foundation_networking_is_a_fault_even_in_a_test(self):
        self.package.add("Tests/KernelTests", kind="test", A="import FoundationNetworking\n")
        self.assert_one_fault("FoundationNetworking", "Outbound")

    def test_a_value_module_may_not_import_the_c_library(self):
        self.package.add("Shared/Commerce", Order="import Glibc\n")
        self.assert_one_fault("Shared/Commerce/Order.swift:1", "Glibc")

    def test_an_exception_that_nobody_needs_is_a_fault(self):
        self.package.targets.clear()
        self.package.add("Shared/Kernel", WallClock="let a = 1\n")
        self.assert_one_fault("Shared/Kernel/WallClock.swift", "Glibc", "exception")

    def test_a_c_module_with_two_importers_is_a_fault(self):
        self.package.add("Shared/System/CUV", kind="system-target")
        for name in ["EventLoop", "Server"]:
            self.package.add(f"Shared/{name}", uses=["CUV"], A="internal import CUV\n")
        self.assert_one_fault("CUV", "EventLoop, Server")

    def test_a_c_module_with_a_second_declarer_is_a_fault_before_it_is_imported(self):
        self.package.add("Shared/System/CUV", kind="system-target")
        self.package.add("Shared/EventLoop", uses=["CUV"], A="internal import CUV\n")
        self.package.add("Tests/EventLoopTests", uses=["CUV"], kind="test", A="import Testing\n")
        self.assert_one_fault("CUV", "EventLoopTests")

    def test_a_shared_module_that_depends_on_a_function_is_a_fault(self):
        self.package.add("Functions/Webhook", kind="executable", Main="\n")
        self.package.add("Shared/Records", uses=["Webhook"], A="\n")
        self.assert_one_fault("Shared/Records", "Webhook")

    def test_a_value_module_that_depends_on_io_is_a_fault(self):
        self.package.add("Shared/Postgres", A="\n")
        self.package.add("Shared/Commerce", uses=["Postgres", "Kernel"], A="\n")
        self.assert_one_fault("Shared/Commerce", "Postgres")

    def test_unsafe_outside_a_wrapper_is_a_fault(self):
        self.package.add("Shared/Commerce", A="let a = 1\nlet b = unsafe a\n")
        self.assert_one_fault("Shared/Commerce/A.swift:2", "unsafe")

    def test_unsafe_in_an_interpolation_is_code(self):
        self.package.add("Shared/Commerce", A='let b = "a \\(f("x", unsafe a)) b"\n')
        self.assert_one_fault("unsafe")

    def test_the_word_unsafe_in_a_comment_or_text_is_no_fault(self):
        self.package.add("Shared/Commerce", A='/// unsafe\nlet a = "unsafe \\" unsafe"\nlet b = #"unsafe " \\(unsafe)"#\n')
        self.assertEqual(self.package.faults(), [])

    def test_a_file_of_301_lines_is_a_fault_and_one_of_300_is_not(self):
        self.package.add("Shared/Commerce", A="\n" * 300)
        self.assertEqual(self.package.faults(), [])
        self.package.add("Shared/Tokens", A="\n" * 301)
        self.assert_one_fault("Shared/Tokens/A.swift", "301")


class SwiftSourceTests(unittest.TestCase):
    def test_lines_stay_where_they_are(self):
        source = 'let a = """\n  x\n  """ // b\n/* c\n */ let d = 1\n'
        code = swift_source.blanked(source)
        self.assertEqual([len(line) for line in code.split("\n")], [len(line) for line in source.split("\n")])
        self.assertEqual(code.split("\n")[4].strip(), "let d = 1")

    def test_nested_comments_end_where_they_should(self):
        self.assertEqual(swift_source.blanked("/* a /* b */ c */d").strip(), "d")


if __name__ == "__main__":
    unittest.main()
