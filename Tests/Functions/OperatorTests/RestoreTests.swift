import EventLoop
import Foundation
import Kernel
import Postgres
import Support
import Testing

/// A database that is set back to yesterday's backup, and what the built command makes of it.
@Suite("A restored database", .freshDatabase)
struct RestoreTests {
    @Test("has every order, key, refund and dispute again after latchkey reconcile --since")
    func restored() async throws {
        let url = try testDatabase().url.revealed()
        let webhook = try BuiltFunction.start(
            "webhook", TestSettings.environment.merging(["DATABASE_URL": url]) { $1 })
        let sandbox = try BuiltFunction.start(
            "sandbox", StripeSide.environment(.fails, webhook: "http://127.0.0.1:\(webhook.port)/webhooks/stripe"))
        for process in [webhook, sandbox] { try process.forgetLog() }
        let port = sandbox.port
        let backup = NSTemporaryDirectory() + "latchkey-\(UUID().uuidString).dump"
        defer { try? FileManager.default.removeItem(atPath: backup) }

        let first = try await onLoop { try await TwoDays.first(port) }
        try PostgresTool.run("pg_dump", ["--format=custom", "--file=\(backup)", url])
        let truth = try await onLoop { try await TwoDays.second(port, first) }
        #expect(try webhook.stop() == 0)
        try await replaceDatabase(url)
        try PostgresTool.run("pg_restore", ["--exit-on-error", "--dbname=\(url)", backup])
        let lost = try await onLoop { try await TwoDays.holdings() }
        #expect(lost != truth)

        let environment = TestSettings.environment.merging([
            "DATABASE_URL": url, "STRIPE_API_BASE": "http://127.0.0.1:\(port)",
        ]) { $1 }
        func latchkey(_ words: String...) throws -> (status: Int32, log: [String]) {
            try BuiltFunction.run("latchkey", environment, ["reconcile", "--since", "1d"] + words)
        }
        let dry = try latchkey("--dry-run")
        #expect(dry.status == 0 && dry.log.last == "This was a dry run: nothing was changed.", "\(dry.log)")
        #expect(try await onLoop { try await TwoDays.holdings() } == lost)
        let run = try latchkey("--json")
        #expect(run.status == 0, "\(run.log)")
        #expect(try await onLoop { try await TwoDays.holdings() } == truth)
        let again = try latchkey()
        #expect(again.log.last == "✓ the shop and Stripe agree, and every invariant holds", "\(again.log)")
        #expect(try await onLoop { try await TwoDays.holdings() } == truth)
        _ = try sandbox.stop()
    }

    /// Drops the database and makes an empty one of the same name.
    private func replaceDatabase(_ url: String) async throws {
        let name = try #require(url.split(separator: "/").last)
        let cluster = try TestCluster.fromEnvironment()
        try await cluster.execute("DROP DATABASE \(name) WITH (FORCE)")
        try await cluster.execute("CREATE DATABASE \(name)")
    }
}

/// Postgres's own programs for backups.
enum PostgresTool {
    struct Failed: Error {
        let program: String
        let said: String
    }

    /// Runs one of the newest version there is.
    static func run(_ program: String, _ arguments: [String]) throws {
        let base = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: base)) ?? []
        let newest = versions.filter { FileManager.default.isExecutableFile(atPath: "\(base)/\($0)/bin/\(program)") }
            .max { (Int($0) ?? 0) < (Int($1) ?? 0) }
        guard let newest else { throw Failed(program: program, said: "it is not installed") }
        let process = Process()
        process.executableURL = URL(filePath: "\(base)/\(newest)/bin/\(program)")
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        let errors = Pipe()
        process.standardError = errors
        try process.run()
        let said = try errors.fileHandleForReading.readToEnd()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failed(program: program, said: String(decoding: said ?? Data(), as: UTF8.self))
        }
    }
}
