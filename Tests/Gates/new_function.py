"""A copy of the tree, and a small function added to it as CONTRIBUTING says: folders, an entry, a row, a migration."""

import json
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

MAIN = """\
import HTTP
import Kernel
import Postgres
import Server

@main
enum Main {
    static func main() {
        runFunction("ping") { (settings: PingSettings, log) in
            let pool = Pool(settings.database, log: log)
            pool.warm()
            try await serve(
                settings.server, limits: ServerLimits(), log: log, routes: ["/ping"], isReady: { await pool.isReady() },
                handler: { request throws(Refusal) in
                    guard request.path == "/ping" else { throw .notFound }
                    try request.requireMethod(.get)
                    return .json(.object([("pong", .integer(1))]))
                })
            pool.close()
        }
    }
}
"""
SETTINGS = """\
import Postgres
import Server
import Settings

/// The settings of ping: `ServerSettings` and `DatabaseSettings`.
struct PingSettings: FunctionSettings {
    let server: ServerSettings
    let database: DatabaseSettings

    init(_ environment: [String: String]) throws(SettingsFault) {
        var read = SettingsReader(environment)
        server = ServerSettings(&read)
        database = DatabaseSettings(&read)
        try read.finish()
    }
}
"""
TESTS = """\
import Testing

@testable import Ping

@Suite("Ping")
struct PingTests {
    @Test("without a database's address it does not start")
    func settings() { #expect(throws: (any Error).self) { _ = try PingSettings([:]) } }
}
"""
ENTRY = """\
    Function("Ping", named: "ping", uses: ["HTTP", "Kernel", "Postgres", "Server", "Settings"]),
"""
ROW = {
    "name": "ping",
    "target": "Ping",
    "routes": ["GET /ping"],
    "called_by": "whoever wants to know",
    "role": "latchkey_ping",
    "size": "small",
    "settings": ["DATABASE_URL", "TRUSTED_PROXY_HOPS"],
    "threats": ["Every door: requests themselves"],
    "smoke": {"request": "GET /ping", "status": 200},
}
MIGRATION = """\
-- The role of ping, which reads and writes nothing.

DO $$
BEGIN
    CREATE ROLE latchkey_ping NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL;
END $$;
"""


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
    """What a person writes for a new function, and `infra/generate`."""
    last = max(int(file.name[:4]) for file in (folder / "infra/migrations").glob("*.sql"))
    for name, text in {
        "Functions/Ping/Main.swift": MAIN,
        "Functions/Ping/PingSettings.swift": SETTINGS,
        "Tests/Functions/PingTests/PingTests.swift": TESTS,
        f"infra/migrations/{last + 1:04}_ping.sql": MIGRATION,
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    package = (folder / "Package.swift").read_text(encoding="utf-8")
    functions = "let functions: [Function] = [\n"
    assert functions in package
    (folder / "Package.swift").write_text(package.replace(functions, functions + ENTRY), encoding="utf-8")
    table = json.loads((folder / "infra/functions.json").read_text(encoding="utf-8"))
    taken = {row["port"] for row in table["functions"]}
    table["functions"].append(ROW | {"port": next(port for port in range(8100, 8200) if port not in taken)})
    (folder / "infra/functions.json").write_text(json.dumps(table, indent=2, ensure_ascii=False), encoding="utf-8")
    subprocess.run([folder / "infra/generate"], check=True, capture_output=True)
