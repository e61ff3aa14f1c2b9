import Audit
import EventLoop
import Foundation
import Kernel
import Postgres
import Support
import Testing

@Suite("A restored audit log", .freshDatabase)
struct RestoredLogTests {
    @Test("a dump that is restored into another database verifies, seals on, and forbids what the first one did")
    func restored() async throws {
        let cluster = try TestCluster.fromEnvironment()
        let name = "test_restored_\(UInt64.random(in: .min ... .max))"
        let head = try await withSampleLog { log in
            try await log.write(12)
            try await log.execute(
                "INSERT INTO audit_log (actor, action, details) VALUES ('a', 'b', '{\"ü\": 1.10, \"a\": 1e-7}')")
            let seals = try await log.seal(5)
            try await log.write(2)
            return try #require(seals.last?.hash)
        }
        let source = try testDatabase().url.revealed()
        try await cluster.execute("CREATE DATABASE \(name)")
        do {
            let settings = cluster.settings(database: name)
            let dump = try tool("pg_dump", [source], input: nil)
            _ = try tool("psql", ["-X", "-q", "-v", "ON_ERROR_STOP=1", settings.url.revealed()], input: dump)
            try await FreshDatabase.$settings.withValue(settings) { try await check(head) }
        } catch {
            try await cluster.execute("DROP DATABASE \(name) WITH (FORCE)")
            throw error
        }
        try await cluster.execute("DROP DATABASE \(name) WITH (FORCE)")
    }

    private func check(_ head: [UInt8]) async throws {
        let settings = try testDatabase()
        try await withOpen({ SampleLog(restored: settings) }) { log in
            let report = try await log.verify(expecting: head)
            #expect(report.faults == [])
            #expect(report.expectedHeadSeal == 3)
            #expect(report.sealedRows == 13)
            #expect(report.unsealed.count == 2)
            try await log.write(1)
            let next = try await log.seal()
            #expect(next.map(\.id) == [4])
            #expect(next.map(\.rowCount) == [3])
            let after = try await log.verify(expecting: head)
            #expect(after.faults == [])
            for session in ["", "SET session_replication_role TO replica; "] {
                let fault = await #expect(throws: PostgresFault.self) {
                    try await log.execute(session + "DELETE FROM audit_log")
                }
                #expect(fault?.state == "42501")
            }
        }
    }
}

private struct ToolFault: Error {
    let name: String
    let status: Int32
}

/// Runs one of Postgres's own programs; answers what it wrote.
private func tool(_ name: String, _ arguments: [String], input: Data?) throws -> Data {
    let folder = FileManager.default.temporaryDirectory.appending(path: "latchkey-dump-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: folder) } }
    let (given, taken) = (folder.appending(path: "given"), folder.appending(path: "taken"))
    try (input ?? Data()).write(to: given)
    try Data().write(to: taken)
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [name] + arguments
    process.standardInput = try FileHandle(forReadingFrom: given)
    process.standardOutput = try FileHandle(forWritingTo: taken)
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw ToolFault(name: name, status: process.terminationStatus) }
    return try Data(contentsOf: taken)
}
