import EventLoop
import Kernel
import Postgres
import Support
import Testing

@testable import OperatorFunction

@Suite("latchkey audit seal and verify", .freshDatabase)
struct AuditSealTests {
    @Test("sealing tells each seal, once as a line and once as a document, and then there is nothing left")
    func seal() async throws {
        try await prepare(1_001)
        let run = try await Run.latchkey(["audit", "seal"], isWatched: true)
        #expect(run.exitCode == 0, "\(run.remarks)")
        let hashes = try await texts("SELECT encode(hash, 'hex') FROM audit_seals ORDER BY id")
        #expect(hashes.count == 2)
        #expect(
            run.output == """
                seal 1: 1000 rows up to row 1000, hash \(hashes[0])
                seal 2: 1 row up to row 1001, hash \(hashes[1])

                """)
        #expect(run.remarks.isEmpty)
        let check = try await Run.latchkey(["audit", "verify"])
        #expect(check.exitCode == 0, "\(check.output)")
        let again = try await Run.latchkey(["audit", "seal"])
        #expect(again.output == "nothing to seal\n")
        try await write(2)
        let more = try await Run.latchkey(["audit", "seal", "--json"])
        let (hash, time) = (try await head(), try await sealedAt())
        #expect(
            more.output == """
                {"seals":[{"seal":3,"first_row":1002,"last_row":1003,"rows":2,"hash":"\(hash)","sealed_at":"\(time)"}]}

                """)
        #expect(
            more.remarks == """
                {"severity":"NOTICE","time":"2026-11-20T18:59:00.000000Z","message":"audit log sealed",\
                "function":"latchkey","audit_seal":3,"audit_last_id":1003,"audit_rows":2,"audit_hash":"\(hash)"}

                """)
        let none = try await Run.latchkey(["audit", "seal", "--json"])
        #expect(none.output == "{\"seals\":[]}\n")
    }

    @Test("writers that take too long put a seal off, and the person is told so")
    func busy() async throws {
        try await prepare(1)
        let settings = try testDatabase()
        let run = try await onLoop {
            let writer = try await Connection.open(settings)
            defer { writer.close() }
            try await writer.execute(script: "BEGIN; INSERT INTO audit_log (actor, action) VALUES ('a', 'b')")
            return try await Run.latchkey(["audit", "seal"])
        }
        #expect(run.exitCode == 1)
        #expect(run.output.isEmpty)
        #expect(run.remarks == "latchkey: the audit log's writers are busy; nothing is lost, try again in a moment\n")
    }

    @Test("a log without any row, and one without a seal, have nothing to check")
    func unsealed() async throws {
        try await prepare(0)
        let empty = try await Run.latchkey(["audit", "verify"])
        #expect(empty.exitCode == 0)
        #expect(empty.output == "Audit log\n  sealed   nothing yet\n  waiting  nothing\n\nnothing to check yet\n")
        #expect(empty.remarks.isEmpty)
        try await write(2)
        let waiting = try await Run.latchkey(["audit", "verify", "--json"])
        #expect(waiting.exitCode == 0)
        #expect(
            waiting.output == """
                {"ok":true,"seals":0,"sealed_rows":0,"unchecked_rows":0,"head":null,"expected_head_seal":null,\
                "unsealed":{"rows":2,"oldest_at":"2026-11-20T18:30:00.000000Z","overdue":false},\
                "fault_count":0,"faults":[]}

                """)
    }

    @Test("an intact log is exit code 0 and tells its head, which is found again")
    func intact() async throws {
        try await prepare(3)
        _ = try await Run.latchkey(["audit", "seal"])
        try await write(1)
        let (hash, time) = (try await head(), try await sealedAt())
        let second = "\(time.prefix(10)) \(time.dropFirst(11).prefix(8)) UTC"
        let run = try await Run.latchkey(["audit", "verify", "--head", hash.uppercased()])
        #expect(run.exitCode == 0, "\(run.remarks)")
        #expect(
            run.output == """
                Audit log
                  sealed   3 rows in 1 seal, up to row 3
                  head     seal 1 of \(second)
                           \(hash)
                  waiting  1 row, the oldest of 2026-11-20 18:30:00 UTC
                  --head   is seal 1

                nothing was changed since it was sealed

                """)
        let json = try await Run.latchkey(["audit", "verify", "--head", hash, "--json"])
        #expect(
            json.output == """
                {"ok":true,"seals":1,"sealed_rows":3,"unchecked_rows":0,\
                "head":{"seal":1,"last_row":3,"hash":"\(hash)","sealed_at":"\(time)"},"expected_head_seal":1,\
                "unsealed":{"rows":1,"oldest_at":"2026-11-20T18:30:00.000000Z","overdue":false},\
                "fault_count":0,"faults":[]}

                """)
    }

    @Test("a broken log is exit code 1 and tells each fault with its row and seal")
    func broken() async throws {
        try await prepare(4)
        _ = try await Run.latchkey(["audit", "seal"])
        try await tamper("UPDATE audit_log SET actor = 'x' WHERE id = 2; DELETE FROM audit_log WHERE id = 3")
        let run = try await Run.latchkey(["audit", "verify"])
        #expect(run.exitCode == 1)
        #expect(run.remarks == "latchkey: the audit log is broken: 2 faults\n")
        #expect(
            run.output.hasSuffix(
                """
                  waiting  nothing

                ✗ row 2 was changed after it was sealed (seal 1)
                ✗ row 3 is missing (seal 1)

                """))
        let json = try await Run.latchkey(["audit", "verify", "--json"])
        #expect(json.exitCode == 1)
        #expect(json.output.hasPrefix(#"{"ok":false,"seals":1,"sealed_rows":4,"#))
        let parts = [
            #""fault_count":2,"faults":[{"kind":"row_changed","row":2,"seal":1,"#,
            #""message":"row 2 was changed after it was sealed (seal 1)"},"#,
            #"{"kind":"row_missing","row":3,"seal":1,"message":"row 3 is missing (seal 1)"}]}"#,
        ]
        #expect(json.output.hasSuffix(parts.joined() + "\n"))
    }

    @Test("a log that is wholly broken is told in a hundred lines, and all is counted")
    func wholly() async throws {
        try await prepare(150)
        _ = try await Run.latchkey(["audit", "seal"])
        try await tamper("UPDATE audit_log SET actor = 'x'")
        let run = try await Run.latchkey(["audit", "verify"])
        #expect(run.exitCode == 1)
        #expect(run.output.split(separator: "\n").filter { $0.hasPrefix("✗") }.count == 100)
        #expect(run.output.hasSuffix("(seal 1)\nand 50 more\n"))
        #expect(run.remarks == "latchkey: the audit log is broken: 150 faults\n")
    }

    @Test("a head that is not in the chain, and rows that cannot be checked, are told")
    func missing() async throws {
        try await prepare(2)
        _ = try await Run.latchkey(["audit", "seal"])
        try await write(3)
        _ = try await Run.latchkey(["audit", "seal"])
        try await tamper("DELETE FROM audit_seals WHERE id = 1")
        let run = try await Run.latchkey(["audit", "verify"])
        #expect(run.exitCode == 1)
        #expect(run.output.contains("  unchecked  2 rows\n"))
        #expect(run.output.hasSuffix("\n✗ seal 1 is missing; its rows cannot be checked\n"))
        let head = String(repeating: "0a", count: 32)
        let json = try await Run.latchkey(["audit", "verify", "--head", head, "--json"])
        #expect(json.exitCode == 1)
        #expect(json.remarks == "latchkey: the audit log is broken: 2 faults\n")
        #expect(json.output.contains(#"{"kind":"head_missing","row":null,"seal":null,"message":"no seal has"#))
        #expect(json.output.contains(head))
    }

    @Test("rows that wait for their seal for more than an hour are a warning, on standard error and in the document")
    func overdue() async throws {
        try await prepare(1)
        let late = testNow + .seconds(1_861)
        let early = try await Run.latchkey(["audit", "verify", "--json"], at: late - .seconds(1))
        #expect(early.remarks.isEmpty)
        let run = try await Run.latchkey(["audit", "verify", "--json"], at: late)
        #expect(run.exitCode == 0)
        #expect(run.output.contains(#""overdue":true"#))
        #expect(
            run.remarks == """
                latchkey: warning: rows wait for their seal for more than an hour; does the scheduled step run?

                """)
    }

    @Test("a head that is no hash is a wrong usage", arguments: ["1", "xyz", String(repeating: "a", count: 63)])
    func nonsense(word: String) async throws {
        let run = try await Run.latchkey(["audit", "verify", "--head", word])
        #expect(run.exitCode == 2)
        #expect(run.remarks.hasPrefix("latchkey: --head is a seal's hash, 64 hexadecimal digits\n"))
    }

    private func prepare(_ count: Int) async throws {
        try await prepareDatabase()
        try await write(count)
    }

    /// Writes rows that are half an hour old when the tests take place.
    private func write(_ count: Int) async throws {
        try await execute(
            script: """
                INSERT INTO audit_log (at, actor, action)
                SELECT '2026-11-20 18:30 UTC', 'function:webhook', 'order.paid' FROM generate_series(1, \(count))
                """)
    }

    private func tamper(_ script: String) async throws {
        try await execute(
            script: """
                ALTER TABLE audit_log DISABLE TRIGGER USER; ALTER TABLE audit_seals DISABLE TRIGGER USER; \(script)
                """)
    }

    private func head() async throws -> String {
        try #require(try await texts("SELECT encode(hash, 'hex') FROM audit_seals ORDER BY id DESC LIMIT 1").first)
    }

    private func sealedAt() async throws -> String {
        try #require(
            try await texts(
                """
                SELECT to_char(sealed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') FROM audit_seals
                ORDER BY id DESC LIMIT 1
                """
            ).first)
    }
}
