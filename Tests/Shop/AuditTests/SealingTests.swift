import Crypto
import EventLoop
import Kernel
import Postgres
import Support
import Testing

@testable import Audit

@Suite("Sealing the audit log", .freshDatabase)
struct SealingTests {
    @Test("an empty log has nothing to seal and nothing to check")
    func empty() async throws {
        try await withSampleLog { log in
            let seals = try await log.seal()
            #expect(seals.isEmpty)
            let report = try await log.verify()
            #expect(report == AuditReport())
        }
    }

    @Test("rows are sealed in batches that follow one another, up to the last")
    func batches() async throws {
        try await withSampleLog { log in
            try await log.write(25)
            let seals = try await log.seal(10)
            #expect(seals.map(\.id) == [1, 2, 3])
            #expect(seals.map(\.firstID) == [1, 11, 21])
            #expect(seals.map(\.lastID) == [10, 20, 25])
            #expect(seals.map(\.rowCount) == [10, 10, 5])
            let report = try await log.verify(expecting: seals[1].hash)
            #expect(report.faults == [])
            #expect(report.sealedRows == 25)
            #expect(report.expectedHeadSeal == 2)
            #expect(report.head?.hash == seals[2].hash)
            let again = try await log.seal()
            #expect(again.isEmpty)
        }
    }

    @Test("unless told otherwise a seal holds at most a thousand rows, and one call seals all there is")
    func usualBatch() async throws {
        try await withSampleLog { log in
            try await log.execute(
                "INSERT INTO audit_log (actor, action) SELECT 'customer', 'x' FROM generate_series(1, 1001)")
            let seals = try await AuditSealing(silentLog)(atMost: .max) {
                statement throws(PostgresFault) in try await log.pool.run(statement)
            }
            #expect(seals.map(\.rowCount) == [1_000, 1])
            #expect(seals.map(\.lastID) == [1_000, 1_001])
            let report = try await log.verify()
            #expect(report.faults == [])
            #expect(report.seals == 2)
        }
    }

    @Test("a call makes no more seals than its caller has time for, and the next goes on there")
    func bounded() async throws {
        try await withSampleLog { log in
            try await log.write(25)
            let first = try await AuditSealing(silentLog, batchLimit: 10)(atMost: 2) {
                statement throws(PostgresFault) in try await log.pool.run(statement)
            }
            #expect(first.map(\.lastID) == [10, 20])
            let waiting = try await log.verify().unsealed
            #expect(waiting.count == 5)
            #expect(waiting.oldest == AuditEntry.sample("", 20).at)
            let rest = try await log.seal()
            #expect(rest.map(\.firstID) == [21])
        }
    }

    @Test("each seal is a line in the function's log, with its number, its last row and its hash")
    func logged() async throws {
        try await withSampleLog { log in
            try await log.write(2)
            let lines = CapturedLog()
            let seals = try await log.seal(log: lines.log)
            let hash = Hex.encode(try #require(seals.first?.hash))
            #expect(
                lines.text == """
                    {"severity":"NOTICE","time":"1970-01-01T00:00:00.000000Z","message":"audit log sealed",\
                    "function":"test","audit_seal":1,"audit_last_id":2,"audit_rows":2,"audit_hash":"\(hash)"}

                    """)
        }
    }

    @Test("a row that nobody would write is sealed and checked like any other")
    func strangeRows() async throws {
        try await withSampleLog { log in
            try await log.execute(
                """
                INSERT INTO audit_log (at, actor, action, order_id, details, origin) VALUES
                    ('infinity', '', '', NULL, '{}', ''), ('-infinity', 'a', 'b', NULL, '[]', ''),
                    ('4713-01-01 00:00:00 BC', 'e\u{301}', 'é', gen_random_uuid(), 'null', E'\\x01\\n'),
                    ('294276-12-31 23:59:59.999999', '👩‍👩‍👧', '\u{FEFF}', gen_random_uuid(), '"\\u00e9"', '\u{202E}'),
                    (now(), repeat('ä', 100000), 'x', NULL, '{"b": 1.10, "a": 1e400, "aa": [1.0, -0.0]}', 'x'),
                    (now(), 'NULL', '\\N', '00000000-0000-0000-0000-000000000000', '{"": {}}', '\\\\');
                """)
            try await log.seal(4)
            let report = try await log.verify()
            #expect(report.faults == [])
            #expect(report.sealedRows == 6)
        }
    }

    @Test("no setting of a session or a database changes what is hashed or checked")
    func settings() async throws {
        try await withSampleLog { log in
            let strange = """
                SET timezone TO 'Asia/Kathmandu'; SET datestyle TO 'SQL, DMY'; SET bytea_output TO 'escape';
                SET extra_float_digits TO -15; SET standard_conforming_strings TO off; SET quote_all_identifiers TO on
                """
            try await log.write(3)
            let seal = try await log.withConnection { connection throws(PostgresFault) in
                try await connection.execute(script: strange)
                return try await connection.run(AuditStatements.seal())
            }
            #expect(seal?.rowCount == 3)
            let plain = try await log.verify()
            #expect(plain.faults == [])
            let other = try await log.withConnection { connection throws(PostgresFault) in
                try await connection.execute(script: strange)
                return try await AuditVerification(connection, expecting: seal?.hash)()
            }
            #expect(
                other
                    == {
                        var report = plain
                        report.expectedHeadSeal = 1
                        return report
                    }())
        }
    }

    @Test("every column of the log is in the digest")
    func columns() async throws {
        try await withSampleLog { log in
            let columns = try await log.pool.run(
                Statement<[String]>.rows(
                    """
                    SELECT attname::text FROM pg_attribute
                    WHERE attrelid = 'audit_log'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attname
                    """
                ) { row throws(PostgresFault) in try row.text(0) })
            #expect(columns == ["action", "actor", "at", "details", "id", "order_id", "origin"])
        }
    }

    @Test("what sealing needs is refused when it is not given", arguments: ["0", "-1", "10001", "NULL"])
    func limits(limit: String) async throws {
        try await withSampleLog { log in
            let fault = await #expect(throws: PostgresFault.self) {
                try await log.execute("SELECT audit_seal(\(limit))")
            }
            #expect(fault?.state == "22023")
        }
    }
}
