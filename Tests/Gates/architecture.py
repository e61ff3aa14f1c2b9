#!/usr/bin/env python3
"""Holds the package to its architecture.

Compares what every Swift file imports with what its target declares, because the compiler's own import check lets a
module through that another dependency happens to bring. Every rule is a function below; every broken rule is one line
that names the file and says what to do.
"""

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import swift_source

LONGEST_FILE = 300

# No input or output: these depend on one another, on Crypto and on JSON, nothing else of ours.
VALUE_MODULES = {"Kernel", "HTTP", "Commerce", "Stripe", "Mail", "Storage", "Tokens", "Settings", "RateLimits"}
PURE_MODULES = VALUE_MODULES | {"Crypto", "JSON"}

# What comes with the toolchain, by where it may be used.
TOOLCHAIN_FOR_VALUES = {"Swift", "Synchronization"}
TOOLCHAIN_FOR_PRODUCT = TOOLCHAIN_FOR_VALUES | {"Glibc", "FoundationEssentials"}
TOOLCHAIN_FOR_TESTS = TOOLCHAIN_FOR_PRODUCT | {"Testing", "Foundation", "Dispatch"}
TOOLCHAIN = TOOLCHAIN_FOR_TESTS | {"FoundationNetworking", "FoundationXML", "RegexBuilder", "Observation", "XCTest"}

# A value module's file that may import more, and why. An entry that no file needs is itself a fault.
EXCEPTIONS = {
    ("Shared/Kernel/WallClock.swift", "Glibc"): "the one place that reads the machine's clock",
}

# Modules that wrap C or raw memory; the word `unsafe` outside them is a fault.
UNSAFE_ALLOWED = (
    "Shared/EventLoop/",
    "Shared/Files/",
    "Shared/Server/",
    "Shared/Postgres/",
    "Shared/Outbound/",
    "Shared/Crypto/",
    "Shared/JSON/",
    "Shared/Log/",
    "Shared/Kernel/WallClock.swift",
)


@dataclass(frozen=True)
class File:
    """One Swift file, read once: its path in the repository, its target, its code without comments and texts."""

    path: str
    target: str
    lines: int
    code: str
    imports: tuple


@dataclass(frozen=True)
class Target:
    """One target as the package declares it."""

    name: str
    path: str
    kind: str
    dependencies: frozenset


def main():
    root = Path(__file__).resolve().parents[2]
    described = subprocess.run(
        ["swift", "package", "describe", "--type", "json"], cwd=root, capture_output=True, text=True
    )
    if described.returncode != 0:
        print(f"Package.swift cannot be read: {described.stderr.strip()}")
        return 1
    package = json.loads(described.stdout)
    faults = check(package, root)
    for fault in faults:
        print(fault)
    print(f"architecture: {len(package['targets'])} targets, {len(faults)} faults")
    return 1 if faults else 0


def check(package, root):
    """Every broken rule, one line each."""
    targets = {target.name: target for target in map(_target, package["targets"])}
    files = [file for described in package["targets"] for file in _files(described, root)]
    rules = [
        undeclared_imports,
        toolchain_imports,
        unneeded_exceptions,
        shared_c_modules,
        dependencies_on_functions,
        values_that_do_io,
        unsafe_outside_wrappers,
        long_files,
    ]
    return [fault for rule in rules for fault in rule(files, targets)]


def undeclared_imports(files, targets):
    """A file imports a module that its target does not declare."""
    for file in files:
        declared = targets[file.target].dependencies | {file.target} | TOOLCHAIN
        for module, line in file.imports:
            if module not in declared:
                yield (
                    f"{file.path}:{line}: imports {module}, which target {file.target} does not declare: "
                    "add it to the target's dependencies in Package.swift, or do without it"
                )


