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
import tables

LONGEST_FILE = 300
LONGEST_FUNCTION = 60

# The tiers by folder, the lowest first; a target imports its own tier and those below it.
TIERS = ["Shared/Platform/", "Shared/Providers/", "Shared/Shop/", "Functions/"]
PLATFORM, PROVIDERS, SHOP, FUNCTIONS = TIERS
# A slice's values and decisions lie in this folder of the slice.
RULES = "/Rules/"

# What does input or output; a module of Platform or Providers that depends on neither, near or far, is one of values.
DOERS = {"EventLoop", "Files"}

# What comes with the toolchain, by where it may be used.
TOOLCHAIN_FOR_SHARED = {"Swift", "Synchronization"}
TOOLCHAIN_FOR_WRAPPERS = TOOLCHAIN_FOR_SHARED | {"Glibc"}
TOOLCHAIN_FOR_TESTS = TOOLCHAIN_FOR_WRAPPERS | {"Testing", "FoundationEssentials", "Foundation", "Dispatch"}
TOOLCHAIN = TOOLCHAIN_FOR_TESTS | {"FoundationNetworking", "FoundationXML", "RegexBuilder", "Observation", "XCTest"}

# A shared file or folder without a C library of its own that may use Glibc and raw memory all the same, and why. An
# entry that nothing needs is itself a fault.
EXCEPTIONS = {
    "Shared/Platform/Files/": "the one module that opens files",
    "Shared/Platform/Kernel/WallClock.swift": "the one place that reads the machine's clock",
    "Shared/Platform/Log/Log.swift": "the one place that writes log lines",
}

# The words that read the process's environment, which is a function's own business.
ENVIRONMENT = re.compile(r"\b(?:ProcessEnvironment|getenv|secure_getenv|environ)\b")
ENVIRONMENT_PLACES = (
    FUNCTIONS,
    "Tests/",
    "Shared/Platform/Files/ProcessEnvironment.swift",
    "Shared/Platform/Server/HealthCheck.swift",
    "Shared/Platform/Server/RunFunction.swift",
)


@dataclass(frozen=True)
class File:
    """One Swift file, read once: its path, its target, its code without comments and texts, and its texts alone."""

    path: str
    target: str
    lines: int
    code: str
    texts: str
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
        unused_dependencies,
        c_modules_without_one_importer,
        folders_outside_tiers,
        dependencies_upwards,
        rules_that_do_io,
        environment_outside_functions,
        unsafe_outside_wrappers,
        long_files,
        long_functions,
    ]
    schema = _schema(root, files)
    found = [fault for rule in rules for fault in rule(files, targets)]
    return found + [fault for rule in (owners_of_tables, statements_in_functions) for fault in rule(files, schema)]


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
            if module in TOOLCHAIN - allowed:
                yield f"{file.path}:{line}: imports {module}, which {place} may not: {_instead(module)}"


def unneeded_exceptions(files, targets):
    """An exception in one of the package's targets that no file uses any more."""
    used = {_exception(file.path) for file in files if "Glibc" in dict(file.imports)}
    folders = {target.path for target in targets.values()}
    for path in EXCEPTIONS:
        if path not in used and (path.rstrip("/") in folders or str(Path(path).parent) in folders):
            yield f"{path}: no longer imports Glibc: remove its exception from Tests/Gates/architecture.py"


def unused_dependencies(files, targets):
    """A target of the product declares a module that none of its files imports."""
    for target in _sorted(targets):
        if target.kind == "system-target" or target.path.startswith("Tests/"):
            continue
        imported = {module for file in files if file.target == target.name for module, _ in file.imports}
        for name in sorted(target.dependencies - imported):
            yield f"{target.path}: declares {name} and imports it nowhere: remove it in Package.swift"


def c_modules_without_one_importer(files, targets):
    """A C module has no importer, or more than one."""
    for system in sorted(name for name, target in targets.items() if target.kind == "system-target"):
        importers = {file.target for file in files if system in {module for module, _ in file.imports}}
        declarers = {target.name for target in targets.values() if system in target.dependencies}
        both = sorted(importers | declarers)
        if len(both) != 1:
            yield f"{system}: has {len(both)} importers ({', '.join(both)}): one module wraps a C library"


def folders_outside_tiers(files, targets):
    """A target lies in no tier's folder."""
    for target in _sorted(targets):
        if not target.path.startswith((*TIERS, "Tests/")):
            yield f"{target.path}: lies in no tier: the tiers are {', '.join(TIERS)}"


def dependencies_upwards(files, targets):
    """A target depends on one of a higher tier, or a function on another one."""
    for target in _sorted(targets):
        if target.kind == "test" or target.path.startswith("Tests/"):
            continue
        for name in sorted(target.dependencies & targets.keys()):
            other = targets[name]
            if _tier(other) > _tier(target):
                yield f"{target.path}: depends on {name} of a higher tier ({other.path}): imports go down"
            elif other.path.startswith((FUNCTIONS, "Tests/")):
                yield f"{target.path}: depends on {other.path}: move what it needs into a shared module"


