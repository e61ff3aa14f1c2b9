"""A copy of the tree, and the function of Tests/Gates/new-function added to it as CONTRIBUTING says."""

import json
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PARTS = ROOT / "Tests/Gates/new-function"
FUNCTIONS = "let functions: [Function] = [\n"
ENTRY = '    Function("Ping", named: "ping", uses: ["HTTP", "JSON", "Kernel", "Postgres", "Server", "Settings"]),\n'


def copy(folder):
    """Every file that git knows or would take, in another folder."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
    )
    for name in listed.stdout.decode().split("\0"):
        if name and (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name, follow_symlinks=False)
    return folder


def add(folder):
    """What a person writes for a new function, and then `infra/generate`."""
    for tree in ["Functions", "Tests"]:
        shutil.copytree(PARTS / tree, folder / tree, dirs_exist_ok=True)
    package = folder / "Package.swift"
    assert FUNCTIONS in package.read_text(encoding="utf-8")
    package.write_text(package.read_text(encoding="utf-8").replace(FUNCTIONS, FUNCTIONS + ENTRY), encoding="utf-8")
    table = json.loads((folder / "infra/functions.json").read_text(encoding="utf-8"))
    table["functions"].append(json.loads((PARTS / "row.json").read_text(encoding="utf-8")))
    (folder / "infra/functions.json").write_text(json.dumps(table, indent=2, ensure_ascii=False), encoding="utf-8")
    last = max(int(file.name[:4]) for file in (folder / "infra/migrations").glob("*.sql"))
    shutil.copy(PARTS / "migration.sql", folder / f"infra/migrations/{last + 1:04}_ping.sql")
    subprocess.run([folder / "infra/generate"], check=True, capture_output=True)