def toolchain_imports(files, targets):
    """A file imports more of the toolchain than its place allows."""
    for file in files:
        allowed, place = _allowed_toolchain(file, targets)
        for module, line in file.imports:
            if module in TOOLCHAIN - allowed and (file.path, module) not in EXCEPTIONS:
                yield f"{file.path}:{line}: imports {module}, which {place} may not: {_instead(module)}"


def unneeded_exceptions(files, targets):
    """An exception in one of the package's targets that no file uses any more."""
    used = {(file.path, module) for file in files for module, _ in file.imports}
    folders = {target.path for target in targets.values()}
    for path, module in EXCEPTIONS:
        if (path, module) not in used and str(Path(path).parent) in folders:
            yield f"{path}: no longer imports {module}: remove its exception from Tests/Gates/architecture.py"


def shared_c_modules(files, targets):
    """A C module has more than one importer."""
    for system in sorted(name for name, target in targets.items() if target.kind == "system-target"):
        importers = {file.target for file in files if system in {module for module, _ in file.imports}}
        declarers = {target.name for target in targets.values() if system in target.dependencies}
        both = sorted(importers | declarers)
        if len(both) > 1:
            yield f"{system}: has {len(both)} importers ({', '.join(both)}): one module wraps a C library"


def dependencies_on_functions(files, targets):
    """A shared target depends on a function."""
    for target in _sorted(targets):
        if not target.path.startswith("Shared/"):
            continue
        for name in sorted(target.dependencies & targets.keys()):
            if targets[name].path.startswith("Functions/"):
                yield f"{target.path}: depends on the function {name}: move what it needs into a shared module"


def values_that_do_io(files, targets):
    """A module of values depends on one that does input or output."""
    for target in _sorted(targets):
        if target.name not in VALUE_MODULES or target.kind == "test":
            continue
        for name in sorted((target.dependencies & targets.keys()) - PURE_MODULES):
            yield f"{target.path}: is a module of values and depends on {name}, which does I/O: turn it around"


def unsafe_outside_wrappers(files, targets):
    """The word `unsafe` stands outside the modules that wrap C or raw memory."""
    for file in files:
        if file.path.startswith("Tests/") or file.path.startswith(UNSAFE_ALLOWED):
            continue
        for match in re.finditer(r"\bunsafe\b", file.code):
            line = file.code.count("\n", 0, match.start()) + 1
            yield f"{file.path}:{line}: `unsafe` outside a wrapper module: move it into one"


def long_files(files, targets):
    """A file that holds more than one idea can."""
    for file in files:
        if file.lines > LONGEST_FILE:
            yield f"{file.path}: {file.lines} lines, more than {LONGEST_FILE}: split it by idea"


def _allowed_toolchain(file, targets):
    if file.path.startswith("Tests/"):
        return TOOLCHAIN_FOR_TESTS, "a test"
    if targets[file.target].name in VALUE_MODULES:
        return TOOLCHAIN_FOR_VALUES, "a module of values"
    return TOOLCHAIN_FOR_PRODUCT, "the product"


def _instead(module):
    if module == "FoundationNetworking":
        return "use Outbound (it would add 45 MB to a function)"
    if module == "Foundation":
        return "use FoundationEssentials (one call that needs ICU adds 40 MB to a function)"
    return "do without it, or add an exception with its reason in Tests/Gates/architecture.py"


def _target(described):
    return Target(
        name=described["name"],
        path=described["path"],
        kind=described["type"],
        dependencies=frozenset(described.get("target_dependencies", [])),
    )


def _files(described, root):
    for name in described["sources"]:
        if not name.endswith(".swift"):
            continue
        path = f"{described['path']}/{name}"
        source = (root / path).read_text(encoding="utf-8")
        code = swift_source.blanked(source)
        yield File(path, described["name"], source.count("\n"), code, tuple(swift_source.imports(code)))


def _sorted(targets):
    return sorted(targets.values(), key=lambda target: target.name)


if __name__ == "__main__":
    sys.exit(main())