def rules_that_do_io(files, targets):
    """A file of a slice's rules imports what does input or output; another slice it may import for its rules."""
    values = value_modules({target.name: (target.path, target.dependencies) for target in targets.values()})
    for file in files:
        if not file.path.startswith(SHOP) or RULES not in file.path:
            continue
        for module, line in file.imports:
            if module in targets and module not in values and not targets[module].path.startswith(SHOP):
                yield f"{file.path}:{line}: imports {module}: a slice's rules do no I/O; move this out of Rules"


def environment_outside_functions(files, targets):
    """A shared module reads the environment, which only functions may hand on."""
    for file in files:
        if file.path.startswith(ENVIRONMENT_PLACES):
            continue
        for match in ENVIRONMENT.finditer(file.code):
            line = file.code.count("\n", 0, match.start()) + 1
            yield f"{file.path}:{line}: reads the environment: take a settings value from the function instead"


def unsafe_outside_wrappers(files, targets):
    """The word `unsafe` stands outside the modules that wrap a C library and the exceptions."""
    for file in files:
        if file.path.startswith("Tests/") or _wraps(file, targets):
            continue
        for match in re.finditer(r"\bunsafe\b", file.code):
            line = file.code.count("\n", 0, match.start()) + 1
            yield f"{file.path}:{line}: `unsafe` outside a module that wraps a C library: move it into one"


def owners_of_tables(files, schema):
    """A table has two owners, or a statement hides which table it writes."""
    writers = {}
    for file in _product(files):
        for write in schema.writes(file.texts):
            if write.table:
                writers.setdefault(write.table, {}).setdefault(file.target, f"{file.path}:{write.line}")
            else:
                yield f"{file.path}:{write.line}: writes a table that it does not name: write the table's name in the text"
    for table, places in sorted(writers.items()):
        if len(places) > 1:
            yield f"{table}: is written by {', '.join(sorted(places.values()))}: one slice owns a table and lends its SQL"


def statements_in_functions(files, schema):
    """A function has a statement of its own."""
    for file in _product(files):
        if file.path.startswith(FUNCTIONS):
            lines = {write.line for write in schema.writes(file.texts)}
            lines |= {file.texts.count("\n", 0, match.start()) + 1 for match in re.finditer(r"\bSELECT\s", file.texts)}
            for line in sorted(lines):
                yield f"{file.path}:{line}: has SQL: a statement belongs into the slice that owns its table"


def value_modules(modules):
    """The modules of Platform and Providers that do no input or output, from the path and dependencies of each module."""

    def does(name, seen=frozenset()):
        below = modules[name][1] & modules.keys() - seen
        return name in DOERS or any(does(each, seen | {name}) for each in below)

    shown = {name for name, (path, _) in modules.items() if path.startswith((PLATFORM, PROVIDERS)) and "/System/" not in path}
    return {name for name in shown if not does(name)}


def long_files(files, targets):
    """A file that holds more than one idea can."""
    for file in files:
        if file.lines > LONGEST_FILE:
            yield f"{file.path}: {file.lines} lines, more than {LONGEST_FILE}: split it by idea"


def long_functions(files, targets):
    """A function of the product that does more than one thing, the SQL text in it included."""
    for file in files:
        if file.path.startswith("Tests/"):
            continue
        for name, line, lines in swift_source.functions(file.code):
            if lines > LONGEST_FUNCTION:
                yield f"{file.path}:{line}: {name} has {lines} lines, more than {LONGEST_FUNCTION}: split it by step"


def _product(files):
    return [file for file in files if not file.path.startswith("Tests/")]


def _schema(root, files):
    """What the migrations create, and the tables that the product creates itself."""
    migrations = sorted((root / "infra/migrations").glob("*.sql"))
    return tables.Schema([path.read_text(encoding="utf-8") for path in migrations] + [_left(file) for file in _product(files)])


def _left(file):
    """A file's texts without the blanks before each line."""
    return re.sub(r"^ +", "", file.texts, flags=re.MULTILINE)


def _allowed_toolchain(file, targets):
    if file.path.startswith("Tests/"):
        return TOOLCHAIN_FOR_TESTS, "a test"
    if file.path.startswith(FUNCTIONS):
        return TOOLCHAIN_FOR_SHARED, "a function"
    if _wraps(file, targets):
        return TOOLCHAIN_FOR_WRAPPERS, "a module that wraps a C library"
    return TOOLCHAIN_FOR_SHARED, "a shared module without a C library of its own"


def _wraps(file, targets):
    """Whether a file belongs to a module that declares a C library, or is an exception."""
    declared = targets[file.target].dependencies & targets.keys()
    return any(targets[name].kind == "system-target" for name in declared) or _exception(file.path) is not None


def _exception(path):
    return next((known for known in EXCEPTIONS if path.startswith(known)), None)


def _tier(target):
    return next((place for place, folder in enumerate(TIERS) if target.path.startswith(folder)), len(TIERS))


def _instead(module):
    if module == "FoundationNetworking":
        return "use Outbound (it would add 45 MB to a function)"
    if module in {"Foundation", "FoundationEssentials"}:
        return "use JSON, Files and Kernel's times (Foundation adds 7 MB to a function, and 40 MB once a call needs ICU)"
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
        texts = swift_source.literals(source)
        yield File(path, described["name"], source.count("\n"), code, texts, tuple(swift_source.imports(code)))


def _sorted(targets):
    return sorted(targets.values(), key=lambda target: target.name)


if __name__ == "__main__":
    sys.exit(main())
