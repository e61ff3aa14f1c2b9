import Audit
import EventLoop
import Kernel
import Postgres
import Support
import Testing

/// What someone does who may do anything to the database.
@Suite("A tampered audit log", .freshDatabase)
struct TamperingTests {
    @Test(
        "each kind of tampering is told with the row or the seal",
        arguments: [
            ("UPDATE audit_log SET at = at + interval '1 microsecond' WHERE id = 12", [.rowChanged(12, seal: 2)]),
            ("UPDATE audit_log SET actor = 'customer' WHERE id = 12", [.rowChanged(12, seal: 2)]),
            ("UPDATE audit_log SET action = 'order.paid' WHERE id = 12", [.rowChanged(12, seal: 2)]),
            ("UPDATE audit_log SET order_id = gen_random_uuid() WHERE id = 14", [.rowChanged(14, seal: 2)]),
            ("UPDATE audit_log SET order_id = NULL WHERE id = 13", [.rowChanged(13, seal: 2)]),
            ("UPDATE audit_log SET details = '{\"index\": 11.0}' WHERE id = 12", [.rowChanged(12, seal: 2)]),
            ("UPDATE audit_log SET origin = '' WHERE id = 12", [.rowChanged(12, seal: 2)]),
            ("DELETE FROM audit_log WHERE id IN (1, 20)", [.rowMissing(1, seal: 1), .rowMissing(20, seal: 2)]),
            (insert(4), [.rowAdded(4, seal: 1)]), (insert(-5), [.rowAdded(-5, seal: 1)]),
            (insert(22), [.rowAdded(22, seal: 3)]),
            ("DELETE FROM audit_seals WHERE id = 2", [.sealsMissing(2...2)]),
            ("UPDATE audit_seals SET hash = sha256('x') WHERE id = 2", [.sealChanged(2)]),
            ("UPDATE audit_seals SET previous_hash = sha256('x') WHERE id = 2", [.chainBroken(2), .sealChanged(2)]),
            ("UPDATE audit_seals SET sealed_at = now() - interval '1 day' WHERE id = 3", [.sealChanged(3)]),
            ("UPDATE audit_seals SET last_id = 28 WHERE id = 3", [.sealChanged(3)]),
            ("UPDATE audit_seals SET first_id = 2 WHERE id = 1", [.chainBroken(1), .sealChanged(1)]),
            (
                "ALTER TABLE audit_seals DROP CONSTRAINT audit_seals_id_check; INSERT INTO audit_seals "
                    + "SELECT 0, 0, 0, 1, substr(digests, 1, 40), hash, sha256('y'), now() FROM audit_seals WHERE id = 1",
                zeroth
            ),
        ] as [(String, [AuditFault])])
    func tampered(script: String, faults: [AuditFault]) async throws {
        try await withOpen(prepared) { log in
            try await log.tamper(script)
            let report = try await log.verify()
            #expect(report.faults == faults, "\(script)")
        }
    }

    private static let zeroth: [AuditFault] = [
        .chainBroken(0), .sealChanged(0), .rowMissing(1, seal: 0), .chainBroken(1),
    ]

    private static func insert(_ id: Int) -> String {
        "INSERT INTO audit_log (id, actor, action) OVERRIDING SYSTEM VALUE VALUES (\(id), 'eve', 'order.refunded')"
    }

    @Test("a log that was made anew from one row on is whole in itself, and the head that was kept shows it")
    func remade() async throws {
        try await withOpen(prepared) { log in
            let head = try await log.verify().head?.hash
            try await log.tamper(
                "UPDATE audit_log SET actor = 'customer' WHERE id = 12; DELETE FROM audit_seals WHERE id >= 2")
            try await log.seal(10)
            let alone = try await log.verify()
            #expect(alone.faults == [])
            #expect(alone.seals == 3)
            let kept = try #require(head)
            let report = try await log.verify(expecting: kept)
            #expect(report.faults == [.headMissing(kept)])
        }
    }

    @Test("a log whose end was cut off is whole in itself, and the head that was kept shows it")
    func cut() async throws {
        try await withOpen(prepared) { log in
            let head = try #require(try await log.verify().head?.hash)
            try await log.tamper("DELETE FROM audit_seals WHERE id = 3; DELETE FROM audit_log WHERE id > 21")
            let report = try await log.verify(expecting: head)
            #expect(report.faults == [.headMissing(head)])
        }
    }

    @Test("of a log that is wholly broken the first hundred rows are told, and all are counted")
    func wholly() async throws {
        try await withSampleLog { log in
            try await log.write(150)
            try await log.seal()
            try await log.tamper("UPDATE audit_log SET actor = 'x'")
            let report = try await log.verify()
            #expect(report.faultCount == 150)
            #expect(report.faults == (1...100).map { .rowChanged($0, seal: 1) })
        }
    }

    @Test("the rows of a seal that is missing are counted as unchecked")
    func sealMissing() async throws {
        try await withOpen(prepared) { log in
            try await log.tamper("DELETE FROM audit_seals WHERE id = 2")
            let report = try await log.verify()
            #expect(report.faults == [.sealsMissing(2...2)])
            #expect(report.uncheckedRows == 10)
            #expect(report.sealedRows == 25 - 10)
        }
    }

    @Test("what the trigger forbids even its owner: to change, remove and empty, in every session")
    func forbidden() async throws {
        try await withOpen(prepared) { log in
            for table in ["audit_log", "audit_seals"] {
                for statement in [
                    "UPDATE \(table) SET id = DEFAULT WHERE false", "DELETE FROM \(table)", "TRUNCATE \(table)",
                    "TRUNCATE orders, \(table) CASCADE",
                    "INSERT INTO \(table) SELECT * FROM \(table) ON CONFLICT (id) DO UPDATE SET id = DEFAULT",
                ] {
                    for session in ["", "SET session_replication_role TO replica; "] {
                        let fault = await #expect(throws: PostgresFault.self) {
                            try await log.execute(session + statement)
                        }
                        #expect(["42501", "428C9"].contains(fault?.state), "\(session)\(statement)")
                    }
                }
            }
            let report = try await log.verify()
            #expect(report.faults == [])
            #expect(report.sealedRows == 25)
        }
    }

    /// 25 rows in three seals, to row 11, 21 and 27; the numbers 4 and 22 belong to none.
    @Loop
    private func prepared() async throws -> SampleLog {
        let log = try await SampleLog()
        for count in [3, 17, 5] {
            try await log.write(count)
            _ = try await log.number("SELECT nextval('audit_log_id_seq')")
        }
        try await log.seal(10)
        return log
    }
}
